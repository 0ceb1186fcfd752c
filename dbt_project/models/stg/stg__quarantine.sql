-- One row per broken rule of a quarantined record, or per line that is no record at all.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(sequence as integer) as sequence,
    cast(file_name as varchar) as file_name,
    cast(line_number as bigint) as line_number,
    cast(column_name as varchar) as column_name,
    cast(rule_id as varchar) as rule_id,
    cast(value_as_sent as varchar) as value_as_sent,
    cast(recovered_by as varchar) as recovered_by,
    cast(known_from as timestamp) as known_from,
    cast(known_to as timestamp) as known_to
from {{ source("registry", "quarantine") }}
