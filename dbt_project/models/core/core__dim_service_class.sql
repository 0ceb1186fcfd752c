-- One row per class of a code system.
select
    code_system,
    code as service_class_code,
    name_fi as service_class_name_fi,
    name_sv as service_class_name_sv,
    name_en as service_class_name_en,
    parent_code as parent_service_class_code,
    service_group,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to,
    successor_codes,
    is_stand_in = 'true' as is_stand_in,
    source,
    verification,
    notes
from {{ ref("raw__service_class") }}
