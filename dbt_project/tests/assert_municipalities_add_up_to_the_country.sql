{{ config(severity="warn") }}
-- Detects a population snapshot whose municipalities do not sum to the country that the source itself gives.
-- Matters because counties and areas are summed from municipalities; a warning, since small differences have been seen in published figures.
-- A row is a snapshot and year that differ by more than one resident in a thousand.
with totals as (

    select * from {{ ref("stg__population") }}
    where sex = 'total' and age_years is null

),

compared as (

    select
        snapshot_id,
        year,
        max(case when area_code = 'SSS' then population end) as country,
        sum(case when area_code <> 'SSS' then population else 0 end) as municipalities
    from totals
    group by snapshot_id, year

)

select *
from compared
where country is not null and 1000 * abs(country - municipalities) > country
