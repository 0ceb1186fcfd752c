-- One row per period, basis, region, population group and stretch of time over which nothing that enters its contact figures changed.
{%- set key = ["period_grain", "period_start", "basis", "region_level", "region_code"] + split_columns() %}
{%- set measures = [
    "contacts", "phc_doctor_visits", "first_visits", "first_visits_with_limit", "first_visits_within_limit",
    "population", "sampled_population_ppm", "population_parts", "population_parts_missing", "population_parts_provisional",
    "population_years_behind", "counties_complete", "organiser_deliveries", "joint_deliveries",
    "sample_share_ppm", "sample_share_ppm_squared", "synthetic_inputs", "moments",
] %}
with delivery_pieces as (

    select * from {{ ref("int__delivery_piece") }}

),

region_groups as (

    select
        g.*,
        p.period_grain,
        p.period_start,
        p.known_from as period_known_from,
        p.is_synthetic as period_is_synthetic,
        b.basis
    from {{ ref("int__region_group") }} as g
    inner join (
        select distinct period_grain, period_start, known_from, is_synthetic from {{ ref("int__period_month") }}
    ) as p on g.year = cast(extract(year from p.period_start) as smallint)
    cross join (select 'residence' as basis union all select 'organiser' as basis) as b

),

counted as (

    select
        receipt_id, basis, county_code, {{ split_columns() | join(", ") }},
        contacts, phc_doctor_visits, 0 as first_visits, 0 as first_visits_with_limit, 0 as first_visits_within_limit
    from {{ ref("int__contact_split") }}

    union all

    select
        receipt_id, basis, county_code, {{ split_columns() | join(", ") }},
        0 as contacts, 0 as phc_doctor_visits, first_visits, first_visits_with_limit, first_visits_within_limit
    from {{ ref("int__wait_split") }}

),

contact_pieces as (

    select
        p.period_grain, p.period_start, c.basis, p.region_level, p.region_code, {{ split_columns() | join(", ") }},
        p.known_from, p.known_to,
        {{ measures_of(measures, {
            "contacts": "sum(c.contacts)",
            "phc_doctor_visits": "sum(c.phc_doctor_visits)",
            "first_visits": "sum(c.first_visits)",
            "first_visits_with_limit": "sum(c.first_visits_with_limit)",
            "first_visits_within_limit": "sum(c.first_visits_within_limit)",
            "synthetic_inputs": "sum(p.is_synthetic)",
        }) }}
    from counted as c
    inner join delivery_pieces as p on c.receipt_id = p.receipt_id and c.county_code = p.county_code
    group by p.period_grain, p.period_start, c.basis, p.region_level, p.region_code, {{ split_columns() | join(", ") }}, p.known_from, p.known_to

),

-- A county's population counts while the county itself does, so that a missing county leaves both sides of a rate.
population_pieces as (

    select
        g.period_grain, g.period_start, g.basis, g.region_level, g.region_code,
        {% for column in split_columns() %}g.{{ column }}, {% endfor %}
        {{ later_of(later_of("c.known_from", "r.known_from"), "n.known_from") }} as known_from,
        {{ earlier_of(earlier_of("c.known_to", "r.known_to"), "n.known_to") }} as known_to,
        {{ measures_of(measures, {
            "population": "n.population",
            "sampled_population_ppm": "n.population * c.sample_share_ppm",
            "population_parts": "1",
            "population_parts_missing": "case when n.municipalities_missing > 0 then 1 else 0 end",
            "population_parts_provisional": "case when n.municipalities_provisional > 0 then 1 else 0 end",
            "population_years_behind": "r.expected_year - r.population_year",
            "synthetic_inputs": "n.synthetic_inputs",
        }) }}
    from {{ ref("int__county_presence") }} as c
    inner join {{ ref("int__population_reference") }} as r on c.period_grain = r.period_grain and c.period_start = r.period_start
    inner join {{ ref("int__population_cell") }} as n on c.county_code = n.county_code and r.population_year = n.year
    inner join {{ ref("int__region_sender") }} as s on c.county_code = s.sender_code and s.is_organiser
    inner join region_groups as g
        on c.period_grain = g.period_grain
        and c.period_start = g.period_start
        and s.region_level = g.region_level
        and s.region_code = g.region_code
        {% for column in split_columns() -%}
        and n.{{ column }} = g.{{ column }}
        {% endfor %}
),

presence_pieces as (

    select
        {% for column in key %}g.{{ column }}, {% endfor %}
        c.known_from, c.known_to,
        {{ measures_of(measures, {"counties_complete": "1"}) }}
    from {{ ref("int__county_presence") }} as c
    inner join {{ ref("int__region_sender") }} as s on c.county_code = s.sender_code and s.is_organiser
    inner join region_groups as g
        on c.period_grain = g.period_grain
        and c.period_start = g.period_start
        and s.region_level = g.region_level
        and s.region_code = g.region_code

),

coverage_pieces as (

    select
        {% for column in key %}g.{{ column }}, {% endfor %}
        {{ later_of("d.known_from", "g.period_known_from") }} as known_from,
        d.known_to,
        {{ measures_of(measures, {
            "organiser_deliveries": "case when s.is_organiser then 1 else 0 end",
            "joint_deliveries": "case when s.is_organiser then 0 else 1 end",
            "sample_share_ppm": "d.sample_share_ppm",
            "sample_share_ppm_squared": "d.sample_share_ppm * d.sample_share_ppm",
            "synthetic_inputs": "d.is_synthetic",
        }) }}
    from {{ ref("int__known_delivery") }} as d
    inner join {{ ref("int__period_month") }} as p on d.month_start = p.month_start
    inner join {{ ref("int__region_sender") }} as s on d.sender_code = s.sender_code
    inner join region_groups as g
        on p.period_grain = g.period_grain
        and p.period_start = g.period_start
        and s.region_level = g.region_level
        and s.region_code = g.region_code

),

-- From the moment when anybody has delivered the period, a region without a delivery is missing rather than unheard of. What says so are the others'
-- deliveries: where they are synthetic, the gap is too.
period_pieces as (

    select
        {% for column in key %}g.{{ column }}, {% endfor %}
        g.period_known_from as known_from,
        {{ open_end() }} as known_to,
        {{ measures_of(measures, {"moments": "1", "synthetic_inputs": "g.period_is_synthetic"}) }}
    from region_groups as g
    where {{ is_total() }}

),

pieces as (

    select * from contact_pieces
    union all
    select * from population_pieces
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
        {% for column in key %}s.{{ column }}, {% endfor %}
        g.is_resident_group,
        {% for measure in measures if measure != "moments" -%}
        cast(s.{{ measure }} as bigint) as {{ measure }},
        {% endfor -%}
        s.known_from,
        s.known_to
    from states as s
    inner join region_groups as g
        on {% for column in key %}s.{{ column }} = g.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where
        case
            -- A region without any county complete has no figure: one row says so, not one per population group.
            when s.counties_complete = 0
                then s.sex = 'total' and s.age_group = 'total' and s.language_status = 'total' and s.municipality_type = 'total'
            else g.is_resident_group or s.contacts > 0 or s.first_visits > 0
        end

)

select * from final
