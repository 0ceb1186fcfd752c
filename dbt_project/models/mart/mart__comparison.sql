-- One row per indicator, source, basis, organiser and period, of the latest five periods of each: every organiser has a row, whether or not there is a figure.
{%- set group_key = series_key() + ["period_start"] %}
with figures as (

    select * from {{ ref("int__current_figure") }}

),

indicators as (

    select * from {{ ref("core__dim_indicator") }}

),

organisers as (

    select * from {{ ref("core__dim_region") }}
    where is_organiser

),

funnels as (

    select * from {{ ref("int__funnel") }}

),

trends as (

    select * from {{ ref("int__trend") }}

),

reasons as (

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        max(case when r.effect = 'excluded' then 1 else 0 end) as is_excluded,
        {{ joined_values("f.reason_code", "f.reason_code") }} as reason_codes,
        {% for language in ["fi", "sv", "en"] -%}
        {{ joined_values("r.label_" ~ language, "f.reason_code") }} as reasons_{{ language }}{{ "," if not loop.last }}
        {% endfor %}
    from (
        select distinct {{ figure_key() | join(", ") }}, reason_code from {{ ref("int__figure_reason") }}
    ) as f
    inner join {{ ref("raw__comparability_reason") }} as r on f.reason_code = r.reason_code
    group by {% for column in figure_key() %}f.{{ column }}{{ ", " if not loop.last }}{% endfor %}

),

periods as (

    select
        {{ group_key | join(", ") }},
        max(period_end) as period_end,
        max(unit) as unit,
        max(direction) as direction,
        max(statistical_basis) as statistical_basis,
        max(case when is_ranked then 1 else 0 end) as is_ranked,
        row_number() over (partition by {{ series_key() | join(", ") }} order by period_start desc) as age_in_periods
    from figures
    where region_level = 'county'
    group by {{ group_key | join(", ") }}

),

-- The country that its organisers make up, where there is one; else the whole country.
countries as (

    select
        *,
        row_number() over (partition by {{ group_key | join(", ") }} order by case when region_kind = 'mainland' then 0 else 1 end, region_code) as choice
    from figures
    where region_level = 'country' and value is not null

),

placed as (

    select
        {% for column in group_key %}p.{{ column }}, {% endfor %}
        p.period_end,
        'county' as region_level,
        o.region_code,
        o.region_name_fi,
        o.region_name_sv,
        o.region_name_en,
        p.unit,
        p.direction,
        p.statistical_basis,
        p.is_ranked,
        f.value,
        f.numerator,
        f.denominator,
        f.value_low,
        f.value_high,
        f.interval_method,
        coalesce(f.value_status, {{ value_missing() }}) as value_status,
        f.origin,
        f.coverage,
        f.publication_status,
        f.comparability_reason,
        c.region_code as national_region_code,
        c.value as national_value,
        c.coverage as national_coverage,
        r.reason_codes,
        r.reasons_fi,
        r.reasons_sv,
        r.reasons_en,
        case
            when f.value is null then {{ not_comparable() }}
            when r.is_excluded = 1 then {{ not_comparable() }}
            when r.reason_codes is not null then {{ caution() }}
            else {{ comparable() }}
        end as comparability
    from periods as p
    cross join organisers as o
    left join figures as f on {{ same_row("p", "f", group_key) }} and f.region_level = 'county' and o.region_code = f.region_code
    left join reasons as r on {{ same_row("f", "r", figure_key()) }}
    left join countries as c on {{ same_row("p", "c", group_key) }} and c.choice = 1
    where p.age_in_periods <= 5

),

-- Equal figures share the better place, and the places behind them stay free: 1, 2, 2, 4. Where neither direction is better the highest figure is first.
ranked as (

    select
        *,
        case
            when is_ranked = 1 and comparability <> {{ not_comparable() }} then
                rank() over (
                    partition by {{ group_key | join(", ") }}
                    order by
                        case when comparability = {{ not_comparable() }} then 1 else 0 end,
                        case when direction = 'lower_better' then value else -value end
                )
        end as place,
        case
            when is_ranked = 1 then
                sum(case when comparability <> {{ not_comparable() }} then 1 else 0 end) over (partition by {{ group_key | join(", ") }})
        end as place_of
    from placed

),

final as (

    select
        p.indicator_code,
        p.source_code,
        p.basis,
        p.region_code,
        p.period_grain,
        p.period_start,
        p.period_end,
        p.region_name_fi,
        p.region_name_sv,
        p.region_name_en,
        i.indicator_name_fi,
        i.indicator_name_sv,
        i.indicator_name_en,
        i.theme,
        p.unit,
        p.direction,
        p.value,
        p.value_status,
        p.value_low,
        p.value_high,
        p.interval_method,
        p.numerator,
        p.denominator,
        p.national_region_code,
        p.national_value,
        p.national_coverage,
        cast(p.value - p.national_value as decimal(18, 4)) as difference,
        cast(p.value / nullif(cast(p.national_value as double), 0) as decimal(18, 4)) as ratio_to_national,
        p.comparability,
        p.reason_codes,
        p.reasons_fi,
        p.reasons_sv,
        p.reasons_en,
        p.comparability_reason,
        cast(p.place as smallint) as place,
        cast(p.place_of as smallint) as place_of,
        p.statistical_basis,
        f.z_score,
        f.phi,
        f.is_overdispersed,
        f.limit_95_low,
        f.limit_95_high,
        f.limit_998_low,
        f.limit_998_high,
        f.funnel_position,
        -- One organiser in twenty is outside 95 % by chance: only outside 99.8 % is a difference.
        case
            when f.funnel_position is null then 'not_judged'
            when f.funnel_position <> 'outside_998' then 'not_different'
            when p.direction = 'neutral' then case when f.z_score > 0 then 'higher' else 'lower' end
            when (f.z_score > 0) = (p.direction = 'higher_better') then 'better'
            else 'worse'
        end as verdict,
        t.trend_slope,
        t.trend_low,
        t.trend_high,
        case when p.value is not null then coalesce(t.trend_verdict, 'too_few_periods') end as trend_verdict,
        p.origin,
        p.coverage,
        p.publication_status
    from ranked as p
    inner join indicators as i on p.indicator_code = i.indicator_code
    left join funnels as f on {{ same_row("p", "f", figure_key()) }}
    left join trends as t on {{ same_row("p", "t", figure_key()) }}

)

select * from final
