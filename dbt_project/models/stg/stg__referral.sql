-- One row per accepted record of specialised_care, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(referral_id as varchar) as referral_id,
    cast(client_id as varchar) as client_id,
    cast(birth_year as smallint) as birth_year,
    cast(sex as varchar) as sex,
    cast(home_municipality_code as varchar) as home_municipality_code,
    cast(specialty as varchar) as specialty,
    cast(referral_arrived_on as date) as referral_arrived_on,
    cast(referral_handled_on as date) as referral_handled_on,
    cast(queue_entered_on as date) as queue_entered_on,
    cast(seen_on as date) as seen_on,
    cast(status_on as date) as status_on
from {{ source("slices", "specialised_care") }}
where rule_mask = 0
