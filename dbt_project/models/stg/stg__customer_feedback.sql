-- One row per accepted record of customer_feedback, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(response_id as varchar) as response_id,
    cast(service_class_code as varchar) as service_class_code,
    cast(answered_on as date) as answered_on,
    cast(language as varchar) as language,
    cast(recommendation as integer) as recommendation,
    cast(got_help as integer) as got_help,
    cast(was_heard as integer) as was_heard
from {{ source("slices", "customer_feedback") }}
where rule_mask = 0
