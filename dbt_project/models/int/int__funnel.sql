-- One row per comparable figure of an organiser whose kind bears control limits: the limits around the national value, widened for over-dispersion.
{%- set group_key = series_key() + ["period_start"] %}
with figures as (

    select * from {{ ref("int__current_figure") }}
    where statistical_basis in ('proportion', 'person_rate') and value is not null and denominator > 0

),

excluded as (

    select distinct {% for column in figure_key() %}f.{{ column }}{{ ", " if not loop.last }}{% endfor %}
    from {{ ref("int__figure_reason") }} as f
    inner join {{ ref("raw__comparability_reason") }} as r on f.reason_code = r.reason_code
    where r.effect = 'excluded'

),

-- The country that its organisers make up, where there is one; else the whole country.
countries as (

    select
        *,
        row_number() over (partition by {{ group_key | join(", ") }} order by case when region_kind = 'mainland' then 0 else 1 end, region_code) as choice
    from figures
    where region_level = 'country'

),

expected as (

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        f.statistical_basis,
        f.per,
        f.value,
        c.value as target,
        {{ funnel_variance("f.statistical_basis", "c.value", "f.denominator", "f.per") }} as variance,
        -- Events, and those without one, that the national value would give: below five of either the limits are not to be trusted.
        cast(c.value as double) * f.denominator / f.per as expected_events,
        case when f.statistical_basis = 'proportion' then (f.per - cast(c.value as double)) * f.denominator / f.per end as expected_without
    from figures as f
    inner join countries as c on {{ same_row("f", "c", group_key) }} and c.choice = 1
    left join excluded as e on {{ same_row("f", "e", figure_key()) }}
    where f.region_level = 'county' and f.is_organiser and e.indicator_code is null

),

scored as (

    select
        *,
        {{ z_score("value", "target", "variance") }} as z_score
    from expected
    where variance > 0 and expected_events >= 5 and coalesce(expected_without, 5) >= 5

),

dispersion as (

    {{ overdispersion("scored", group_key, "region_code") }}

),

widened as (

    select
        s.*,
        d.score_count,
        d.phi,
        {{ is_overdispersed("d.phi", "d.score_count") }} as is_overdispersed,
        case when {{ is_overdispersed("d.phi", "d.score_count") }} then sqrt(cast(d.phi as double)) else cast(1 as double) end as widening
    from scored as s
    inner join dispersion as d on {{ same_row("s", "d", group_key) }}

),

final as (

    select
        {{ figure_key() | join(", ") }},
        target,
        z_score,
        score_count,
        phi,
        is_overdispersed,
        {% for level, z in [("95", z_95()), ("998", z_998())] -%}
        cast(greatest(0, cast(target as double) - {{ z }} * widening * sqrt(variance)) as decimal(18, 4)) as limit_{{ level }}_low,
        cast(least(
            case when statistical_basis = 'proportion' then per end,
            cast(target as double) + {{ z }} * widening * sqrt(variance)
        ) as decimal(18, 4)) as limit_{{ level }}_high,
        {% endfor -%}
        case
            when abs(z_score) <= {{ z_95() }} * widening then 'within_95'
            when abs(z_score) <= {{ z_998() }} * widening then 'outside_95'
            else 'outside_998'
        end as funnel_position
    from widened

)

select * from final
