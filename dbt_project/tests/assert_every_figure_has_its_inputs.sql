{{ config(meta={"dagster": {"ref": {"name": "meta__lineage"}}}) }}
-- Detects figures of which nobody can say what they were made of.
-- Matters because a number that cannot be explained must not be published.
-- A row is a current figure with a value that no delivery and no snapshot is behind.
with figures as (

    select * from {{ ref("core__fct_observation") }}
    where known_to is null and value is not null

),

inputs as (

    select * from {{ ref("meta__lineage") }}
    where known_to is null and input_role = 'rows'

)

select
    f.indicator_code,
    f.basis,
    f.region_level,
    f.region_code,
    f.period_grain,
    f.period_start,
    count(*) as figures
from figures as f
left join inputs as i
    on f.source_code = i.source_code
    and f.basis = i.basis
    and f.region_level = i.region_level
    and f.region_code = i.region_code
    and f.period_grain = i.period_grain
    and f.period_start = i.period_start
    and (i.indicator_code is null or f.indicator_code = i.indicator_code)
where i.source_code is null
group by f.indicator_code, f.basis, f.region_level, f.region_code, f.period_grain, f.period_start
