-- One row per snapshot and code.
select
    cast(snapshot_id as varchar) as snapshot_id,
    cast(code_system as varchar) as code_system,
    cast(code as varchar) as code,
    cast(code_name_fi as varchar) as code_name_fi,
    cast(code_name_sv as varchar) as code_name_sv,
    cast(code_name_en as varchar) as code_name_en,
    cast(parent_code as varchar) as parent_code,
    cast(status as varchar) as code_status,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to,
    cast(origin as varchar) as origin
from {{ source("national", "code_list_item") }}
