-- One row per year, municipality, sex, age and version. A snapshot that repeats what the one before it said makes no version.
with populations as (

    select * from {{ ref("stg__population") }}

),

-- A snapshot that was erased has no rows left, and so replaces nothing.
snapshots as (

    select
        snapshot_id,
        known_from,
        lead(known_from) over (partition by source_code, object order by known_from, snapshot_id) as known_to
    from {{ ref("stg__snapshot") }}
    where snapshot_id in (select distinct snapshot_id from populations)

),

versions as (

    select
        p.year,
        p.area_code as municipality_code,
        p.sex,
        case when p.age_years is null then 'total' else lpad(cast(p.age_years as varchar), 3, '0') end as age_code,
        p.age_years,
        p.population,
        p.value_status,
        p.origin,
        p.snapshot_id,
        s.known_from,
        s.known_to
    from populations as p
    inner join snapshots as s on p.snapshot_id = s.snapshot_id
    -- The country's own row is checked against the sum, not stored beside its parts. A snapshot replaced in the same moment was never known.
    where p.area_code <> 'SSS' and (s.known_to is null or s.known_from < s.known_to)

),

final as (

    {{ collapsed_versions(
        "versions",
        key=["year", "municipality_code", "sex", "age_code"],
        payload=["population", "value_status", "origin"],
        carried=["age_years", "snapshot_id"],
    ) }}

)

select
    year,
    municipality_code,
    sex,
    age_code,
    age_years,
    population,
    value_status,
    origin,
    snapshot_id,
    known_from,
    known_to
from final
