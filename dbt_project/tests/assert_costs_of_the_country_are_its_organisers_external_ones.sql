-- Detects costs that are counted twice, or not at all, between the accounts and the country's figure.
-- Matters because a joint authority's costs stand in its members' payments already, and internal items in the costs of other classes.
-- A row is a month whose current figure of the country is not the sum of its organisers' external items, rescue services left out.
with accounts as (

    select
        c.period_start,
        sum(c.amount_eur) as amount_eur
    from {{ ref("core__fct_cost") }} as c
    inner join {{ ref("core__dim_region") }} as r on c.organiser_code = r.region_code and r.is_organiser
    inner join {{ ref("core__dim_service_class") }} as s
        on c.service_class_code = s.service_class_code and s.code_system = '{{ var("service_class_system") }}'
    where c.known_to is null and not c.is_internal and s.service_group <> 'rescue'
    group by c.period_start

),

country as (

    select period_start, numerator
    from {{ ref("core__fct_observation") }}
    where known_to is null
        and indicator_code = 'net_costs_per_resident_eur'
        and region_level = 'country'
        and period_grain = 'month'

)

select
    coalesce(a.period_start, c.period_start) as period_start,
    a.amount_eur,
    c.numerator
from accounts as a
full outer join country as c on a.period_start = c.period_start
where coalesce(a.amount_eur, 0) <> coalesce(c.numerator, 0)
