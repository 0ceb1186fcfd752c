-- One row per snapshot, indicator, region, year and sex that Sotkanet gave. Regions of all levels stand beside each other.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(indicator_id as integer) as sotkanet_indicator_id,
    cast(region_id as integer) as sotkanet_region_id,
    cast(region_category as varchar) as region_category,
    cast(region_code as varchar) as sotkanet_region_code,
    cast(hva_code as varchar) as county_code,
    cast(municipality_code as varchar) as municipality_code,
    cast(year as smallint) as year,
    cast(sex as varchar) as sex,
    cast(value as decimal(18, 6)) as value,
    cast(abs_value as decimal(18, 6)) as absolute_value,
    cast(value_status as varchar) as value_status,
    cast(origin as varchar) as origin
from {{ source("national", "sotkanet_observation") }}
