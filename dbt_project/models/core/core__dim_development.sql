-- One row per page and version. A page that is taken off the list keeps its last version.
with versions as (

    {{ rows_while_held(ref("stg__innokyla_page")) }}

),

final as (

    {{ collapsed_versions(
        "versions",
        key=["development_kind", "slug"],
        payload=["page_address", "development_name", "short_description", "place_text", "area_text", "county_code", "funder_name", "parent_name", "programme_goal", "created_on", "modified_on", "origin"],
        carried=["snapshot_id"],
    ) }}

)

select
    development_kind,
    slug,
    page_address,
    development_name,
    short_description,
    place_text,
    area_text,
    county_code,
    funder_name,
    parent_name,
    programme_goal,
    created_on,
    modified_on,
    origin,
    snapshot_id,
    known_from,
    known_to
from final
