-- One row per year and municipality code ever known, also a dissolved one, with the county that answers for it in that year.
-- The classification snapshot of the year decides; where there is none, or it does not know the code, the seed and the successors do.
with recursive seeds as (

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

-- The map decides what is in force in a year that it covers, the seed elsewhere.
known as (

    select
        y.year,
        c.municipality_code,
        cast(s.dissolved_on as date) as dissolved_on,
        s.successor_code,
        case
            when map_years.year is not null then m.municipality_code is not null
            else s.municipality_code is not null
                and (s.dissolved_on is null or cast(extract(year from cast(s.dissolved_on as date)) as smallint) > y.year)
        end as is_in_force
    from years as y
    cross join codes as c
    left join map_years on y.year = map_years.year
    left join seeds as s on c.municipality_code = s.municipality_code
    left join map_rows as m on y.year = m.year and c.municipality_code = m.municipality_code

),

-- From successor to successor until one is in force in the year. The number of steps is bounded so that a ring ends in a failed test, not in a night that never does.
steps as (

    select year, municipality_code, municipality_code as standing_code, 0 as step
    from known

    union all

    select s.year, s.municipality_code, k.successor_code as standing_code, s.step + 1 as step
    from steps as s
    inner join known as k on s.year = k.year and s.standing_code = k.municipality_code
    where not k.is_in_force and k.successor_code is not null and s.step < 20

),

standing as (

    select year, municipality_code, standing_code
    from (select *, row_number() over (partition by year, municipality_code order by step desc) as nth from steps) as ranked
    where nth = 1

),

-- Today is the newest year that the classification, a delivery or the seed speaks of, not the clock's; a projection speaks of years to come.
today as (

    select max(year) as year
    from (
        select year from map_rows
        union all
        select cast(extract(year from {{ month_start("period") }}) as smallint) as year
        from {{ ref("stg__delivery") }}
        where period is not null
        union all
        select cast({{ var("last_seed_year") }} as smallint) as year
    ) as spoken_of

),

final as (

    select
        k.year,
        k.municipality_code,
        coalesce(m.municipality_name_fi, s.name_fi, l.municipality_name_fi) as municipality_name_fi,
        coalesce(m.municipality_name_sv, s.name_sv, l.municipality_name_sv) as municipality_name_sv,
        coalesce(m.county_code, standing_m.county_code, s.hva_code, l.county_code) as county_code,
        coalesce(
            m.collaborative_area_code, standing_m.collaborative_area_code, s.collaborative_area_code, l.collaborative_area_code
        ) as collaborative_area_code,
        coalesce(s.language_status, standing_s.language_status, 'unknown') as language_status,
        coalesce(s.municipality_type, standing_s.municipality_type, 'unknown') as municipality_type,
        k.dissolved_on,
        k.successor_code,
        k.is_in_force,
        case when m.municipality_code is not null then 'classification_snapshot' else 'seed' end as mapping_source,
        m.snapshot_id,
        coalesce(m.origin, 'published') as origin,
        y.standing_code as municipality_code_in_year,
        c.standing_code as current_municipality_code
    from known as k
    inner join standing as y on k.year = y.year and k.municipality_code = y.municipality_code
    inner join standing as c on k.municipality_code = c.municipality_code
    inner join today as t on c.year = t.year
    left join seeds as s on k.municipality_code = s.municipality_code
    left join map_rows as m on k.year = m.year and k.municipality_code = m.municipality_code
    left join seeds as standing_s on y.standing_code = standing_s.municipality_code
    left join map_rows as standing_m on k.year = standing_m.year and y.standing_code = standing_m.municipality_code
    left join last_map_rows as l on k.municipality_code = l.municipality_code

)

select * from final
