-- One row per accepted record of complaints, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(complaint_id as varchar) as complaint_id,
    cast(service_class_code as varchar) as service_class_code,
    cast(complaint_kind as varchar) as complaint_kind,
    cast(subject as varchar) as subject,
    cast(received_on as date) as received_on,
    cast(answered_on as date) as answered_on,
    cast(status_on as date) as status_on
from {{ source("slices", "complaints") }}
where rule_mask = 0
