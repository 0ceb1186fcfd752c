-- One row per list, code and version. A code that a later list lacks ends with the list that had it.
with versions as (

    select
        c.*,
        s.known_from,
        s.known_to
    from {{ ref("stg__code_list_item") }} as c
    inner join (
        -- A snapshot that was erased has no rows left, and so replaces nothing.
        select
            snapshot_id,
            known_from,
            lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
        from {{ ref("stg__snapshot") }}
        where snapshot_id in (select distinct snapshot_id from {{ ref("stg__code_list_item") }})
    ) as s on c.snapshot_id = s.snapshot_id
    -- Replaced in the moment in which it was known: nobody could have seen it.
    where s.known_to is null or s.known_from < s.known_to

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
