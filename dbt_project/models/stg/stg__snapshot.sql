-- One row per snapshot of a national source whose content differed from the one before.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(source_code as varchar) as source_code,
    cast(object as varchar) as object,
    cast(address as varchar) as address,
    cast(sha256 as varchar) as sha256,
    cast(bytes as bigint) as bytes,
    cast(licence as varchar) as licence,
    cast(source_updated as varchar) as source_updated,
    cast(origin as varchar) as origin,
    cast(known_from as timestamp) as known_from,
    cast(known_to as timestamp) as known_to
from {{ source("registry", "snapshot") }}
