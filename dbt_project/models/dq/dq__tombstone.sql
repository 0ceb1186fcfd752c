-- One row per key that was taken away, delivery whose month lacks it, and stretch of time over which that delivery held.
select
    organiser_code,
    dataset,
    period,
    receipt_id,
    row_key,
    deleted_by,
    file_name,
    line_number,
    known_from,
    known_to
from {{ ref("stg__tombstone") }}
