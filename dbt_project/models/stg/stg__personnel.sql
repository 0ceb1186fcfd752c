-- One row per accepted record of personnel, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(service_class_code as varchar) as service_class_code,
    cast(profession as varchar) as profession,
    cast(employment as varchar) as employment,
    cast(posts as decimal(8, 2)) as posts,
    cast(fte as decimal(8, 2)) as fte,
    cast(absence_days as decimal(8, 2)) as absence_days,
    cast(clients as integer) as clients,
    cast(status_on as date) as status_on
from {{ source("slices", "personnel") }}
where rule_mask = 0
