-- One row per accepted record of development, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(coalesce(row_receipt_id, receipt_id) as varchar) as row_receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(record_number as bigint) as record_number,
    cast(line_number as bigint) as line_number,
    cast(item_id as varchar) as item_id,
    cast(item_kind as varchar) as item_kind,
    cast(theme as varchar) as theme,
    cast(stage as varchar) as stage,
    cast(started_on as date) as started_on,
    cast(ended_on as date) as ended_on,
    cast(votes as integer) as votes,
    cast(adopted_from as varchar) as adopted_from,
    cast(maturity_area as integer) as maturity_area,
    cast(maturity_level as integer) as maturity_level,
    cast(status_on as date) as status_on
from {{ source("slices", "development") }}
where rule_mask = 0
