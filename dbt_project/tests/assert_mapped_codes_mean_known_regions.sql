{{ config(meta={"dagster": {"ref": {"name": "core__region_code_map"}}}) }}
-- Detects codes of other systems that are mapped to a region which does not exist on that level.
-- Matters because figures that come with such a code would be lost in a join.
-- A row is the code.
select m.code_system, m.external_code, m.region_level, m.region_code
from {{ ref("core__region_code_map") }} as m
left join {{ ref("core__dim_region") }} as r on m.region_level = r.region_level and m.region_code = r.region_code
where r.region_code is null
