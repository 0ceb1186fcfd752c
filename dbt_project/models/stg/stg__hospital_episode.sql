-- One row per accepted record of hospital_episodes, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(episode_id as varchar) as episode_id,
    cast(client_id as varchar) as client_id,
    cast(birth_year as smallint) as birth_year,
    cast(sex as varchar) as sex,
    cast(home_municipality_code as varchar) as home_municipality_code,
    cast(specialty as varchar) as specialty,
    cast(admission_kind as varchar) as admission_kind,
    cast(admitted_on as date) as admitted_on,
    cast(discharged_on as date) as discharged_on,
    cast(transfer_ready_on as date) as transfer_ready_on,
    cast(main_diagnosis_code as varchar) as main_diagnosis_code,
    cast(came_from as varchar) as came_from,
    cast(discharged_to as varchar) as discharged_to
from {{ source("slices", "hospital_episodes") }}
where rule_mask = 0
