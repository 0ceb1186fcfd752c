-- One row per year, region, population group and version of the indicator population.
{%- set key = ["year", "region_level", "region_code"] + split_columns() %}
with cells as (

    select * from {{ ref("int__population_cell") }}

),

counties as (

    select * from {{ ref("core__dim_region") }}
    where region_level = 'county'

),

regions_of_county as (

    select region_code as county_code, 'county' as region_level, region_code from counties
    union all
    -- Åland organises for itself and is in no collaborative area, though the classification numbers it as one.
    select region_code as county_code, 'collaborative_area' as region_level, collaborative_area_code as region_code
    from counties
    where is_organiser
    union all
    select c.region_code as county_code, w.region_level, w.region_code
    from counties as c
    cross join (select * from {{ ref("core__dim_region") }} where region_level = 'country') as w

),

pieces as (

    select
        n.year,
        r.region_level,
        r.region_code,
        {% for column in split_columns() %}n.{{ column }}, {% endfor %}
        1 as parts,
        n.population,
        n.municipalities_missing,
        n.municipalities_provisional,
        n.synthetic_inputs,
        n.known_from,
        n.known_to
    from cells as n
    inner join regions_of_county as r on n.county_code = r.county_code

),

states as (

    {{ running_states("pieces", key, ["parts", "population", "municipalities_missing", "municipalities_provisional", "synthetic_inputs"]) }}

),

judged as (

    select
        *,
        case
            when municipalities_missing > 0 then {{ value_missing() }}
            else {{ value_status_of_count("population", "municipalities_provisional") }}
        end as value_status,
        case
            when municipalities_missing > 0
                then cast(municipalities_missing as varchar) || ' figures of its municipalities are missing'
        end as comparability_reason
    from states
    where parts > 0

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
        cast(1 as decimal(5, 4)) as coverage,
        {{ derivation_summed() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from judged

)

select * from final
