-- One row per source (or single indicator of it), basis, region, period, input (a delivery or a snapshot) and stretch over which it was behind the figures. Population groups
-- have the inputs of their total, and municipalities those of their county, so that the table stays small.
{%- set kept = [
    "source_code", "indicator_code", "basis", "region_level", "region_code", "period_grain", "period_start",
    "input_role", "receipt_id", "snapshot_id", "row_count", "known_from", "known_to",
] %}
with contact_deliveries as (

    {{ deliveries_of_regions(ref("int__known_delivery"), ref("int__period_month")) }}

),

-- What each delivery says of a county, for as long as the county's own deliveries of the period were all there.
contact_rows as (

    select
        s.basis, p.region_level, p.region_code, p.period_grain, p.period_start, p.county_code, p.receipt_id,
        d.known_from as held_from,
        max(s.contacts) as row_count,
        min(p.known_from) as known_from,
        max(p.known_to) as known_to
    from {{ ref("int__contact_split") }} as s
    inner join {{ ref("int__delivery_piece") }} as p on s.receipt_id = p.receipt_id and s.county_code = p.county_code
    inner join {{ ref("int__known_delivery") }} as d
        on p.receipt_id = d.receipt_id and p.known_from >= d.known_from and p.known_from < d.known_to
    where {{ is_total() }} and p.known_from < p.known_to
    group by s.basis, p.region_level, p.region_code, p.period_grain, p.period_start, p.county_code, p.receipt_id, d.known_from

),

-- A delivery without a contact of the region is behind its figure too, when the region waits for it.
contact_parts as (

    select basis, region_level, region_code, period_grain, period_start, receipt_id, held_from, row_count, known_from, known_to
    from contact_rows

    union all

    select
        b.basis, d.region_level, d.region_code, d.period_grain, d.period_start, d.receipt_id, d.held_from, 0 as row_count,
        d.known_from, d.known_to
    from contact_deliveries as d
    cross join (select 'residence' as basis union all select 'organiser' as basis) as b

),

contact_inputs as (

    select
        basis, region_level, region_code, period_grain, period_start, receipt_id,
        sum(row_count) as row_count,
        min(known_from) as known_from,
        max(known_to) as known_to
    from contact_parts
    group by basis, region_level, region_code, period_grain, period_start, receipt_id, held_from

),

cost_rows as (

    select receipt_id, known_from, count(*) as row_count
    from {{ ref("core__fct_cost") }}
    where not is_internal
    group by receipt_id, known_from

),

cost_inputs as (

    select d.*, coalesce(c.row_count, 0) as row_count
    from ({{ deliveries_of_regions(ref("int__cost_known_delivery"), ref("int__cost_period_month")) }}) as d
    left join cost_rows as c on d.receipt_id = c.receipt_id and d.held_from = c.known_from
    where d.is_organiser

),

residents as (

    {{ population_inputs(ref("core__fct_population"), division_year="p.year") }}

),

projected as (

    {{ population_inputs(ref("core__fct_population_projection"), division_year="p.division_year") }}

),

-- The population that a rate divides by is of another year than the rate.
population_years as (

    select 'care_contacts' as source_code, b.basis, r.period_grain, r.period_start, r.population_year, r.known_from, r.known_to
    from {{ ref("int__population_reference") }} as r
    cross join (select 'residence' as basis union all select 'organiser' as basis) as b

    union all

    select 'costs' as source_code, 'organiser' as basis, period_grain, period_start, population_year, known_from, known_to
    from {{ ref("int__cost_population_reference") }}

    union all

    select distinct p.source_code, a.basis, r.period_grain, r.period_start, r.population_year, r.known_from, r.known_to
    from {{ ref("int__event_population_reference") }} as r
    inner join {{ ref("int__event_period_month") }} as p on r.period_grain = p.period_grain and r.period_start = p.period_start
    inner join {{ ref("int__event_part") }} as a on p.source_code = a.source_code and p.period_grain = a.period_grain and a.is_population_rate
    where not {{ is_traced_elsewhere("p.source_code", "p.period_grain") }}

),

organised as (

    select distinct region_level, region_code, sender_code as county_code
    from {{ ref("int__region_sender") }}
    where is_organiser

),

divided_by as (

    select
        y.source_code, y.basis, n.region_level, n.region_code, y.period_grain, y.period_start, n.snapshot_id, n.row_count,
        {{ later_of("y.known_from", "n.known_from") }} as known_from,
        {{ earlier_of("y.known_to", "n.known_to") }} as known_to
    from population_years as y
    inner join residents as n on y.population_year = n.year and y.known_from < n.known_to and n.known_from < y.known_to
    inner join (select distinct region_level, region_code from organised) as o
        on n.region_level = o.region_level and n.region_code = o.region_code

),

need_inputs as (

    select
        o.region_level, o.region_code, p.period_grain, p.period_start, f.snapshot_id,
        count(*) as row_count,
        min({{ later_of(later_of("r.known_from", "f.known_from"), "p.known_from") }}) as known_from,
        max({{ earlier_of("r.known_to", "coalesce(f.known_to, " ~ open_end() ~ ")") }}) as known_to
    from {{ ref("int__need_factor_reference") }} as r
    inner join {{ ref("core__fct_need_factor") }} as f
        on r.data_year = f.data_year and f.sector = 'TOTAL'
        and r.known_from < coalesce(f.known_to, {{ open_end() }}) and f.known_from < r.known_to
    inner join organised as o on f.county_code = o.county_code
    cross join (select distinct period_grain, period_start, known_from from {{ ref("int__cost_period_month") }}) as p
    group by o.region_level, o.region_code, p.period_grain, p.period_start, f.snapshot_id

),

population_inputs as (

    {% for observation, people in [("int__population_observation", "residents"), ("int__projection_observation", "projected")] -%}
    select distinct
        o.source_code, o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start,
        n.snapshot_id, n.row_count, n.known_from, n.known_to
    from {{ ref(observation) }} as o
    inner join {{ people }} as n
        on o.region_level = n.region_level and o.region_code = n.region_code and extract(year from o.period_start) = n.year
    {{ "union all" if not loop.last }}
    {% endfor %}
),

-- What a publisher gives as a figure of its own: the snapshot that gave it.
published_objects as (

    select distinct indicator_code, 'sotkanet_observation/' || cast(sotkanet_indicator_id as varchar) as object
    from {{ ref("int__sotkanet_indicator") }}

    union all

    select distinct indicator_code, 'key_figure/all' as object
    from {{ ref("int__key_figure_observation") }}

    union all

    {% for indicator in sampo_indicators() -%}
    select '{{ indicator.code }}' as indicator_code, 'sampo_observation/{{ indicator.topic }}' as object
    {{ "union all" if not loop.last }}
    {% endfor %}

),

published as (

    select * from {{ ref("int__sotkanet_observation") }}
    union all
    select * from {{ ref("int__sampo_observation") }}
    union all
    select * from {{ ref("int__key_figure_observation") }}

),

published_snapshots as (

    {{ held_snapshots(ref("stg__sotkanet_observation")) }}
    union all
    {{ held_snapshots(ref("stg__sampo_observation")) }}
    union all
    {{ held_snapshots(ref("stg__key_figure")) }}

),

published_inputs as (

    select
        o.source_code, o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start,
        s.snapshot_id, count(*) as row_count, s.known_from, coalesce(s.known_to, {{ open_end() }}) as known_to
    from published as o
    inner join published_objects as b on o.indicator_code = b.indicator_code
    inner join published_snapshots as s
        on b.object = s.object and o.known_from = s.known_from and (s.known_to is null or s.known_from < s.known_to)
    group by
        o.source_code, o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start,
        s.snapshot_id, s.known_from, s.known_to

),

accounts as (

    select distinct indicator_code, basis, region_level, region_code, period_grain, period_start, period_end
    from {{ ref("int__treasury_observation") }}

),

-- A quarter is what was added since the quarter before it: both documents are behind it.
account_inputs as (

    select
        o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start, c.snapshot_id,
        count(*) as row_count,
        min(c.known_from) as known_from,
        max(coalesce(c.known_to, {{ open_end() }})) as known_to
    from accounts as o
    inner join {{ ref("core__fct_treasury_cell") }} as c
        on o.region_code = c.county_code
        and extract(year from o.period_start) = c.year
        and c.is_in_use
        and c.label_fi in ('Toimintamenot', 'Toimintakulut', 'Toimintatulot', 'Toimintatuotot')
        and c.service_text is null
        and c.task_fi is null
    where
        case
            when o.indicator_code = 'budgeted_net_operating_costs_per_resident_eur'
                then c.package_code = 'HTAS' and c.period_code not like '%C%'
            else
                c.package_code = 'HHKNR' and c.period_code like '%C%'
                and (
                    c.last_month = extract(month from o.period_end)
                    or (o.period_grain = 'quarter' and c.last_month = extract(month from o.period_end) - 3)
                )
        end
    group by o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start, c.snapshot_id

),

account_residents as (

    select
        o.indicator_code, o.basis, o.region_level, o.region_code, o.period_grain, o.period_start,
        n.snapshot_id, n.row_count, n.known_from, n.known_to
    from accounts as o
    inner join residents as n
        on o.region_level = n.region_level and o.region_code = n.region_code and extract(year from o.period_start) - 1 = n.year

),

inputs as (

    select
        'care_contacts' as source_code, cast(null as varchar) as indicator_code, basis, region_level, region_code, period_grain, period_start,
        'rows' as input_role, receipt_id, cast(null as varchar) as snapshot_id, row_count, known_from, known_to
    from contact_inputs

    union all

    select
        'costs' as source_code, cast(null as varchar) as indicator_code, 'organiser' as basis, region_level, region_code, period_grain,
        period_start, 'rows' as input_role, receipt_id, cast(null as varchar) as snapshot_id, row_count, known_from, known_to
    from cost_inputs

    union all

    select
        source_code, indicator_code, basis, region_level, region_code, period_grain, period_start,
        'rows' as input_role, receipt_id, cast(null as varchar) as snapshot_id, row_count, known_from, known_to
    from {{ ref("int__event_input") }}

    union all

    select
        source_code, cast(null as varchar) as indicator_code, basis, region_level, region_code, period_grain, period_start,
        'population' as input_role, cast(null as varchar) as receipt_id, snapshot_id, row_count, known_from, known_to
    from divided_by

    union all

    select
        'costs' as source_code, 'need_adjusted_net_costs_per_resident_eur' as indicator_code, 'organiser' as basis, region_level, region_code,
        period_grain, period_start, 'need_factors' as input_role, cast(null as varchar) as receipt_id, snapshot_id, row_count, known_from,
        known_to
    from need_inputs

    union all

    select
        source_code, indicator_code, basis, region_level, region_code, period_grain, period_start, 'rows' as input_role,
        cast(null as varchar) as receipt_id, snapshot_id, row_count, known_from, known_to
    from population_inputs

    union all

    select
        source_code, indicator_code, basis, region_level, region_code, period_grain, period_start, 'rows' as input_role,
        cast(null as varchar) as receipt_id, snapshot_id, row_count, known_from, known_to
    from published_inputs

    {% for relation, role in [("account_inputs", "rows"), ("account_residents", "population")] %}
    union all

    select
        'treasury' as source_code, indicator_code, basis, region_level, region_code, period_grain, period_start, '{{ role }}' as input_role,
        cast(null as varchar) as receipt_id, snapshot_id, row_count, known_from, known_to
    from {{ relation }}
    {% endfor %}
),

-- A figure of a municipality is made of rows of its county's inputs, and has those.
municipalities as (

    select distinct o.source_code, o.basis, o.period_grain, o.period_start, o.region_code, m.county_code
    from {{ ref("int__municipality_observation") }} as o
    inner join {{ ref("core__dim_municipality") }} as m on extract(year from o.period_start) = m.year and o.region_code = m.municipality_code

),

of_regions as (

    select * from inputs

    union all

    select
        i.source_code, i.indicator_code, i.basis, 'municipality' as region_level, m.region_code, i.period_grain, i.period_start,
        i.input_role, i.receipt_id, i.snapshot_id, i.row_count, i.known_from, i.known_to
    from inputs as i
    inner join municipalities as m
        on i.source_code = m.source_code
        and i.basis = m.basis
        and i.period_grain = m.period_grain
        and i.period_start = m.period_start
        and i.region_code = m.county_code
    where i.region_level = 'county' and i.indicator_code is null

),

hashes as (

    select distinct receipt_id as input_id, sha256 from {{ ref("stg__delivery") }}
    union all
    select snapshot_id as input_id, sha256 from {{ ref("stg__snapshot") }}

),

final as (

    select
        {% for column in kept[:10] %}i.{{ column }}, {% endfor %}
        h.sha256,
        cast(i.row_count as bigint) as row_count,
        i.known_from,
        nullif(i.known_to, {{ open_end() }}) as known_to
    from of_regions as i
    inner join hashes as h on coalesce(i.receipt_id, i.snapshot_id) = h.input_id
    -- Replaced in the moment in which it was known: nobody could have seen a figure of it.
    where i.known_from < i.known_to

)

select * from final
