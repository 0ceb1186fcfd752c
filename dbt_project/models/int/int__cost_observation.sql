-- One row per indicator made of costs, region, period and state. Equal states that follow each other are not merged here.
with states as (

    select * from {{ ref("int__cost_state") }}

),

periods as (

    select distinct period_grain, period_start, period_end, month_count
    from {{ ref("int__cost_period_month") }}

),

expected as (

    select region_level, region_code, count(*) as organisers
    from {{ ref("int__region_sender") }}
    where is_organiser
    group by region_level, region_code

),

prepared as (

    select
        s.*,
        p.period_end,
        p.month_count * e.organisers as deliveries_expected,
        {{ is_population_whole("s") }} as is_population_known,
        s.need_parts > 0 and s.need_parts = s.population_parts as is_need_known,
        {{ older_population_reason("s") }} as population_reason,
        case
            when s.need_year_sum <> s.need_parts * cast(extract(year from s.period_start) as bigint) then
                'need factors of data year '
                || cast({{ integer_divide("s.need_year_sum", "nullif(s.need_parts, 0)") }} as varchar)
                || ' used for costs of '
                || cast(cast(extract(year from s.period_start) as bigint) as varchar)
        end as need_reason
    from states as s
    inner join periods as p on s.period_grain = p.period_grain and s.period_start = p.period_start
    inner join expected as e on s.region_level = e.region_level and s.region_code = e.region_code

),

net_costs as (

    select
        case
            when cost_group = 'total' then 'net_costs_per_resident_eur'
            else 'net_costs_per_resident_eur__' || cost_group
        end as indicator_code,
        *,
        case when is_population_known then {{ signed_ratio("net_cents", "100 * " ~ wide("population")) }} end as value,
        case when is_population_known then cast(population as decimal(18, 4)) end as denominator,
        case
            when counties_complete = 0 then {{ value_missing() }}
            when not is_population_known then {{ value_missing() }}
            when population = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("net_cents", "population_parts_provisional") }}
        end as value_status,
        case
            when counties_complete = 0 then cast(null as varchar)
            when not is_population_known then 'the population was not known'
            when population = 0 then 'no residents'
        end as own_reason,
        population_reason as input_reason
    from prepared

),

need_adjusted as (

    select
        'need_adjusted_net_costs_per_resident_eur' as indicator_code,
        *,
        -- Euros by residents, each weighted by the need factor of the own county: for one county, net costs per resident divided by its factor.
        case
            when is_population_known and is_need_known
                then {{ signed_ratio(wide("net_cents") ~ " * 10000", "need_weighted_ppm") }}
        end as value,
        case when is_population_known and is_need_known then {{ ratio("need_weighted_ppm", "1000000") }} end as denominator,
        case
            when counties_complete = 0 then {{ value_missing() }}
            when not (is_population_known and is_need_known) then {{ value_missing() }}
            when population = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("net_cents", "population_parts_provisional") }}
        end as value_status,
        case
            when counties_complete = 0 then cast(null as varchar)
            when not is_population_known then 'the population was not known'
            when not is_need_known then 'need factors were not known'
            when population = 0 then 'no residents'
        end as own_reason,
        {{ joined_reasons(["need_reason", "population_reason"]) }} as input_reason
    from prepared
    where cost_group = 'total'

),

figures as (

    select * from net_costs
    union all
    select * from need_adjusted

),

reasoned as (

    select
        *,
        {{ joined_reasons([
            "own_reason",
            missing_deliveries_reason("organiser_deliveries", "deliveries_expected"),
            "case when value is not null then input_reason end",
        ]) }} as comparability_reason
    from figures

),

final as (

    select
        indicator_code,
        'costs' as source_code,
        'organiser' as basis,
        region_level,
        region_code,
        period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        value,
        case when counties_complete > 0 then cast(net_cents as decimal(18, 0)) * cast(0.01 as decimal(4, 4)) end as numerator,
        denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("synthetic_inputs", "'reported'") }} as origin,
        cast({{ ratio("organiser_deliveries", "deliveries_expected") }} as decimal(5, 4)) as coverage,
        {{ derivation_summed() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from reasoned

)

select * from final
