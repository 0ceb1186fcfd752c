{{ config(severity="warn", meta={"dagster": {"ref": {"name": "core__fct_population"}}}) }}
-- Detects municipalities that exist in a year for which populations were published, yet have none.
-- Matters because their residents would be missing from every rate of their county.
-- A row is a year and municipality.
with populations as (

    select distinct p.year, m.current_municipality_code
    from (select distinct year, municipality_code from {{ ref("core__fct_population") }}) as p
    inner join {{ ref("core__dim_municipality") }} as m on p.year = m.year and p.municipality_code = m.municipality_code

),

municipalities as (

    select * from {{ ref("core__dim_municipality") }}
    where is_in_force

)

select m.year, m.municipality_code, m.county_code
from municipalities as m
inner join (select distinct year from populations) as y on m.year = y.year
-- A series in today's division gives the successor the residents of the earlier years too.
left join populations as p on m.year = p.year and m.current_municipality_code = p.current_municipality_code
where p.current_municipality_code is null
