-- One row per page and version. A page that is taken off the list keeps its last version.
with versions as (

    select
        p.*,
        s.known_from,
        s.known_to
    from {{ ref("stg__innokyla_page") }} as p
    inner join (
        -- A snapshot that was erased has no rows left, and so replaces nothing.
        select
            snapshot_id,
            known_from,
            lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
        from {{ ref("stg__snapshot") }}
        where snapshot_id in (select distinct snapshot_id from {{ ref("stg__innokyla_page") }})
    ) as s on p.snapshot_id = s.snapshot_id
    -- Replaced in the moment in which it was known: nobody could have seen it.
    where s.known_to is null or s.known_from < s.known_to

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
