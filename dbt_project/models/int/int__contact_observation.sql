-- One row per indicator made of contacts, basis, region, period, population group and state. Equal states that follow each other are not merged here.
with states as (

    select * from {{ ref("int__contact_state") }}

),

periods as (

    select distinct period_grain, period_start, period_end, month_count
    from {{ ref("int__period_month") }}

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

quantiles as (

    select * from {{ ref("int__wait_quantile") }}

),

prepared as (

    select
        s.*,
        p.period_end,
        p.month_count * e.organisers as organiser_deliveries_expected,
        p.month_count * e.joint_authorities as joint_deliveries_expected,
        {{ is_population_whole("s") }} as is_population_known,
        {{ ratio("s.sampled_population_ppm", "1000000 * p.month_count") }} as sampled_population,
        {{ older_population_reason("s") }} as population_reason,
        {{ unequal_samples_reason("s.organiser_deliveries + s.joint_deliveries", "s.sample_share_ppm", "s.sample_share_ppm_squared") }} as sample_reason
    from states as s
    inner join periods as p on s.period_grain = p.period_grain and s.period_start = p.period_start
    inner join expected as e on s.region_level = e.region_level and s.region_code = e.region_code

),

rates as (

    {% for indicator, count in [("contacts_per_1000", "contacts"), ("phc_doctor_visits_per_1000", "phc_doctor_visits")] -%}
    select
        '{{ indicator }}' as indicator_code,
        *,
        case
            when is_population_known
                then {{ ratio(wide(count) ~ " * 1000 * 10000", "cast(10000 * sampled_population as bigint)") }}
        end as value,
        case when counties_complete > 0 then cast({{ count }} as decimal(18, 4)) end as numerator,
        case when is_population_known then sampled_population end as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        case
            when counties_complete = 0 then {{ value_missing() }}
            when not is_resident_group then {{ value_not_applicable() }}
            when not is_population_known then {{ value_missing() }}
            when sampled_population = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count(count, "population_parts_provisional") }}
        end as value_status,
        case
            when counties_complete = 0 then cast(null as varchar)
            when not is_resident_group then 'no residents are known of this group'
            when not is_population_known then 'the population was not known'
            when sampled_population = 0 then 'no residents of this group'
        end as own_reason,
        {{ joined_reasons(["population_reason", "sample_reason"]) }} as input_reason,
        {% if count == "contacts" -%}
        organiser_deliveries + joint_deliveries as deliveries,
        organiser_deliveries_expected + joint_deliveries_expected as deliveries_expected
        {% else -%}
        organiser_deliveries as deliveries,
        organiser_deliveries_expected as deliveries_expected
        {% endif -%}
    from prepared
    {{ "union all" if not loop.last }}
    {% endfor %}

),

shares as (

    select
        'first_visit_within_limit_share' as indicator_code,
        *,
        {{ ratio("first_visits_within_limit", "first_visits_with_limit") }} as value,
        case when counties_complete > 0 then cast(first_visits_within_limit as decimal(18, 4)) end as numerator,
        case when counties_complete > 0 then cast(first_visits_with_limit as decimal(18, 4)) end as denominator,
        {{ wilson_limit("first_visits_within_limit", "first_visits_with_limit", "-") }} as value_low,
        {{ wilson_limit("first_visits_within_limit", "first_visits_with_limit", "+") }} as value_high,
        case
            when counties_complete = 0 then {{ value_missing() }}
            when first_visits_with_limit = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("first_visits_within_limit") }}
        end as value_status,
        case when counties_complete > 0 and first_visits_with_limit = 0 then 'no first visits in the period' end as own_reason,
        {{ joined_reasons([
            "case when first_visits_with_limit < first_visits then cast(first_visits - first_visits_with_limit as varchar) "
            ~ "|| ' visits had no limit in force and are left out' end",
            "sample_reason",
        ]) }} as input_reason,
        organiser_deliveries as deliveries,
        organiser_deliveries_expected as deliveries_expected
    from prepared

),

waits as (

    select
        i.indicator_code,
        p.*,
        cast(q.wait_days as decimal(18, 4)) as value,
        cast(null as decimal(18, 4)) as numerator,
        case when p.counties_complete > 0 then cast(p.first_visits as decimal(18, 4)) end as denominator,
        cast(q.wait_days_low as decimal(18, 4)) as value_low,
        cast(q.wait_days_high as decimal(18, 4)) as value_high,
        case
            when p.counties_complete = 0 then {{ value_missing() }}
            when q.wait_days is null then {{ value_not_applicable() }}
            else {{ value_status_of_count("q.wait_days") }}
        end as value_status,
        case
            when p.counties_complete > 0 and q.wait_days is null
                then 'fewer than {{ var("quantile_minimum") }} first visits in the period'
        end as own_reason,
        p.sample_reason as input_reason,
        p.organiser_deliveries as deliveries,
        p.organiser_deliveries_expected as deliveries_expected
    from prepared as p
    cross join (
        select 'first_visit_wait_days_median' as indicator_code, 'median' as quantile
        union all
        select 'first_visit_wait_days_p90' as indicator_code, 'p90' as quantile
    ) as i
    left join quantiles as q
        on p.period_grain = q.period_grain
        and p.period_start = q.period_start
        and p.basis = q.basis
        and p.region_level = q.region_level
        and p.region_code = q.region_code
        {% for column in split_columns() -%}
        and p.{{ column }} = q.{{ column }}
        {% endfor -%}
        and p.known_from = q.known_from
        and i.quantile = q.quantile

),

figures as (

    select * from rates
    union all
    select * from shares
    union all
    select * from waits

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
        'care_contacts' as source_code,
        basis,
        region_level,
        region_code,
        period_grain,
        period_start,
        period_end,
        {{ split_columns() | join(", ") }},
        value,
        numerator,
        denominator,
        value_low,
        value_high,
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
