-- One row per data year, area, sector and version. An edition that repeats a figure makes no version, and one without a year leaves its figures standing.
with factors as (

    select * from {{ ref("stg__need_factor") }}

),

versions as (

    select
        f.*,
        s.known_from,
        lead(s.known_from) over (
            partition by f.data_year, f.county_code, f.sector order by s.known_from, f.snapshot_id
        ) as known_to
    from factors as f
    inner join {{ ref("stg__snapshot") }} as s on f.snapshot_id = s.snapshot_id

),

-- Replaced in the moment in which it was known: nobody could have seen it.
held as (

    select * from versions
    where known_to is null or known_from < known_to

),

final as (

    {{ collapsed_versions(
        "held",
        key=["data_year", "county_code", "sector"],
        payload=["need_factor", "population", "population_65plus", "origin"],
        carried=["vintage", "snapshot_id"],
    ) }}

)

select
    data_year,
    county_code,
    sector,
    need_factor,
    population,
    population_65plus,
    vintage,
    origin,
    snapshot_id,
    known_from,
    known_to
from final
