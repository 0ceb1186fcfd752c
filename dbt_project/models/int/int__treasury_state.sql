-- One row per indicator, period, county and stretch of time over which nothing that enters the figure changed.
-- Operating costs are expenditure less income, of cells for the body as a whole. A quarter is what was added since the quarter before it.
{%- set key = ["indicator_code", "period_grain", "period_start", "county_code"] %}
{%- set measures = ["own_cents", "own_parts", "before_cents", "before_parts", "population", "population_parts", "synthetic_inputs"] %}
with cells as (

    select
        county_code,
        package_code,
        year,
        last_month,
        period_code like '%C%' as is_cumulative,
        cast(case when label_fi in ('Toimintamenot', 'Toimintakulut') then amount else -amount end * 100 as bigint) as net_cents,
        {{ synthetic_input("origin") }} as is_synthetic,
        known_from,
        coalesce(known_to, {{ open_end() }}) as known_to
    from {{ ref("core__fct_treasury_cell") }}
    where is_in_use
        and county_code is not null
        and amount is not null
        and service_text is null
        and task_fi is null
        and label_fi in ('Toimintamenot', 'Toimintakulut', 'Toimintatulot', 'Toimintatuotot')

),

own as (

    select
        'budgeted_net_operating_costs_per_resident_eur' as indicator_code, 'year' as period_grain,
        cast(cast(year as varchar) || '-01-01' as date) as period_start, cells.*
    from cells
    where package_code = 'HTAS' and not is_cumulative

    union all

    select
        'net_operating_costs_per_resident_eur' as indicator_code, 'year' as period_grain,
        cast(cast(year as varchar) || '-01-01' as date) as period_start, cells.*
    from cells
    where package_code = 'HHKNR' and is_cumulative and last_month = 12

    union all

    select
        'net_operating_costs_per_resident_eur' as indicator_code, 'quarter' as period_grain,
        cast(cast(year as varchar) || '-' || lpad(cast(last_month - 2 as varchar), 2, '0') || '-01' as date) as period_start, cells.*
    from cells
    where package_code = 'HHKNR' and is_cumulative

),

-- The quarter before, where there is one in the year.
before as (

    select
        'net_operating_costs_per_resident_eur' as indicator_code, 'quarter' as period_grain,
        cast(cast(year as varchar) || '-' || lpad(cast(last_month + 1 as varchar), 2, '0') || '-01' as date) as period_start, cells.*
    from cells
    where package_code = 'HHKNR' and is_cumulative and last_month < 12

),

residents as (

    select o.indicator_code, o.period_grain, o.period_start, o.county_code, n.population, n.synthetic_inputs, n.known_from, n.known_to
    from (select distinct indicator_code, period_grain, period_start, county_code, year from own) as o
    inner join {{ ref("int__population_cell") }} as n
        on o.county_code = n.county_code
        and o.year - 1 = n.year
        and n.sex = 'total' and n.age_group = 'total' and n.language_status = 'total' and n.municipality_type = 'total'
    where n.municipalities_missing = 0

),

pieces as (

    select
        {{ key | join(", ") }}, known_from, known_to,
        {{ measures_of(measures, {"own_cents": "net_cents", "own_parts": "1", "synthetic_inputs": "is_synthetic"}) }}
    from own
    union all
    select
        {{ key | join(", ") }}, known_from, known_to,
        {{ measures_of(measures, {"before_cents": "net_cents", "before_parts": "1", "synthetic_inputs": "is_synthetic"}) }}
    from before
    union all
    select
        {{ key | join(", ") }}, known_from, known_to,
        {{ measures_of(measures, {"population": "population", "population_parts": "1", "synthetic_inputs": "synthetic_inputs"}) }}
    from residents

),

final as (

    {{ running_states("pieces", key=key, measures=measures) }}

)

select * from final
