-- One row per organisation or unit and version. One that a later register lacks ends with the register that had it.
with versions as (

    select
        c.*,
        s.known_from,
        s.known_to
    from {{ ref("stg__care_organisation") }} as c
    inner join (
        -- A snapshot that was erased has no rows left, and so replaces nothing.
        select
            snapshot_id,
            known_from,
            lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
        from {{ ref("stg__snapshot") }}
        where snapshot_id in (select distinct snapshot_id from {{ ref("stg__care_organisation") }})
    ) as s on c.snapshot_id = s.snapshot_id
    -- Replaced in the moment in which it was known: nobody could have seen it.
    where s.known_to is null or s.known_from < s.known_to

),

final as (

    {{ collapsed_versions(
        "versions",
        key=["organisation_code"],
        payload=["organisation_name_fi", "abbreviation", "parent_organisation_code", "sector_code", "municipality_code", "business_id", "is_social_care_unit", "is_health_care_unit", "topi_code", "code_status", "valid_from", "valid_to", "origin"],
    ) }}

)

select
    organisation_code,
    organisation_name_fi,
    abbreviation,
    parent_organisation_code,
    sector_code,
    municipality_code,
    business_id,
    is_social_care_unit,
    is_health_care_unit,
    topi_code,
    code_status,
    valid_from,
    valid_to,
    origin,
    known_from,
    known_to
from final
