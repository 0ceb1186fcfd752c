-- One row per indicator, county, period and state. Equal states that follow each other are not merged here.
with states as (

    select * from {{ ref("int__treasury_state") }}
    -- A document that nobody has reported makes no figure, not even a missing one: who must report what is not known.
    where own_parts > 0

),

judged as (

    select
        *,
        period_grain = 'quarter' and extract(month from period_start) > 1 as needs_before,
        case period_grain
            when 'quarter' then {{ add_days(add_months("period_start", 3), -1) }}
            else {{ add_days(add_months("period_start", 12), -1) }}
        end as period_end
    from states

),

reasoned as (

    select
        *,
        own_cents - case when needs_before then before_cents else 0 end as net_cents,
        own_parts = 2 and (not needs_before or before_parts = 2) as is_complete,
        {{ joined_reasons([
            "case when own_parts <> 2 then 'expenditure or income is not in the document' end",
            "case when own_parts = 2 and needs_before and before_parts <> 2 then 'the quarter before was not reported' end",
            "case when population_parts = 0 then 'the population was not known' end",
            "'which cells are operating costs is inferred from municipal packages'",
        ]) }} as comparability_reason
    from judged

),

-- A city that organises services reports in municipal packages, so it has a row that says why it has no figure.
cities as (

    select
        j.indicator_code,
        j.period_grain,
        j.period_start,
        j.period_end,
        j.needs_before,
        r.region_code as county_code,
        min(j.known_from) as known_from
    from judged as j
    cross join {{ ref("raw__region") }} as r
    where r.kind = 'city_as_organiser'
    group by j.indicator_code, j.period_grain, j.period_start, j.period_end, j.needs_before, r.region_code

),

valued as (

    select
        *,
        case
            when not is_complete or population_parts = 0 then {{ value_missing() }}
            when population = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("net_cents") }}
        end as value_status
    from reasoned

),

final as (

    select
        indicator_code,
        'treasury' as source_code,
        'organiser' as basis,
        'county' as region_level,
        county_code as region_code,
        period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        case when is_complete and population_parts > 0 then {{ signed_ratio("net_cents", "100 * " ~ wide("population")) }} end as value,
        case when is_complete then cast(net_cents as decimal(18, 0)) * cast(0.01 as decimal(4, 4)) end as numerator,
        case when population_parts > 0 then cast(population as decimal(18, 4)) end as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("synthetic_inputs", "'published'") }} as origin,
        cast(1 as decimal(5, 4)) as coverage,
        case when needs_before then {{ derivation_summed() }} else {{ derivation_reported() }} end as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        nullif(known_to, {{ open_end() }}) as known_to
    from valued

    union all

    select
        indicator_code,
        'treasury' as source_code,
        'organiser' as basis,
        'county' as region_level,
        county_code as region_code,
        period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        cast(null as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as numerator,
        cast(null as decimal(18, 4)) as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        {{ value_missing() }} as value_status,
        'published' as origin,
        cast(0 as decimal(5, 4)) as coverage,
        case when needs_before then {{ derivation_summed() }} else {{ derivation_reported() }} end as derivation,
        {{ not_comparable() }} as comparability,
        'a city reports in municipal packages, which are not collected' as comparability_reason,
        known_from,
        cast(null as timestamp) as known_to
    from cities

)

select * from final
