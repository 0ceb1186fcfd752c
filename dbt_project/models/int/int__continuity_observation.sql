-- One row per region, quarter and state of the continuity of care. Equal states that follow each other are not merged here.
{%- set key = ["period_start", "region_level", "region_code"] %}
{%- set measures = ["clients", "continuity_e4", "organisers_complete", "deliveries", "synthetic_inputs", "moments"] %}
with senders as (

    select * from {{ ref("int__region_sender") }}
    where is_organiser

),

quarters as (

    select * from {{ ref("int__period_month") }}
    where period_grain = 'quarter'

),

expected as (

    select region_level, region_code, count(*) as organisers
    from senders
    group by region_level, region_code

),

pieces as (

    select
        c.period_start, s.region_level, s.region_code, c.known_from, c.known_to,
        {{ measures_of(measures, {
            "clients": "c.clients",
            "continuity_e4": "c.continuity_e4",
            "organisers_complete": "1",
            "synthetic_inputs": "c.is_synthetic",
        }) }}
    from {{ ref("int__continuity_sum") }} as c
    inner join senders as s on c.county_code = s.sender_code

    union all

    select
        p.period_start, s.region_level, s.region_code,
        {{ later_of("d.known_from", "p.known_from") }} as known_from,
        d.known_to,
        {{ measures_of(measures, {"deliveries": "1"}) }}
    from {{ ref("int__known_delivery") }} as d
    inner join quarters as p on d.month_start = p.month_start
    inner join senders as s on d.sender_code = s.sender_code

    union all

    -- From the moment of the quarter a region without a delivery is missing rather than unheard of.
    select
        p.period_start, e.region_level, e.region_code, p.known_from, {{ open_end() }} as known_to,
        {{ measures_of(measures, {"moments": "1", "synthetic_inputs": "p.is_synthetic"}) }}
    from (select distinct period_start, known_from, is_synthetic from quarters) as p
    cross join expected as e

),

states as (

    {{ running_states("pieces", key, measures) }}

),

judged as (

    select
        s.*,
        p.period_end,
        p.month_count * e.organisers as deliveries_expected,
        case
            when s.organisers_complete = 0 then {{ value_missing() }}
            when s.clients = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("s.continuity_e4") }}
        end as value_status,
        case when s.organisers_complete > 0 and s.clients = 0 then 'no client had three visits in the quarter' end as own_reason
    from states as s
    inner join (select distinct period_start, period_end, month_count from quarters) as p on s.period_start = p.period_start
    inner join expected as e on s.region_level = e.region_level and s.region_code = e.region_code

),

reasoned as (

    select
        *,
        {{ joined_reasons(["own_reason", missing_deliveries_reason("deliveries", "deliveries_expected")]) }} as comparability_reason
    from judged

),

final as (

    select
        'phc_continuity_of_care' as indicator_code,
        'care_contacts' as source_code,
        'organiser' as basis,
        region_level,
        region_code,
        'quarter' as period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        case when organisers_complete > 0 then {{ ratio("continuity_e4", "10000 * clients") }} end as value,
        case when organisers_complete > 0 then {{ ratio("continuity_e4", "10000") }} end as numerator,
        case when organisers_complete > 0 then cast(clients as decimal(18, 4)) end as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("synthetic_inputs", "'reported'") }} as origin,
        cast({{ ratio("deliveries", "deliveries_expected") }} as decimal(5, 4)) as coverage,
        {{ derivation_summed() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from reasoned

)

select * from final
