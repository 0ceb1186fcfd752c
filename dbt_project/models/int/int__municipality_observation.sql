-- One row per indicator that the catalogue makes of municipalities too, quarter, municipality and state: totals by residence. Equal states that follow each other are not merged here.
with states as (

    select * from {{ ref("int__municipality_state") }}

),

indicators as (

    select * from {{ ref("int__event_indicator") }}

),

periods as (

    select distinct source_code, period_grain, period_start, period_end, month_count
    from {{ ref("int__event_period_month") }}

),

counties as (

    select
        year,
        municipality_code,
        county_code
    from {{ ref("core__dim_municipality") }}

),

expected as (

    select
        region_code as county_code,
        count(case when is_organiser then 1 end) as organisers,
        count(case when not is_organiser then 1 end) as joint_authorities
    from {{ ref("int__region_sender") }}
    where region_level = 'county'
    group by region_code

),

prepared as (

    select
        s.*,
        i.source_code,
        i.multiplier,
        i.numerator_scale,
        p.period_end,
        {{ is_population_whole("s") }} as is_population_known,
        {{ older_population_reason("s") }} as population_reason,
        {{ unequal_samples_reason("s.sampled_deliveries", "s.sample_share_ppm", "s.sample_share_ppm_squared") }} as sample_reason,
        p.month_count * (e.organisers + case when i.has_joint_authority then e.joint_authorities else 0 end) as deliveries_expected,
        cast(10000 * {{ ratio("s.sampled_denominator_ppm", "1000000 * p.month_count") }} as bigint) as denominator_e4
    from states as s
    inner join indicators as i on s.indicator_code = i.indicator_code
    inner join periods as p on i.source_code = p.source_code and s.period_grain = p.period_grain and s.period_start = p.period_start
    inner join counties as c on extract(year from s.period_start) = c.year and s.municipality_code = c.municipality_code
    inner join expected as e on c.county_code = e.county_code

),

judged as (

    select
        *,
        case
            when counties_complete = 0 then cast(null as varchar)
            when not is_population_known then 'the population was not known'
            when denominator_e4 = 0 then 'no residents of this group'
        end as own_reason,
        case
            when counties_complete = 0 or not is_population_known then {{ value_missing() }}
            when denominator_e4 = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("numerator", "population_parts_provisional") }}
        end as value_status
    from prepared

),

figures as (

    select
        *,
        case
            when value_status not in ({{ value_missing() }}, {{ value_not_applicable() }})
                then {{ signed_ratio(wide("numerator") ~ " * multiplier * 10000", wide("denominator_e4") ~ " * numerator_scale") }}
        end as value,
        {{ joined_reasons(["population_reason", "sample_reason"]) }} as input_reason
    from judged

),

reasoned as (

    select
        *,
        {{ joined_reasons([
            "own_reason",
            missing_deliveries_reason("deliveries", "deliveries_expected"),
            "case when value is not null then input_reason end",
        ]) }} as comparability_reason
    from figures

),

final as (

    select
        indicator_code,
        source_code,
        'residence' as basis,
        'municipality' as region_level,
        municipality_code as region_code,
        period_grain,
        period_start,
        period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        value,
        case when counties_complete > 0 then {{ signed_ratio("numerator", "numerator_scale") }} end as numerator,
        case when is_population_known then {{ ratio("denominator_e4", "10000") }} end as denominator,
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
