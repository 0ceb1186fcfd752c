-- One row per year, county, population group and stretch of time over which the same population of it was known.
with populations as (

    select
        p.year,
        m.county_code,
        p.sex,
        case when p.age_code = 'total' then 'total' else {{ age_group("p.age_years") }} end as age_group,
        m.language_status,
        m.municipality_type,
        coalesce(p.population, 0) as population,
        case when p.value_status in ({{ value_missing() }}, {{ value_suppressed() }}) then 1 else 0 end as municipalities_missing,
        case when p.value_status = {{ value_provisional() }} then 1 else 0 end as municipalities_provisional,
        {{ synthetic_input("p.origin") }} as synthetic_inputs,
        p.known_from,
        coalesce(p.known_to, {{ open_end() }}) as known_to
    from {{ ref("core__fct_population") }} as p
    inner join {{ ref("core__dim_municipality") }} as m on p.year = m.year and p.municipality_code = m.municipality_code

),

-- Sex and age come with their own totals from the source; the type and the language of the municipality are split here.
grouped as (

    select year, county_code, sex, age_group, 'total' as language_status, 'total' as municipality_type,
        population, municipalities_missing, municipalities_provisional, synthetic_inputs, known_from, known_to
    from populations

    union all

    select year, county_code, sex, age_group, language_status, 'total' as municipality_type,
        population, municipalities_missing, municipalities_provisional, synthetic_inputs, known_from, known_to
    from populations
    where sex = 'total' and age_group = 'total'

    union all

    select year, county_code, sex, age_group, 'total' as language_status, municipality_type,
        population, municipalities_missing, municipalities_provisional, synthetic_inputs, known_from, known_to
    from populations
    where sex = 'total' and age_group = 'total'

),

-- Summed before the running totals: municipalities and years of age share their moments.
pieces as (

    select
        year, county_code, {{ split_columns() | join(", ") }}, known_from, known_to,
        1 as municipality_parts,
        cast(sum(population) as bigint) as population,
        cast(sum(municipalities_missing) as bigint) as municipalities_missing,
        cast(sum(municipalities_provisional) as bigint) as municipalities_provisional,
        cast(sum(synthetic_inputs) as bigint) as synthetic_inputs
    from grouped
    group by year, county_code, {{ split_columns() | join(", ") }}, known_from, known_to

),

states as (

    {{ running_states(
        "pieces",
        ["year", "county_code"] + split_columns(),
        ["municipality_parts", "population", "municipalities_missing", "municipalities_provisional", "synthetic_inputs"],
    ) }}

),

final as (

    select
        year,
        county_code,
        {{ split_columns() | join(", ") }},
        cast(population as bigint) as population,
        cast(municipalities_missing as bigint) as municipalities_missing,
        cast(municipalities_provisional as bigint) as municipalities_provisional,
        cast(synthetic_inputs as bigint) as synthetic_inputs,
        known_from,
        known_to
    from states
    where municipality_parts > 0

)

select * from final
