-- One row per check, business time and attempt.
select
    cast(night_id as varchar) as night_id,
    cast(check_id as varchar) as check_id,
    cast(engine as varchar) as engine,
    cast(asset as varchar) as asset,
    cast(dimension as varchar) as dimension,
    cast(severity as varchar) as severity,
    cast(status as varchar) as status,
    cast(is_blocking as boolean) as is_blocking,
    cast(failed as bigint) as failed,
    cast(applicable as bigint) as applicable,
    cast(observed as varchar) as observed,
    cast(message as varchar) as message,
    cast(attempt as integer) as attempt,
    cast(known_from as timestamp) as known_from
from {{ source("registry", "check_result") }}
