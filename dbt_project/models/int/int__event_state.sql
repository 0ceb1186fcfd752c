-- One row per indicator made of events, period, basis, region, population group and stretch of time over which nothing that enters its figure changed.
{%- set pair = ["source_code", "denominator_source_code"] %}
{%- set period = ["period_grain", "period_start"] %}
{%- set region = ["region_level", "region_code"] %}
{%- set key = ["indicator_code"] + period + ["basis"] + region + split_columns() %}
{%- set measures = [
    "numerator", "expanded_numerator_ppm", "denominator", "sampled_denominator_ppm",
    "population_parts", "population_parts_missing", "population_parts_provisional", "population_years_behind",
    "counties_complete", "deliveries", "sampled_deliveries", "sample_share_ppm", "sample_share_ppm_squared", "synthetic_inputs", "moments",
] %}
with parts as (

    select * from {{ ref("int__event_part") }}

),

indicators as (

    select * from {{ ref("int__event_indicator") }}

),

pairs as (

    select
        source_code,
        denominator_source_code,
        max(case when has_joint_authority then 1 else 0 end) as has_joint_authority
    from indicators
    group by source_code, denominator_source_code

),

periods as (

    select distinct source_code, {{ period | join(", ") }}, known_from, is_synthetic
    from {{ ref("int__event_period_month") }}

),

-- A figure of two datasets begins where the later of them does: of what was told before anybody sent the other one, nothing is missing.
pair_periods as (

    select
        a.source_code,
        a.denominator_source_code,
        {% for column in period %}p.{{ column }}, {% endfor %}
        p.is_synthetic,
        {{ later_of("p.known_from", "min(o.known_from)") }} as known_from
    from pairs as a
    inner join periods as p on a.source_code = p.source_code
    inner join periods as o
        on a.denominator_source_code = o.source_code and p.period_grain = o.period_grain and o.period_start <= p.period_start
    group by a.source_code, a.denominator_source_code, {% for column in period %}p.{{ column }}, {% endfor %}p.is_synthetic, p.known_from

),

-- Every figure that there should be, whether or not anything was delivered for it.
frames as (

    select
        a.indicator_code,
        a.source_code,
        a.denominator_source_code,
        a.is_population_rate,
        p.period_grain,
        p.period_start,
        a.basis,
        g.region_level,
        g.region_code,
        {% for column in split_columns() %}g.{{ column }}, {% endfor %}
        g.is_resident_group,
        p.known_from as period_known_from,
        p.is_synthetic as period_is_synthetic
    from parts as a
    inner join pair_periods as p
        on a.source_code = p.source_code and a.denominator_source_code = p.denominator_source_code and a.period_grain = p.period_grain
    inner join {{ ref("int__event_group") }} as g
        on a.split_kind = g.split_kind and cast(extract(year from p.period_start) as smallint) = g.year
    where a.side = 'numerator'

),

count_pieces as (

    select
        a.indicator_code, p.period_grain, p.period_start, a.basis, p.region_level, p.region_code,
        {% for column in split_columns() %}s.{{ column }}, {% endfor %}
        p.known_from, p.known_to,
        {{ measures_of(measures, {
            "numerator": "sum(case when a.side = 'numerator' then s.measure_value else 0 end)",
            "expanded_numerator_ppm": "sum(case when a.formula_kind = 'count' then s.measure_value * p.expansion_ppm else 0 end)",
            "denominator": "sum(case when a.side = 'denominator' and a.source_code = a.measured_source_code then s.measure_value else 0 end)",
            "sampled_denominator_ppm":
                "sum(case when a.side = 'denominator' and a.source_code <> a.measured_source_code then s.measure_value * p.sampling_ppm else 0 end)",
            "synthetic_inputs": "sum(p.is_synthetic)",
        }) }}
    from {{ ref("int__event_split") }} as s
    inner join parts as a
        on s.source_code = a.measured_source_code
        and s.measure_code = a.measure_code
        and s.basis = a.basis
        and s.split_kind = a.split_kind
    inner join {{ ref("int__event_piece") }} as p
        on a.source_code = p.source_code
        and a.denominator_source_code = p.denominator_source_code
        and a.measured_source_code = p.measured_source_code
        and a.period_grain = p.period_grain
        and s.receipt_id = p.receipt_id
        and s.county_code = p.county_code
    group by
        a.indicator_code, p.period_grain, p.period_start, a.basis, p.region_level, p.region_code,
        {% for column in split_columns() %}s.{{ column }}, {% endfor %}
        p.known_from, p.known_to

),

-- A county's population counts while the county itself does, so that a missing county leaves both sides of a rate. Summed before it meets the indicators.
residents as (

    select
        {% for column in pair + period %}c.{{ column }}, {% endfor %}
        s.region_level, s.region_code,
        {% for column in split_columns() %}n.{{ column }}, {% endfor %}
        {{ later_of(later_of("c.known_from", "r.known_from"), "n.known_from") }} as held_from,
        {{ earlier_of(earlier_of("c.known_to", "r.known_to"), "n.known_to") }} as held_to,
        sum(n.population * c.sample_share_ppm) as sampled_population_ppm,
        count(*) as parts,
        count(case when n.municipalities_missing > 0 then 1 end) as parts_missing,
        count(case when n.municipalities_provisional > 0 then 1 end) as parts_provisional,
        sum(r.expected_year - r.population_year) as years_behind,
        sum(n.synthetic_inputs) as synthetic_inputs
    from {{ ref("int__event_presence") }} as c
    inner join {{ ref("int__event_population_reference") }} as r on c.period_grain = r.period_grain and c.period_start = r.period_start
    inner join {{ ref("int__population_cell") }} as n on c.county_code = n.county_code and r.population_year = n.year
    inner join {{ ref("int__region_sender") }} as s on c.county_code = s.sender_code and s.is_organiser
    group by
        {% for column in pair + period %}c.{{ column }}, {% endfor %}
        s.region_level, s.region_code,
        {% for column in split_columns() %}n.{{ column }}, {% endfor %}
        held_from, held_to

),

population_pieces as (

    select
        {% for column in key %}f.{{ column }}, {% endfor %}
        n.held_from as known_from,
        n.held_to as known_to,
        {{ measures_of(measures, {
            "sampled_denominator_ppm": "n.sampled_population_ppm",
            "population_parts": "n.parts",
            "population_parts_missing": "n.parts_missing",
            "population_parts_provisional": "n.parts_provisional",
            "population_years_behind": "n.years_behind",
            "synthetic_inputs": "n.synthetic_inputs",
        }) }}
    from frames as f
    inner join residents as n on {% for column in pair + period + region + split_columns() %}f.{{ column }} = n.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where f.is_population_rate and f.is_resident_group

),

present as (

    select
        {% for column in pair + period %}c.{{ column }}, {% endfor %}
        s.region_level, s.region_code, c.known_from, c.known_to,
        count(*) as counties
    from {{ ref("int__event_presence") }} as c
    inner join {{ ref("int__region_sender") }} as s on c.county_code = s.sender_code and s.is_organiser
    group by {% for column in pair + period %}c.{{ column }}, {% endfor %}s.region_level, s.region_code, c.known_from, c.known_to

),

presence_pieces as (

    select
        {% for column in key %}f.{{ column }}, {% endfor %}
        c.known_from, c.known_to,
        {{ measures_of(measures, {"counties_complete": "c.counties"}) }}
    from frames as f
    inner join present as c on {% for column in pair + period + region %}f.{{ column }} = c.{{ column }}{{ " and " if not loop.last }}{% endfor %}

),

delivered as (

    select
        {% for column in pair %}a.{{ column }}, {% endfor %}
        {% for column in period %}p.{{ column }}, {% endfor %}
        s.region_level, s.region_code,
        {{ later_of("d.known_from", "p.known_from") }} as held_from,
        d.known_to as held_to,
        count(*) as deliveries,
        count(case when d.source_code = a.source_code then 1 end) as sampled_deliveries,
        sum(case when d.source_code = a.source_code then d.sample_share_ppm else 0 end) as sample_share_ppm,
        sum(case when d.source_code = a.source_code then {{ wide("d.sample_share_ppm") }} * d.sample_share_ppm else 0 end) as sample_share_ppm_squared,
        sum(d.is_synthetic) as synthetic_inputs
    from pairs as a
    inner join {{ ref("int__event_period_month") }} as p on a.source_code = p.source_code
    inner join {{ ref("int__event_delivery") }} as d
        on d.source_code in (a.source_code, a.denominator_source_code) and p.month_start = d.month_start
    inner join {{ ref("int__region_sender") }} as s
        on d.sender_code = s.sender_code and (s.is_organiser or a.has_joint_authority = 1)
    group by
        {% for column in pair %}a.{{ column }}, {% endfor %}
        {% for column in period %}p.{{ column }}, {% endfor %}
        s.region_level, s.region_code, held_from, held_to

),

coverage_pieces as (

    select
        {% for column in key %}f.{{ column }}, {% endfor %}
        {{ later_of("d.held_from", "f.period_known_from") }} as known_from,
        d.held_to as known_to,
        {{ measures_of(measures, {
            "deliveries": "d.deliveries",
            "sampled_deliveries": "d.sampled_deliveries",
            "sample_share_ppm": "d.sample_share_ppm",
            "sample_share_ppm_squared": "d.sample_share_ppm_squared",
            "synthetic_inputs": "d.synthetic_inputs",
        }) }}
    from frames as f
    inner join delivered as d on {% for column in pair + period + region %}f.{{ column }} = d.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where f.period_known_from < d.held_to

),

-- From the moment when anybody has delivered the period, a region without a delivery is missing rather than unheard of. What says so are the others'
-- deliveries: where they are synthetic, the gap is too.
period_pieces as (

    select
        {{ key | join(", ") }},
        period_known_from as known_from,
        {{ open_end() }} as known_to,
        {{ measures_of(measures, {"moments": "1", "synthetic_inputs": "period_is_synthetic"}) }}
    from frames
    where {{ is_total() }}

),

pieces as (

    select * from count_pieces
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
        f.is_resident_group,
        {% for measure in measures if measure != "moments" -%}
        cast(s.{{ measure }} as bigint) as {{ measure }},
        {% endfor -%}
        s.known_from,
        s.known_to
    from states as s
    inner join frames as f on {% for column in key %}s.{{ column }} = f.{{ column }}{{ " and " if not loop.last }}{% endfor %}
    where
        case
            -- A region without any county complete has no figure: one row says so, not one per population group.
            when s.counties_complete = 0
                then s.sex = 'total' and s.age_group = 'total' and s.language_status = 'total' and s.municipality_type = 'total'
            else f.is_resident_group or s.numerator <> 0 or s.denominator <> 0
        end

)

select * from final
