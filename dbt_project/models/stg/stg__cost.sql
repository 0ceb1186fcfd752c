-- One row per accepted cost row of each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(cost_month as date) as cost_month,
    cast(service_class_code as varchar) as service_class_code,
    cast(account_code as varchar) as account_code,
    cast(production_mode as varchar) as production_mode,
    cast(item_scope as varchar) as item_scope,
    cast(hus_share as varchar) as hus_share,
    cast(amount_eur as decimal(18, 2)) as amount_eur
from {{ source("slices", "costs") }}
where rule_mask = 0
