-- One row per dataset and month whose figures are final.
select
    dataset,
    period,
    locked_at,
    locked_by,
    reason
from {{ ref("stg__period_lock") }}
