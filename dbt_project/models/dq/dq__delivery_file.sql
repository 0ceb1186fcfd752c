-- One row per judgement of a delivery and file of it.
select
    receipt_id,
    file_name,
    sha256,
    bytes,
    received_at,
    judged_by
from {{ ref("stg__delivery_file") }}
