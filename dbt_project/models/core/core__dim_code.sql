-- One row per list, code and version. A code that a later list lacks ends with the list that had it.
with versions as (

    {{ rows_while_held(ref("stg__code_list_item")) }}

),

final as (

    {{ collapsed_versions(
        "versions",
        key=["code_system", "code"],
        payload=["code_name_fi", "code_name_sv", "code_name_en", "parent_code", "code_status", "valid_from", "valid_to", "origin"],
    ) }}

)

select
    code_system,
    code,
    code_name_fi,
    code_name_sv,
    code_name_en,
    parent_code,
    code_status,
    valid_from,
    valid_to,
    origin,
    known_from,
    known_to
from final
