{{ config(meta={"dagster": {"ref": {"name": "int__scorecard_version"}}}) }}
-- Detects a night on which no version of the scorecard's formula is in force, or two are.
-- Matters because the scorecard would be empty, or told twice.
-- A row is the night with the number of versions.
select b.built_for, count(v.formula_version) as versions
from {{ ref("stg__build_moment") }} as b
left join {{ ref("int__scorecard_version") }} as v on true
group by b.built_for
having count(v.formula_version) <> 1
