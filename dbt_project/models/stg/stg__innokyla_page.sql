-- One row per snapshot of a page.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(development_kind as varchar) as development_kind,
    cast(slug as varchar) as slug,
    cast(page_address as varchar) as page_address,
    cast(development_name as varchar) as development_name,
    cast(short_description as varchar) as short_description,
    cast(place_text as varchar) as place_text,
    cast(area_text as varchar) as area_text,
    cast(county_code as varchar) as county_code,
    cast(funder_name as varchar) as funder_name,
    cast(parent_name as varchar) as parent_name,
    cast(programme_goal as varchar) as programme_goal,
    cast(created_on as date) as created_on,
    cast(modified_on as date) as modified_on,
    cast(origin as varchar) as origin
from {{ source("national", "innokyla_page") }}
