-- One row per indicator that the catalogue makes of municipalities too, quarter, municipality and stretch of time over which nothing that enters its figure changed: totals by
-- residence. A municipality counts while its county does.
{%- set key = ["indicator_code", "period_grain", "period_start", "municipality_code"] %}
{%- set measures = [
    "numerator", "sampled_denominator_ppm", "population_parts", "population_parts_missing", "population_parts_provisional", "population_years_behind",
    "counties_complete", "deliveries", "sampled_deliveries", "sample_share_ppm", "sample_share_ppm_squared", "synthetic_inputs", "moments",
] %}
{%- set of_county = ["counties_complete", "deliveries", "sampled_deliveries", "sample_share_ppm", "sample_share_ppm_squared", "synthetic_inputs"] %}
with indicators as (

    select e.indicator_code, e.source_code, e.numerator_measure
    from {{ ref("int__event_indicator") }} as e
    inner join {{ ref("core__dim_indicator") }} as i on e.indicator_code = i.indicator_code
    where {{ list_has("i.region_levels", "'municipality'") }}

),

municipalities as (

    select year, municipality_code, county_code
    from {{ ref("core__dim_municipality") }}
    where municipality_code = current_municipality_code and is_in_force

),

-- Deliveries, samples and what is missing are the county's.
counties as (

    select s.*
    from {{ ref("int__event_state") }} as s
    inner join indicators as i on s.indicator_code = i.indicator_code
    where s.basis = 'residence' and s.period_grain = 'quarter' and s.region_level = 'county'
        and s.sex = 'total' and s.age_group = 'total' and s.language_status = 'total' and s.municipality_type = 'total'

),

-- What came from a municipality that has since gone into another counts in that one, as its residents do.
counted as (

    select
        m.source_code, m.measure_code, m.receipt_id, t.municipality_code, t.county_code,
        sum(m.measure_value) as measure_value
    from {{ ref("int__event_measure") }} as m
    inner join (select distinct source_code, numerator_measure from indicators) as i
        on m.source_code = i.source_code and m.measure_code = i.numerator_measure
    inner join {{ ref("core__dim_municipality") }} as y on m.year = y.year and m.home_municipality_code = y.municipality_code
    inner join municipalities as t on y.year = t.year and y.current_municipality_code = t.municipality_code
    group by m.source_code, m.measure_code, m.receipt_id, t.municipality_code, t.county_code

),

residents as (

    select
        p.year, t.municipality_code,
        p.known_from,
        coalesce(p.known_to, {{ open_end() }}) as known_to,
        sum(coalesce(p.population, 0)) as population,
        count(*) as parts,
        count(case when p.value_status in ({{ value_missing() }}, {{ value_suppressed() }}) then 1 end) as parts_missing,
        count(case when p.value_status = {{ value_provisional() }} then 1 end) as parts_provisional
    from {{ ref("core__fct_population") }} as p
    inner join {{ ref("core__dim_municipality") }} as y on p.year = y.year and p.municipality_code = y.municipality_code
    inner join municipalities as t on y.year = t.year and y.current_municipality_code = t.municipality_code
    where p.sex = 'total' and p.age_code = 'total'
    group by p.year, t.municipality_code, p.known_from, p.known_to

),

pieces as (

    select
        c.indicator_code, c.period_grain, c.period_start, m.municipality_code, c.known_from, c.known_to,
        {%- set carried = {"moments": "1"} -%}
        {%- for measure in of_county %}{% do carried.update({measure: "c." ~ measure}) %}{% endfor %}
        {{ measures_of(measures, carried) }}
    from counties as c
    inner join municipalities as m on c.region_code = m.county_code and extract(year from c.period_start) = m.year

    union all

    select
        i.indicator_code, p.period_grain, p.period_start, n.municipality_code, p.known_from, p.known_to,
        {{ measures_of(measures, {"numerator": "sum(n.measure_value)"}) }}
    from counted as n
    inner join indicators as i on n.source_code = i.source_code and n.measure_code = i.numerator_measure
    inner join {{ ref("int__event_piece") }} as p
        on n.source_code = p.measured_source_code
        and p.source_code = p.denominator_source_code
        and n.receipt_id = p.receipt_id
        and n.county_code = p.county_code
        and p.period_grain = 'quarter'
        and p.region_level = 'county'
    group by i.indicator_code, p.period_grain, p.period_start, n.municipality_code, p.known_from, p.known_to

    union all

    select
        i.indicator_code, c.period_grain, c.period_start, n.municipality_code,
        {{ later_of(later_of("c.known_from", "r.known_from"), "n.known_from") }} as known_from,
        {{ earlier_of(earlier_of("c.known_to", "r.known_to"), "n.known_to") }} as known_to,
        {{ measures_of(measures, {
            "sampled_denominator_ppm": "n.population * c.sample_share_ppm",
            "population_parts": "n.parts",
            "population_parts_missing": "n.parts_missing",
            "population_parts_provisional": "n.parts_provisional",
            "population_years_behind": "n.parts * (r.expected_year - r.population_year)",
        }) }}
    from {{ ref("int__event_presence") }} as c
    inner join indicators as i on c.source_code = i.source_code and c.denominator_source_code = i.source_code
    inner join {{ ref("int__event_population_reference") }} as r on c.period_grain = r.period_grain and c.period_start = r.period_start
    inner join municipalities as m on c.county_code = m.county_code and extract(year from c.period_start) = m.year
    inner join residents as n on m.municipality_code = n.municipality_code and r.population_year = n.year
    where c.period_grain = 'quarter'

),

states as (

    {{ running_states("pieces", key, measures) }}

),

final as (

    select
        {{ key | join(", ") }},
        {% for measure in measures if measure != "moments" -%}
        cast({{ measure }} as bigint) as {{ measure }},
        {% endfor -%}
        known_from,
        known_to
    from states
    where moments > 0

)

select * from final
