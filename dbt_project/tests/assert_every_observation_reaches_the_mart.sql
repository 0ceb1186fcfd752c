{{ config(meta={"dagster": {"ref": {"name": "mart__minimum_dataset"}}}) }}
-- Detects figures that the mart's joins to the catalogue and the regions dropped or doubled.
-- Matters because an inner join loses in silence what a dimension does not know.
-- A row is an indicator with its number of observations and of mart rows.
with observations as (

    select indicator_code, count(*) as observations
    from {{ ref("core__fct_observation") }}
    group by indicator_code

),

mart as (

    select indicator_code, count(*) as mart_rows
    from {{ ref("mart__minimum_dataset") }}
    group by indicator_code

)

select
    o.indicator_code,
    o.observations,
    coalesce(m.mart_rows, 0) as mart_rows
from observations as o
left join mart as m on o.indicator_code = m.indicator_code
where o.observations <> coalesce(m.mart_rows, 0)
