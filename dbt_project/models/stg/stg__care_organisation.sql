-- One row per snapshot and organisation or unit.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(organisation_code as varchar) as organisation_code,
    cast(organisation_name_fi as varchar) as organisation_name_fi,
    cast(abbreviation as varchar) as abbreviation,
    cast(parent_organisation_code as varchar) as parent_organisation_code,
    cast(sector_code as varchar) as sector_code,
    cast(municipality_code as varchar) as municipality_code,
    cast(business_id as varchar) as business_id,
    cast(is_social_care_unit as boolean) as is_social_care_unit,
    cast(is_health_care_unit as boolean) as is_health_care_unit,
    cast(topi_code as varchar) as topi_code,
    cast(status as varchar) as code_status,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to,
    cast(origin as varchar) as origin
from {{ source("national", "care_organisation") }}
