{#- Residents by municipality, summed to counties and regions: the same way for what was counted and for what is projected. -#}

{#- One row per year, county, population group and stretch of time over which the same figures of it were known, from rows by municipality, sex and age.
    `division_year` is the year of the municipal division that a row's municipality is of, as SQL over the relation `p`. -#}
{% macro population_cells(relation, division_year) %}
{%- set measures = [
    "given", "population", "municipalities_known", "municipalities_missing", "municipalities_provisional", "synthetic_inputs",
] %}
with populations as (

    select
        p.year,
        m.current_municipality_code,
        t.county_code,
        p.sex,
        a.age_group,
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
    from {{ relation }} as p
    inner join {{ ref("core__dim_municipality") }} as m on {{ division_year }} = m.year and p.municipality_code = m.municipality_code
    inner join {{ ref("core__dim_municipality") }} as t on m.year = t.year and m.current_municipality_code = t.municipality_code
    inner join (
        select 'total' as age_group, 'total' as age_band
        union all
        {{ age_group_bands() }}
    ) as a on case when p.age_code = 'total' then 'total' else {{ age_band("p.age_years") }} end = a.age_band

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
{%- endmacro %}

{#- One row per year, region, population group and version of an indicator that counts residents, from population cells. `division_year` is the year whose
    municipalities a figure should be summed from, as SQL over the relation `s`. -#}
{% macro population_observations(relation, indicator_code, source_code, division_year) %}
{%- set key = ["year", "region_level", "region_code"] + split_columns() %}
{%- set measures = [
    "parts", "population", "municipalities_known", "municipalities_missing", "municipalities_provisional", "synthetic_inputs",
] %}
with cells as (

    select * from {{ relation }}

),

-- One figure of the country an indicator: the population is that of the whole of it, Åland included.
regions as (

    select a.*
    from {{ ref("core__region_county_assn") }} as a
    inner join {{ ref("core__dim_region") }} as r on a.region_level = r.region_level and a.region_code = r.region_code
    where r.kind <> 'mainland'

),

pieces as (

    select
        n.year,
        r.region_level,
        r.region_code,
        {% for column in split_columns() %}n.{{ column }}, {% endfor %}
        1 as parts,
        n.population,
        n.municipalities_known,
        n.municipalities_missing,
        n.municipalities_provisional,
        n.synthetic_inputs,
        n.known_from,
        n.known_to
    from cells as n
    inner join regions as r on n.county_code = r.county_code

),

states as (

    {{ running_states("pieces", key, measures) }}

),

judged as (

    select
        s.*,
        e.municipalities_expected,
        case
            when s.municipalities_missing > 0 then {{ value_missing() }}
            else {{ value_status_of_count("s.population", "s.municipalities_provisional") }}
        end as value_status,
        case
            when s.municipalities_missing > 0
                then cast(s.municipalities_missing as varchar) || ' figures of its municipalities are missing'
            when s.municipalities_known < e.municipalities_expected
                then cast(e.municipalities_expected - s.municipalities_known as varchar) || ' of '
                    || cast(e.municipalities_expected as varchar) || ' municipalities have no figure'
        end as comparability_reason
    from states as s
    inner join {{ ref("int__municipality_count") }} as e
        on {{ division_year }} = e.year
        and s.region_level = e.region_level
        and s.region_code = e.region_code
        and s.language_status = e.language_status
        and s.municipality_type = e.municipality_type
    where s.parts > 0

),

final as (

    select
        '{{ indicator_code }}' as indicator_code,
        '{{ source_code }}' as source_code,
        'residence' as basis,
        region_level,
        region_code,
        'year' as period_grain,
        cast(cast(year as varchar) || '-01-01' as date) as period_start,
        cast(cast(year as varchar) || '-12-31' as date) as period_end,
        {{ split_columns() | join(", ") }},
        cast(case when value_status <> {{ value_missing() }} then population end as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("synthetic_inputs", "'published'") }} as origin,
        cast({{ ratio("municipalities_known", "municipalities_expected") }} as decimal(5, 4)) as coverage,
        -- The source knows no counties, in no year: before 2023 they did not exist, and its table has municipalities only.
        {{ derivation_summed() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from judged

)

select * from final
{%- endmacro %}

{#- Rows by municipality, sex, age and version from the snapshots of a staged model. `first` are key columns of its own, `carried` columns that follow from the key. -#}
{% macro population_versions(staged, first=[], carried=[]) %}
{%- set key = first + ["year", "municipality_code", "sex", "age_code"] %}
with populations as (

    select * from {{ staged }}

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
        {% for column in first + ["year"] %}p.{{ column }}, {% endfor %}
        p.area_code as municipality_code,
        p.sex,
        case when p.age_years is null then 'total' else lpad(cast(p.age_years as varchar), 3, '0') end as age_code,
        p.age_years,
        {% for column in carried %}p.{{ column }}, {% endfor %}
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
        key=key,
        payload=["population", "value_status", "origin"],
        carried=["age_years"] + carried + ["snapshot_id"],
    ) }}

)

select
    {{ (key + ["age_years"] + carried) | join(", ") }},
    population,
    value_status,
    origin,
    snapshot_id,
    known_from,
    known_to
from final
{%- endmacro %}
