-- One row per organisation or unit and version. One that a later register lacks ends with the register that had it.
with versions as (

    {{ rows_while_held(ref("stg__care_organisation")) }}

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
