-- One row per national source, and per sender of a dataset: when it last gave something usable.
select
    source_code,
    organiser_code,
    fresh_within_days,
    answered_at,
    rows_known_from,
    stale_after
from {{ ref("stg__source") }}
