-- One row per snapshot of the catalogue and document of a county: body, package, period and stage of approval.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(business_id as varchar) as business_id,
    cast(package_code as varchar) as package_code,
    cast(period_code as varchar) as period_code,
    cast(stage as varchar) as stage,
    cast(approved_at as varchar) as approved_at,
    cast(published_at as varchar) as published_at,
    cast(document_path as varchar) as document_path,
    cast(county_code as varchar) as county_code,
    cast(origin as varchar) as origin
from {{ source("national", "treasury_catalogue") }}
