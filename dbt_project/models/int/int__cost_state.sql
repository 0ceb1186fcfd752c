-- One row per period, region, group of costs and stretch of time over which nothing that enters its net costs changed.
-- Only organisers enter: the accounts of a joint authority are those of a producer, and what it is paid stands in its members' costs already.
{%- set key = ["period_grain", "period_start", "region_level", "region_code", "cost_group"] %}
{%- set measures = [
    "net_cents", "population", "need_weighted_ppm", "need_parts", "need_year_sum",
    "population_parts", "population_parts_missing", "population_parts_provisional", "population_years_behind",
    "counties_complete", "organiser_deliveries", "synthetic_inputs", "moments",
] %}
with periods as (

    select distinct period_grain, period_start, known_from, is_synthetic from {{ ref("int__cost_period_month") }}

),

cost_groups as (

    select 'total' as cost_group
    union
    select service_group as cost_group
    from {{ ref("core__dim_service_class") }}
    where code_system = '{{ var("service_class_system") }}'

),

organisers as (

    select region_level, region_code, sender_code as county_code
    from {{ ref("int__region_sender") }}
    where is_organiser

),

presence as (

    select
        c.period_grain, c.period_start, c.county_code, o.region_level, o.region_code, g.cost_group, c.known_from, c.known_to
    from {{ ref("int__cost_presence") }} as c
    inner join organisers as o on c.county_code = o.county_code
    cross join cost_groups as g

),

cost_pieces as (

    select
        p.period_grain, p.period_start, p.region_level, p.region_code, p.cost_group,
        {{ later_of("d.known_from", "p.known_from") }} as known_from,
        {{ earlier_of("d.known_to", "p.known_to") }} as known_to,
        {{ measures_of(measures, {"net_cents": "c.net_cents", "synthetic_inputs": "d.is_synthetic"}) }}
    from {{ ref("int__cost_split") }} as c
    inner join {{ ref("int__cost_known_delivery") }} as d on c.receipt_id = d.receipt_id
    inner join {{ ref("int__cost_period_month") }} as m on d.month_start = m.month_start
    inner join presence as p
        on m.period_grain = p.period_grain
        and m.period_start = p.period_start
        and c.sender_code = p.county_code
        and c.cost_group = p.cost_group
        and d.known_from < p.known_to
        and p.known_from < d.known_to

),

-- A county's residents count while its costs do, so that a missing county leaves both sides of a rate.
residents as (

    select
        p.period_grain, p.period_start, p.county_code, p.region_level, p.region_code, p.cost_group,
        n.population, n.municipalities_missing, n.municipalities_provisional, n.synthetic_inputs,
        r.expected_year - r.population_year as years_behind,
        {{ later_of(later_of("p.known_from", "r.known_from"), "n.known_from") }} as known_from,
        {{ earlier_of(earlier_of("p.known_to", "r.known_to"), "n.known_to") }} as known_to
    from presence as p
    inner join {{ ref("int__cost_population_reference") }} as r on p.period_grain = r.period_grain and p.period_start = r.period_start
    inner join {{ ref("int__population_cell") }} as n
        on p.county_code = n.county_code
        and r.population_year = n.year
        and n.sex = 'total' and n.age_group = 'total' and n.language_status = 'total' and n.municipality_type = 'total'

),

population_pieces as (

    select
        {{ key | join(", ") }}, known_from, known_to,
        {{ measures_of(measures, {
            "population": "population",
            "population_parts": "1",
            "population_parts_missing": "case when municipalities_missing > 0 then 1 else 0 end",
            "population_parts_provisional": "case when municipalities_provisional > 0 then 1 else 0 end",
            "population_years_behind": "years_behind",
            "synthetic_inputs": "synthetic_inputs",
        }) }}
    from residents

),

need_pieces as (

    select
        n.period_grain, n.period_start, n.region_level, n.region_code, n.cost_group,
        {{ later_of(later_of("n.known_from", "r.known_from"), "f.known_from") }} as known_from,
        {{ earlier_of(earlier_of("n.known_to", "r.known_to"), "coalesce(f.known_to, " ~ open_end() ~ ")") }} as known_to,
        {{ measures_of(measures, {
            "need_weighted_ppm": "n.population * cast(f.need_factor * 1000000 as bigint)",
            "need_parts": "1",
            "need_year_sum": "f.data_year",
            "synthetic_inputs": synthetic_input("f.origin"),
        }) }}
    from residents as n
    cross join {{ ref("int__need_factor_reference") }} as r
    inner join {{ ref("core__fct_need_factor") }} as f
        on r.data_year = f.data_year and n.county_code = f.county_code and f.sector = 'TOTAL'
    where n.cost_group = 'total'

),

presence_pieces as (

    select
        {{ key | join(", ") }}, known_from, known_to,
        {{ measures_of(measures, {"counties_complete": "1"}) }}
    from presence

),

coverage_pieces as (

    select
        m.period_grain, m.period_start, o.region_level, o.region_code, g.cost_group,
        {{ later_of("d.known_from", "m.known_from") }} as known_from,
        d.known_to,
        {{ measures_of(measures, {"organiser_deliveries": "1", "synthetic_inputs": "d.is_synthetic"}) }}
    from {{ ref("int__cost_known_delivery") }} as d
    inner join {{ ref("int__cost_period_month") }} as m on d.month_start = m.month_start
    inner join organisers as o on d.sender_code = o.county_code
    cross join cost_groups as g

),

-- From the moment when anybody has delivered the period, a region without a delivery is missing rather than unheard of.
period_pieces as (

    select
        p.period_grain, p.period_start, o.region_level, o.region_code, g.cost_group,
        p.known_from,
        {{ open_end() }} as known_to,
        {{ measures_of(measures, {"moments": "1", "synthetic_inputs": "p.is_synthetic"}) }}
    from periods as p
    cross join (select distinct region_level, region_code from organisers) as o
    cross join cost_groups as g

),

pieces as (

    select * from cost_pieces
    union all
    select * from population_pieces
    union all
    select * from need_pieces
    union all
    select * from presence_pieces
    union all
    select * from coverage_pieces
    union all
    select * from period_pieces

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

)

select * from final
