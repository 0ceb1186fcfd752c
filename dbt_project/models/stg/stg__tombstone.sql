-- One row per key that was taken away, delivery whose month lacks it, and stretch of time over which that delivery held.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(receipt_id as varchar) as receipt_id,
    cast(row_key as varchar) as row_key,
    cast(deleted_by as varchar) as deleted_by,
    cast(file_name as varchar) as file_name,
    cast(line_number as bigint) as line_number,
    cast(known_from as timestamp) as known_from,
    cast(known_to as timestamp) as known_to
from {{ source("registry", "tombstone") }}
