-- One row per delivery and group of costs: the net external euros, in cents.
-- Internal items stay out, since they cancel out within a sender but not within a group of services.
-- Each delivery is counted once, however often it came into force; but not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_cost") }}
with costs as (

    select
        c.receipt_id,
        c.organiser_code as sender_code,
        s.service_group as cost_group,
        cast(sum(c.amount_eur) * 100 as bigint) as net_cents
    from {{ ref("stg__cost") }} as c
    inner join {{ ref("core__dim_service_class") }} as s
        on c.service_class_code = s.service_class_code and s.code_system = '{{ var("service_class_system") }}'
    where c.item_scope <> 'internal'
    group by c.receipt_id, c.organiser_code, s.service_group

),

final as (

    select receipt_id, sender_code, cost_group, net_cents from costs

    union all

    -- Need factors are of health and social services: the total is too, and rescue services stand in a group of their own.
    select receipt_id, sender_code, 'total' as cost_group, cast(sum(net_cents) as bigint) as net_cents
    from costs
    where cost_group <> 'rescue'
    group by receipt_id, sender_code

)

select * from final
