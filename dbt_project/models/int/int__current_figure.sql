-- One row per current figure of everybody in a county or the country, with what its indicator bears and the interval where one is defined.
with observations as (

    select * from {{ ref("core__fct_observation") }}
    where known_to is null and {{ is_total() }} and region_level in ('county', 'country')

),

indicators as (

    select * from {{ ref("core__dim_indicator") }}

),

bases as (

    select * from {{ ref("raw__statistical_basis") }}

),

regions as (

    select * from {{ ref("core__dim_region") }}

),

described as (

    select
        o.*,
        r.kind as region_kind,
        r.is_organiser,
        i.unit,
        i.direction,
        {{ per_of_unit("i.unit") }} as per,
        coalesce(b.statistical_basis, 'none') as statistical_basis,
        coalesce(b.adjustment, {{ value_not_applicable() }}) as adjustment,
        coalesce(b.is_ranked = 'yes', i.unit not in ('persons', 'visits')) as is_ranked
    from observations as o
    inner join indicators as i on o.indicator_code = i.indicator_code
    inner join regions as r on o.region_level = r.region_level and o.region_code = r.region_code
    left join bases as b on o.indicator_code = b.indicator_code

),

-- An interval that came with the figure stays; one is made here where the figure has what it takes.
marked as (

    select
        *,
        case
            when value is null then cast(null as varchar)
            when statistical_basis = 'quantile' and (value_low is not null or value_high is not null) then 'order_statistics'
            when statistical_basis = 'proportion' and denominator > 0 and numerator between 0 and denominator then 'wilson'
            when statistical_basis = 'person_rate' and denominator > 0 and numerator >= 0
                then case when numerator < 10 then 'exact_poisson' else 'byar' end
            when statistical_basis = 'person_count' and value >= 0 then case when value < 10 then 'exact_poisson' else 'byar' end
        end as interval_method
    from described

),

final as (

    select
        {{ figure_key() | join(", ") }},
        period_end,
        region_kind,
        is_organiser,
        unit,
        direction,
        per,
        statistical_basis,
        adjustment,
        is_ranked,
        value,
        numerator,
        denominator,
        {% for side, sign in [("low", "-"), ("high", "+")] -%}
        case
            when interval_method is null then cast(null as decimal(18, 4))
            when interval_method = 'order_statistics' then value_{{ side }}
            when statistical_basis = 'proportion' then cast(per * {{ wilson_limit("numerator", "denominator", sign) }} as decimal(18, 4))
            when statistical_basis = 'person_rate' then {{ rate_limit("numerator", "denominator", "per", sign) }}
            else cast({{ poisson_limit("value", sign) }} as decimal(18, 4))
        end as value_{{ side }},
        {% endfor -%}
        interval_method,
        value_status,
        origin,
        coverage,
        comparability,
        comparability_reason,
        publication_status
    from marked

)

select * from final
