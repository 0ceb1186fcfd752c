-- One row per dataset and month that is locked.
select
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(locked_at as timestamp) as locked_at,
    cast(locked_by as varchar) as locked_by,
    cast(reason as varchar) as reason
from {{ source("registry", "period_lock") }}
