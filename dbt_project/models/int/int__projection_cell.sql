-- One row per year, county, population group and stretch of time over which the same projected population of it was known, by the newest edition.
-- The projection's municipalities are those of its own division year; each counts in the one that it belongs to today.
with projections as (

    select * from {{ ref("core__fct_population_projection") }}
    where edition = (select max(edition) from {{ ref("core__fct_population_projection") }})

),

cells as (

    {{ population_cells("projections", division_year="p.division_year") | indent(4) }}

)

select * from cells
