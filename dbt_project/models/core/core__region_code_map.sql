-- One row per code of another system and the region that it means. Joined by system and code, never by the bare code.
select
    code_system,
    external_code,
    region_level,
    region_code,
    source,
    verification,
    notes
from {{ ref("raw__region_code") }}
