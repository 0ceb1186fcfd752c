-- One row per correction, row that it is of, and stretch of time over which it stood.
select
    cast(correction_id as varchar) as correction_id,
    cast(dataset as varchar) as dataset,
    cast(row_key as varchar) as row_key,
    cast(column_name as varchar) as column_name,
    cast(expected_value as decimal(18, 6)) as expected_value,
    cast(new_value as decimal(18, 6)) as new_value,
    cast(reason_fi as varchar) as reason_fi,
    cast(reason_sv as varchar) as reason_sv,
    cast(reason_en as varchar) as reason_en,
    cast(source as varchar) as source,
    cast(told_to as varchar) as told_to,
    cast(told_on as date) as told_on,
    cast(decided_by as varchar) as decided_by,
    cast(expires_on as date) as expires_on,
    cast(known_from as timestamp) as known_from,
    cast(known_to as timestamp) as known_to,
    cast(is_withdrawn as boolean) as is_withdrawn
from {{ source("registry", "correction") }}
