-- One row per year, county, population group and stretch of time over which the same population of it was known.
-- Municipalities are today's: one that has since gone into another counts in that one.
{%- set measures = [
    "given", "population", "municipalities_known", "municipalities_missing", "municipalities_provisional", "synthetic_inputs",
] %}
with populations as (

    select
        p.year,
        m.current_municipality_code,
        t.county_code,
        p.sex,
        case when p.age_code = 'total' then 'total' else {{ age_group("p.age_years") }} end as age_group,
        t.language_status,
        t.municipality_type,
        1 as given,
        coalesce(p.population, 0) as population,
        0 as municipalities_known,
        case when p.value_status in ({{ value_missing() }}, {{ value_suppressed() }}) then 1 else 0 end as municipalities_missing,
        case when p.value_status = {{ value_provisional() }} then 1 else 0 end as municipalities_provisional,
        {{ synthetic_input("p.origin") }} as synthetic_inputs,
        p.known_from,
        coalesce(p.known_to, {{ open_end() }}) as known_to
    from {{ ref("core__fct_population") }} as p
    inner join {{ ref("core__dim_municipality") }} as m on p.year = m.year and p.municipality_code = m.municipality_code
    inner join {{ ref("core__dim_municipality") }} as t on m.year = t.year and m.current_municipality_code = t.municipality_code

),

totals as (

    select *, 1 - municipalities_missing as figures
    from populations
    where sex = 'total' and age_group = 'total'

),

-- When the total of each of today's municipalities was known, under whatever codes.
municipalities as (

    select *
    from (
        {{ running_states(
            "totals",
            ["year", "current_municipality_code", "county_code", "language_status", "municipality_type"],
            ["figures"],
        ) }}
    ) as states_of_municipality
    where figures > 0

),

counted as (

    select
        year, county_code, sex, age_group, language_status, municipality_type, {{ measures | join(", ") }}, known_from, known_to
    from populations

    union all

    select
        m.year, m.county_code, g.sex, g.age_group, m.language_status, m.municipality_type,
        {{ measures_of(measures, {"municipalities_known": "1"}) }},
        m.known_from, m.known_to
    from municipalities as m
    inner join (select distinct year, sex, age_group from populations) as g on m.year = g.year

),

-- Sex and age come with their own totals from the source; the type and the language of the municipality are split here.
grouped as (

    select year, county_code, sex, age_group, 'total' as language_status, 'total' as municipality_type,
        {{ measures | join(", ") }}, known_from, known_to
    from counted

    union all

    select year, county_code, sex, age_group, language_status, 'total' as municipality_type,
        {{ measures | join(", ") }}, known_from, known_to
    from counted
    where sex = 'total' and age_group = 'total'

    union all

    select year, county_code, sex, age_group, 'total' as language_status, municipality_type,
        {{ measures | join(", ") }}, known_from, known_to
    from counted
    where sex = 'total' and age_group = 'total'

),

-- Summed before the running totals: municipalities and years of age share their moments.
pieces as (

    select
        year, county_code, {{ split_columns() | join(", ") }}, known_from, known_to,
        {% for measure in measures -%}
        cast(sum({{ measure }}) as bigint) as {{ measure }}{{ "," if not loop.last }}
        {% endfor -%}
    from grouped
    group by year, county_code, {{ split_columns() | join(", ") }}, known_from, known_to

),

states as (

    {{ running_states("pieces", ["year", "county_code"] + split_columns(), measures) }}

),

final as (

    select
        year,
        county_code,
        {{ split_columns() | join(", ") }},
        {% for measure in measures if measure != "given" -%}
        cast({{ measure }} as bigint) as {{ measure }},
        {% endfor -%}
        known_from,
        known_to
    from states
    where given > 0

)

select * from final
