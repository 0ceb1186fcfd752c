-- One row per snapshot, benefit, measure, county and year.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(benefit_code as varchar) as benefit_code,
    cast(measure_code as varchar) as measure_code,
    cast(county_name as varchar) as county_name,
    cast(year as smallint) as year,
    cast(value as decimal(18, 6)) as value,
    cast(value_status as varchar) as value_status,
    cast(origin as varchar) as origin
from {{ source("national", "kela_county") }}
