-- One row per accepted record of social_services, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(case_id as varchar) as case_id,
    cast(client_id as varchar) as client_id,
    cast(birth_year as smallint) as birth_year,
    cast(sex as varchar) as sex,
    cast(home_municipality_code as varchar) as home_municipality_code,
    cast(service_task as varchar) as service_task,
    cast(urgency as varchar) as urgency,
    cast(initiated_on as date) as initiated_on,
    cast(assessment_started_on as date) as assessment_started_on,
    cast(assessed_on as date) as assessed_on,
    cast(decided_on as date) as decided_on,
    cast(decision as varchar) as decision,
    cast(implemented_on as date) as implemented_on,
    cast(status_on as date) as status_on
from {{ source("slices", "social_services") }}
where rule_mask = 0
