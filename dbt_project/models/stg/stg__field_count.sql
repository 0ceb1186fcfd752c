-- One row per delivery in force and field of its dataset.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(receipt_id as varchar) as receipt_id,
    cast(column_name as varchar) as column_name,
    cast(column_position as integer) as column_position,
    cast(is_key as boolean) as is_key,
    cast(n as bigint) as n,
    cast(valid_count as bigint) as valid_count,
    cast(other_count as bigint) as other_count,
    cast(default_count as bigint) as default_count,
    cast(invalid_count as bigint) as invalid_count,
    cast(missing_count as bigint) as missing_count
from {{ source("registry", "field_count") }}
