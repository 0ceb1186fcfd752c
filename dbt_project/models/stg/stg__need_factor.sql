-- One row per snapshot, data year, area (FI is the country without Åland) and sector.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(vintage as varchar) as vintage,
    cast(data_year as smallint) as data_year,
    cast(county_code as varchar) as county_code,
    cast(sector as varchar) as sector,
    cast(need_factor as decimal(9, 6)) as need_factor,
    cast(population as bigint) as population,
    cast(population_65plus as bigint) as population_65plus,
    cast(origin as varchar) as origin
from {{ source("national", "need_factors") }}
