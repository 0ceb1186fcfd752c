{{ config(meta={"dagster": {"ref": {"name": "core__fct_observation"}}}) }}
-- Detects figures whose parts do not make up the whole: municipalities their county, counties the mainland. The population groups of a region are another test's.
-- Matters because a person would be counted in two places, or nowhere.
-- A row is a current figure of the deliveries, counted in numbers, whose places have another sum than the whole.
{%- set figure = ["indicator_code", "source_code", "basis", "period_grain", "period_start"] + split_columns() %}
with figures as (

    select f.*
    from {{ ref("core__fct_observation") }} as f
    inner join {{ ref("core__dim_indicator") }} as i on f.indicator_code = i.indicator_code and i.numerator_measure is not null
    where f.known_to is null

),

municipalities as (

    select
        {% for column in figure %}f.{{ column }}, {% endfor %}
        'county' as region_level,
        m.county_code as region_code,
        sum(f.numerator) as numerator,
        sum(f.denominator) as denominator
    from figures as f
    inner join {{ ref("core__dim_municipality") }} as m on extract(year from f.period_start) = m.year and f.region_code = m.municipality_code
    where f.region_level = 'municipality'
    group by {% for column in figure %}f.{{ column }}, {% endfor %}m.county_code

),

-- Of a number of rows that are sampled only the numerator adds up to the last one; so does that of a ratio, whose parts are sums.
counties as (

    select
        {{ figure | join(", ") }},
        'country' as region_level,
        'FI1' as region_code,
        sum(numerator) as numerator,
        cast(null as decimal(38, 4)) as denominator
    from figures
    where region_level = 'county'
    group by {{ figure | join(", ") }}

),

parts as (

    select * from municipalities
    union all
    select * from counties

)

select
    {% for column in figure %}p.{{ column }}, {% endfor %}
    p.region_level,
    p.region_code,
    f.numerator,
    p.numerator as numerator_of_parts,
    f.denominator,
    p.denominator as denominator_of_parts
from parts as p
left join figures as f on {% for column in figure + ["region_level", "region_code"] %}p.{{ column }} = f.{{ column }}{{ " and " if not loop.last }}{% endfor %}
where p.numerator is not null
    and (
        f.numerator is null
        or p.numerator <> f.numerator
        -- Each denominator is rounded to its fourth decimal.
        or abs(p.denominator - f.denominator) > 0.1
    )
