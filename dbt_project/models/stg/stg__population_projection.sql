-- One row per snapshot, edition, year, area, sex and year of age (null = all ages); the area SSS is the whole country.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(edition as smallint) as edition,
    cast(division_year as smallint) as division_year,
    cast(year as smallint) as year,
    cast(area_code as varchar) as area_code,
    cast(sex as varchar) as sex,
    cast(age_years as smallint) as age_years,
    cast(population as bigint) as population,
    cast(value_status as varchar) as value_status,
    cast(origin as varchar) as origin
from {{ source("national", "population_projection") }}
