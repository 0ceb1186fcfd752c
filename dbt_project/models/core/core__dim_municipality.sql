-- One row per year and municipality code ever known, also a dissolved one, with the county that answers for it in that year.
-- The classification snapshot of the year decides; where there is none, or it does not know the code, the seed and the successor do.
with seeds as (

    select * from {{ ref("raw__municipality") }}

),

-- The last snapshot of a year replaces the whole year: a code that only an older one knew is no longer in force.
map_snapshots as (

    select
        m.year,
        m.snapshot_id,
        row_number() over (partition by m.year order by s.known_from desc, m.snapshot_id desc) as recency
    from (select distinct year, snapshot_id from {{ ref("stg__municipality_map") }}) as m
    inner join {{ ref("stg__snapshot") }} as s on m.snapshot_id = s.snapshot_id

),

map_rows as (

    select m.*
    from {{ ref("stg__municipality_map") }} as m
    inner join map_snapshots as s on m.year = s.year and m.snapshot_id = s.snapshot_id
    where s.recency = 1

),

map_years as (

    select distinct year from map_rows

),

last_map_rows as (

    select * from (
        select *, row_number() over (partition by municipality_code order by year desc) as nth
        from map_rows
    ) as ranked
    where nth = 1

),

years as (

    {% for year in range(var("first_seed_year"), var("last_seed_year") + 1) -%}
    select cast({{ year }} as smallint) as year
    union
    {% endfor -%}
    select year from map_rows
    union
    select year from {{ ref("stg__population") }}
    union
    select cast(extract(year from {{ month_start("period") }}) as smallint) as year
    from {{ ref("stg__delivery") }}
    where period is not null

),

codes as (

    select municipality_code from seeds
    union
    select municipality_code from map_rows

),

placed as (

    select
        y.year,
        c.municipality_code,
        coalesce(m.municipality_name_fi, s.name_fi, l.municipality_name_fi) as municipality_name_fi,
        coalesce(m.municipality_name_sv, s.name_sv, l.municipality_name_sv) as municipality_name_sv,
        coalesce(m.county_code, successor_m.county_code, s.hva_code, l.county_code) as county_code,
        coalesce(
            m.collaborative_area_code, successor_m.collaborative_area_code, s.collaborative_area_code, l.collaborative_area_code
        ) as collaborative_area_code,
        coalesce(s.language_status, successor.language_status, 'unknown') as language_status,
        coalesce(s.municipality_type, successor.municipality_type, 'unknown') as municipality_type,
        cast(s.dissolved_on as date) as dissolved_on,
        s.successor_code,
        -- The map decides what is in force in a year that it covers, the seed elsewhere.
        case
            when map_years.year is not null then m.municipality_code is not null
            else s.municipality_code is not null
                and (s.dissolved_on is null or cast(extract(year from cast(s.dissolved_on as date)) as smallint) > y.year)
        end as is_in_force,
        case when m.municipality_code is not null then 'classification_snapshot' else 'seed' end as mapping_source,
        m.snapshot_id,
        coalesce(m.origin, 'published') as origin
    from years as y
    cross join codes as c
    left join map_years on y.year = map_years.year
    left join seeds as s on c.municipality_code = s.municipality_code
    left join seeds as successor on s.successor_code = successor.municipality_code
    left join map_rows as m on y.year = m.year and c.municipality_code = m.municipality_code
    left join map_rows as successor_m on y.year = successor_m.year and s.successor_code = successor_m.municipality_code
    left join last_map_rows as l on c.municipality_code = l.municipality_code

),

final as (

    select
        *,
        case when is_in_force then municipality_code else coalesce(successor_code, municipality_code) end as current_municipality_code
    from placed

)

select * from final
