-- One row per national source, and per sender of a dataset.
select
    cast(source_code as varchar) as source_code,
    cast(organiser_code as varchar) as organiser_code,
    cast(fresh_within_days as integer) as fresh_within_days,
    cast(answered_at as timestamp) as answered_at,
    cast(rows_known_from as timestamp) as rows_known_from,
    cast(stale_after as timestamp) as stale_after
from {{ source("registry", "source") }}
