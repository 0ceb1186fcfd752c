-- Detects service classes whose costs are in no group, or in two.
-- Matters because each group is an indicator of its own, and readers add them up.
-- A row is a current figure of net costs that is not the sum of those of its groups, rescue services left out.
with figures as (

    select * from {{ ref("core__fct_observation") }}
    where known_to is null and source_code = 'costs' and numerator is not null

),

service_groups as (

    select
        region_level, region_code, period_grain, period_start,
        sum(numerator) as numerator
    from figures
    where indicator_code like 'net\_costs\_per\_resident\_eur\_\_%' escape '\' and indicator_code not like '%\_\_rescue' escape '\'
    group by region_level, region_code, period_grain, period_start

)

select
    f.region_level,
    f.region_code,
    f.period_grain,
    f.period_start,
    f.numerator as net_costs,
    g.numerator as service_groups
from figures as f
left join service_groups as g
    on f.region_level = g.region_level
    and f.region_code = g.region_code
    and f.period_grain = g.period_grain
    and f.period_start = g.period_start
where f.indicator_code = 'net_costs_per_resident_eur' and f.numerator is distinct from g.numerator
