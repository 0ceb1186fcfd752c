-- One row per judgement of a delivery and file of it.
select
    cast(receipt_id as varchar) as receipt_id,
    cast(file_name as varchar) as file_name,
    cast(sha256 as varchar) as sha256,
    cast(bytes as bigint) as bytes,
    cast(received_at as timestamp) as received_at,
    cast(judged_by as varchar) as judged_by
from {{ source("registry", "delivery_file") }}
