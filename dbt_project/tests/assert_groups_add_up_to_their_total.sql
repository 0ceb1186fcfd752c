{{ config(meta={"dagster": {"ref": {"name": "core__fct_observation"}}}) }}
-- Detects figures whose population groups do not make up everybody: over the sexes with the unknown, over each of the two sets of age groups, over language
-- status and over municipality type; what is counted, and what it is divided by. Matters because a person would be counted twice, or nowhere.
-- A row is a current figure of the deliveries, counted in numbers, whose groups have another sum than its total.
with figures as (

    select f.*, {{ split_kind("f") }} as split_kind
    from {{ ref("core__fct_observation") }} as f
    inner join ({{ event_dataset_rows() }}) as d on f.source_code = d.source_code
    where f.known_to is null and f.numerator is not null

),

totals as (

    select * from figures
    where split_kind = 'total'

),

groups as (

    select
        indicator_code, source_code, basis, region_level, region_code, period_grain, period_start, split_kind,
        case when age_group in ('{{ law_age_groups() | join("', '") }}') then 1 else 0 end as is_of_law,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from figures
    -- Sex and age together are made of the sexes that are known: those of unknown sex are in none of these groups.
    where split_kind not in ('total', 'sex_and_age')
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9

)

select
    g.indicator_code, g.basis, g.region_level, g.region_code, g.period_grain, g.period_start, g.split_kind, g.is_of_law,
    t.numerator as of_everybody,
    g.numerator as of_groups,
    t.denominator as denominator_of_everybody,
    g.denominator as denominator_of_groups
from groups as g
left join totals as t
    on g.indicator_code = t.indicator_code
    and g.source_code = t.source_code
    and g.basis = t.basis
    and g.region_level = t.region_level
    and g.region_code = t.region_code
    and g.period_grain = t.period_grain
    and g.period_start = t.period_start
where t.numerator is null
    or g.numerator <> t.numerator
    -- Each denominator is rounded to its fourth decimal.
    or abs(g.denominator - t.denominator) > 0.1
