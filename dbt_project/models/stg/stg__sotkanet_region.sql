-- One row per snapshot of the list of regions and region.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(region_id as integer) as sotkanet_region_id,
    cast(region_category as varchar) as region_category,
    cast(region_code as varchar) as sotkanet_region_code,
    cast(hva_code as varchar) as county_code,
    cast(county_system as varchar) as county_system,
    cast(municipality_code as varchar) as municipality_code,
    cast(collaborative_area_code as varchar) as collaborative_area_code,
    cast(name_fi as varchar) as name_fi,
    cast(name_sv as varchar) as name_sv,
    cast(name_en as varchar) as name_en,
    cast(member_of as varchar) as member_of,
    cast(uri as varchar) as uri,
    cast(code_as_sent as varchar) as code_as_sent,
    cast(origin as varchar) as origin
from {{ source("national", "sotkanet_region") }}
