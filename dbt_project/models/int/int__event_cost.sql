{{ config(materialized="view") }}
-- One row per external cost row of each delivery, with the group of its service class and the kind of its account.
-- Internal items stay out: what one unit buys from another is no cost of the sender.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_cost") }}
select
    c.receipt_id,
    c.organiser_code,
    c.period,
    c.production_mode,
    c.amount_eur,
    s.service_group,
    a.account_kind
from {{ ref("stg__cost") }} as c
inner join {{ ref("core__dim_service_class") }} as s
    on c.service_class_code = s.service_class_code and s.code_system = '{{ var("service_class_system") }}'
inner join {{ ref("core__dim_account") }} as a on c.account_code = a.account_code
where c.item_scope <> 'internal'
