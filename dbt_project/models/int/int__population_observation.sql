-- One row per year, region, population group and version of the indicator population.
{%- set key = ["year", "region_level", "region_code"] + split_columns() %}
{%- set measures = [
    "parts", "population", "municipalities_known", "municipalities_missing", "municipalities_provisional", "synthetic_inputs",
] %}
with cells as (

    select * from {{ ref("int__population_cell") }}

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
        on s.year = e.year
        and s.region_level = e.region_level
        and s.region_code = e.region_code
        and s.language_status = e.language_status
        and s.municipality_type = e.municipality_type
    where s.parts > 0

),

final as (

    select
        'population' as indicator_code,
        'statfin_population' as source_code,
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
