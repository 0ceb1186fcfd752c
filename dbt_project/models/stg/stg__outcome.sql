-- One row per accepted record of outcomes, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(measurement_id as varchar) as measurement_id,
    cast(client_id as varchar) as client_id,
    cast(birth_year as smallint) as birth_year,
    cast(sex as varchar) as sex,
    cast(home_municipality_code as varchar) as home_municipality_code,
    cast(service_class_code as varchar) as service_class_code,
    cast(instrument as varchar) as instrument,
    cast(baseline_on as date) as baseline_on,
    cast(baseline_score as decimal(5, 2)) as baseline_score,
    cast(follow_up_due_on as date) as follow_up_due_on,
    cast(follow_up_on as date) as follow_up_on,
    cast(follow_up_score as decimal(5, 2)) as follow_up_score
from {{ source("slices", "outcomes") }}
where rule_mask = 0
