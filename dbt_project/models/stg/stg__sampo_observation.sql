-- One row per snapshot, cube, region, month, category and measure that was asked of Sampo.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(topic as varchar) as topic,
    cast(region_code as varchar) as region_code,
    cast(period_start as date) as period_start,
    cast(category as varchar) as category,
    cast(measure as varchar) as measure,
    cast(value as decimal(18, 6)) as value,
    cast(value_status as varchar) as value_status,
    cast(origin as varchar) as origin
from {{ source("national", "sampo_observation") }}
