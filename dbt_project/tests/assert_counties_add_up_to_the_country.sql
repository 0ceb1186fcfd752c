-- Detects contacts that are counted twice, or not at all, between the levels of regions.
-- Matters because a joint authority produces for several counties, where double counting is easy.
-- A row is a current figure of the country whose numerator is not the sum of those of the counties.
with figures as (

    select * from {{ ref("core__fct_observation") }}
    where known_to is null and numerator is not null and indicator_code in ('contacts_per_1000', 'phc_doctor_visits_per_1000')

),

counties as (

    select
        indicator_code, basis, period_grain, period_start, {{ split_columns() | join(", ") }},
        sum(numerator) as numerator
    from figures
    where region_level = 'county'
    group by indicator_code, basis, period_grain, period_start, {{ split_columns() | join(", ") }}

)

select
    n.indicator_code,
    n.basis,
    n.period_grain,
    n.period_start,
    {% for column in split_columns() %}n.{{ column }},
    {% endfor -%}
    n.numerator as country_numerator,
    c.numerator as counties_numerator
from figures as n
left join counties as c
    on n.indicator_code = c.indicator_code
    and n.basis = c.basis
    and n.period_grain = c.period_grain
    and n.period_start = c.period_start
    {% for column in split_columns() -%}
    and n.{{ column }} = c.{{ column }}
    {% endfor -%}
where n.region_level = 'country' and n.numerator is distinct from c.numerator
