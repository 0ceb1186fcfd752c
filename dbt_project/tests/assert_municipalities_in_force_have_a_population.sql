{{ config(severity="warn", meta={"dagster": {"ref": {"name": "core__fct_population"}}}) }}
-- Detects municipalities that exist in a year for which populations were published, yet have none.
-- Matters because their residents would be missing from every rate of their county.
-- A row is a year and municipality.
with populations as (

    select distinct year, municipality_code from {{ ref("core__fct_population") }}

),

municipalities as (

    select * from {{ ref("core__dim_municipality") }}
    where is_in_force

)

select m.year, m.municipality_code, m.county_code
from municipalities as m
inner join (select distinct year from populations) as y on m.year = y.year
-- A series in today's division gives the successor the residents of the earlier years too.
left join populations as p on m.year = p.year and p.municipality_code in (m.municipality_code, m.successor_code)
where p.municipality_code is null
