-- One row per snapshot, year and municipality.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(year as smallint) as year,
    cast(municipality_code as varchar) as municipality_code,
    cast(municipality_name_fi as varchar) as municipality_name_fi,
    cast(municipality_name_sv as varchar) as municipality_name_sv,
    cast(hva_code as varchar) as county_code,
    cast(collaborative_area_code as varchar) as collaborative_area_code,
    cast(origin as varchar) as origin
from {{ source("national", "municipality_map") }}
