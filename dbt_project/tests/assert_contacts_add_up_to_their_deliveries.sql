{{ config(meta={"dagster": {"ref": {"name": "meta__lineage"}}}) }}
-- Detects contacts that are in a figure and in no delivery named behind it, or the other way round.
-- Matters because the lineage would then tell of other rows than those counted.
-- A row is a current number of contacts that is not the sum of the contacts that its deliveries brought.
with figures as (

    select * from {{ ref("core__fct_observation") }}
    where known_to is null and indicator_code = 'contacts_per_1000' and numerator is not null and {{ is_total() }}

),

inputs as (

    select
        basis, region_level, region_code, period_grain, period_start,
        sum(row_count) as row_count
    from {{ ref("meta__lineage") }}
    -- What a single indicator is divided by, of another dataset, is no contact.
    where known_to is null and input_role = 'rows' and source_code = 'care_contacts' and indicator_code is null
    group by basis, region_level, region_code, period_grain, period_start

)

select
    f.basis,
    f.region_level,
    f.region_code,
    f.period_grain,
    f.period_start,
    f.numerator,
    i.row_count
from figures as f
left join inputs as i
    on f.basis = i.basis
    and f.region_level = i.region_level
    and f.region_code = i.region_code
    and f.period_grain = i.period_grain
    and f.period_start = i.period_start
where f.numerator is distinct from i.row_count
