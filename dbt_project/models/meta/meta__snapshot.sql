-- One row per snapshot of a national source whose content differed from the one before.
select
    snapshot_id,
    source_code,
    object,
    address,
    sha256,
    bytes,
    licence,
    source_updated,
    origin,
    known_from,
    known_to
from {{ ref("stg__snapshot") }}
