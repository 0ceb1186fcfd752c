-- One row per snapshot, year, area and key figure of the population.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(indicator_code as varchar) as indicator_code,
    -- The table's own code of the whole country stands for none of its areas.
    cast(case when area_code <> 'SSS' then area_code end as varchar) as county_code,
    cast(year as smallint) as year,
    cast(value as decimal(9, 4)) as value,
    cast(value_status as varchar) as value_status,
    cast(origin as varchar) as origin
from {{ source("national", "key_figure") }}
