-- One row per accepted record of care_periods, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(period_id as varchar) as period_id,
    cast(client_id as varchar) as client_id,
    cast(birth_year as smallint) as birth_year,
    cast(sex as varchar) as sex,
    cast(home_municipality_code as varchar) as home_municipality_code,
    cast(service_form as varchar) as service_form,
    cast(provider_sector as varchar) as provider_sector,
    cast(started_on as date) as started_on,
    cast(ended_on as date) as ended_on,
    cast(rai_assessed_on as date) as rai_assessed_on,
    cast(rai_maple as integer) as rai_maple,
    cast(status_on as date) as status_on
from {{ source("slices", "care_periods") }}
where rule_mask = 0
