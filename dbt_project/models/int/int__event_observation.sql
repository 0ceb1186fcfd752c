-- One row per indicator made of events, basis, region, period, population group and state. Equal states that follow each other are not merged here.
with states as (

    select * from {{ ref("int__event_state") }}

),

indicators as (

    select * from {{ ref("int__event_indicator") }}

),

periods as (

    select distinct source_code, period_grain, period_start, period_end, month_count
    from {{ ref("int__event_period_month") }}

),

expected as (

    select
        region_level,
        region_code,
        count(case when is_organiser then 1 end) as organisers,
        count(case when not is_organiser then 1 end) as joint_authorities
    from {{ ref("int__region_sender") }}
    group by region_level, region_code

),

prepared as (

    select
        s.*,
        i.source_code,
        i.formula_kind,
        i.multiplier,
        i.numerator_scale,
        i.denominator_scale,
        i.is_population_rate,
        i.has_interval,
        p.period_end,
        {{ is_population_whole("s") }} as is_population_known,
        {{ older_population_reason("s") }} as population_reason,
        {{ unequal_samples_reason("s.sampled_deliveries", "s.sample_share_ppm", "s.sample_share_ppm_squared") }} as sample_reason,
        p.month_count
            * (e.organisers + case when i.has_joint_authority then e.joint_authorities else 0 end)
            * case when i.source_code = i.denominator_source_code then 1 else 2 end as deliveries_expected,
        -- In ten thousandths, so that four decimals of a sampled denominator enter the value.
        case
            when i.formula_kind = 'count' then cast(null as bigint)
            when i.is_population_rate or i.source_code <> i.denominator_source_code
                then cast(10000 * {{ ratio("s.sampled_denominator_ppm", "1000000 * p.month_count") }} as bigint)
            else s.denominator * 10000
        end as denominator_e4
    from states as s
    inner join indicators as i on s.indicator_code = i.indicator_code
    inner join periods as p on i.source_code = p.source_code and s.period_grain = p.period_grain and s.period_start = p.period_start
    inner join expected as e on s.region_level = e.region_level and s.region_code = e.region_code

),

judged as (

    select
        *,
        case
            when counties_complete = 0 then cast(null as varchar)
            when formula_kind = 'count' then cast(null as varchar)
            when is_population_rate and not is_resident_group then 'no residents are known of this group'
            when is_population_rate and not is_population_known then 'the population was not known'
            when is_population_rate and denominator_e4 = 0 then 'no residents of this group'
            when denominator_e4 <= 0 then 'nothing to divide by in the period'
        end as own_reason,
        case
            when counties_complete = 0 then {{ value_missing() }}
            when formula_kind = 'count' then {{ value_status_of_count("numerator") }}
            when is_population_rate and not is_resident_group then {{ value_not_applicable() }}
            when is_population_rate and not is_population_known then {{ value_missing() }}
            when denominator_e4 <= 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("numerator", "population_parts_provisional") }}
        end as value_status
    from prepared

),

figures as (

    select
        *,
        case
            when value_status in ({{ value_missing() }}, {{ value_not_applicable() }}) then cast(null as decimal(18, 4))
            when formula_kind = 'count' then {{ signed_ratio(wide("expanded_numerator_ppm") ~ " * multiplier", "1000000 * numerator_scale") }}
            else
                {{ signed_ratio(
                    wide("numerator") ~ " * multiplier * denominator_scale * 10000", wide("denominator_e4") ~ " * numerator_scale"
                ) }}
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
        basis,
        region_level,
        region_code,
        period_grain,
        period_start,
        period_end,
        {{ split_columns() | join(", ") }},
        value,
        case when counties_complete > 0 then {{ signed_ratio("numerator", "numerator_scale") }} end as numerator,
        case
            when counties_complete > 0 and (is_population_known or not is_population_rate) and (is_resident_group or not is_population_rate)
                then {{ signed_ratio("denominator_e4", "10000 * denominator_scale") }}
        end as denominator,
        {% for side, sign in [("low", "-"), ("high", "+")] -%}
        case when has_interval and value is not null then {{ wilson_limit("numerator", "denominator", sign) }} end as value_{{ side }},
        {% endfor -%}
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
