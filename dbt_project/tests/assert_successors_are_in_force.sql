{{ config(meta={"dagster": {"ref": {"name": "core__dim_municipality"}}}) }}
-- Detects a dissolved municipality whose successors lead to none that stands: to an unknown code, or round in a ring.
-- Matters because its residents and contacts would be placed in a municipality that does not exist.
-- A row is the dissolved municipality in a year.
select m.year, m.municipality_code, m.successor_code, m.municipality_code_in_year
from {{ ref("core__dim_municipality") }} as m
left join {{ ref("raw__municipality") }} as s on m.municipality_code_in_year = s.municipality_code
where
    not m.is_in_force
    and cast(extract(year from m.dissolved_on) as smallint) <= m.year
    and (
        s.municipality_code is null
        or cast(extract(year from cast(s.dissolved_on as date)) as smallint) <= m.year
    )
