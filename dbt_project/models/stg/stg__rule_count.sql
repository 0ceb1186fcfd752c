-- One row per delivery in force and rule of its verdict.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(receipt_id as varchar) as receipt_id,
    cast(rule_id as varchar) as rule_id,
    cast(check_kind as varchar) as check_kind,
    cast(dimension as varchar) as dimension,
    cast(failed as bigint) as failed,
    cast(applicable as bigint) as applicable
from {{ source("registry", "rule_count") }}
