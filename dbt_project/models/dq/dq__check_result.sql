-- One row per check, business time and attempt. dbt lays out what was known before this night; the night's own results,
-- those of dbt and of the marts among them, are put in before the release is sealed.
select
    night_id,
    check_id,
    engine,
    asset,
    dimension,
    severity,
    status,
    is_blocking,
    failed,
    applicable,
    observed,
    message,
    attempt,
    known_from
from {{ ref("stg__check_result") }}
