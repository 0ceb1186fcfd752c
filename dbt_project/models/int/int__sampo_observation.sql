-- One row per indicator of THL's cubes, region, month and snapshot in force. Counts as published; shares are a part of the categories over the published total.
{%- set indicators = sampo_indicators() %}
{%- set key = {"topic": "topic", "region_code": "region_code", "period_start": "period_start", "category": "category", "measure": "measure"} %}
with observations as (

    select * from {{ ref("stg__sampo_observation") }}
    where measure = 'count'

),

whole_snapshots as (

    {{ held_snapshots(ref("stg__sampo_observation")) }}

),

snapshots as (

    {{ cut_at_corrections("whole_snapshots", "observations", "sampo_observation", key) }}

),

-- Each figure over each stretch of time in which it was known and the same correction held. A snapshot replaced in the same moment was never known.
held as (

    select
        o.snapshot_id,
        o.topic,
        o.region_code,
        o.period_start,
        o.category,
        {{ corrected_value("o.value") }} as value,
        {{ corrected_status("o.value_status") }} as value_status,
        o.origin,
        {{ correction_reason("c.correction_id || ' (' || o.category || ')'", "o.value") }} as correction_reason,
        s.known_from,
        s.known_to
    from observations as o
    inner join snapshots as s on o.snapshot_id = s.snapshot_id
    {{ correction_in_force("sampo_observation", {"topic": "o.topic", "region_code": "o.region_code", "period_start": "o.period_start", "category": "o.category", "measure": "o.measure"}, "o.value", "o.value_status") | trim }}
    where s.known_to is null or s.known_from < s.known_to

),

wanted as (

    {% for indicator in indicators -%}
    {% for part in indicator.parts or ["total"] -%}
    select
        '{{ indicator.code }}' as indicator_code,
        '{{ indicator.topic }}' as topic,
        {{ indicator.parts | length }} as part_count,
        '{{ part }}' as category
    {{ "union all" if not loop.last }}
    {% endfor %}
    {{ "union all" if not loop.last }}
    {% endfor %}

),

-- The parts of an indicator together: withheld as soon as one is, absent as soon as one is not there.
parts as (

    select
        w.indicator_code,
        max(w.part_count) as part_count,
        o.snapshot_id,
        o.topic,
        o.region_code,
        o.period_start,
        sum(o.value) as value,
        max(case when o.value_status = {{ value_suppressed() }} then 1 else 0 end) as suppressed,
        max(case when o.value_status = {{ value_missing() }} then 1 else 0 end) as missing,
        max({{ synthetic_input("o.origin") }}) as is_synthetic,
        {{ joined_values("o.correction_reason", "o.correction_reason") }} as correction_reason,
        o.known_from,
        o.known_to
    from held as o
    inner join wanted as w on o.topic = w.topic and o.category = w.category
    group by w.indicator_code, o.snapshot_id, o.topic, o.region_code, o.period_start, o.known_from, o.known_to

),

joined as (

    select
        p.indicator_code,
        p.part_count > 0 as is_share,
        r.region_level,
        p.region_code,
        p.period_start,
        case when p.suppressed = 0 and p.missing = 0 then cast(p.value as bigint) end as counted,
        cast(t.value as bigint) as total,
        case
            when p.suppressed = 1 or t.value_status = {{ value_suppressed() }} then {{ value_suppressed() }}
            when p.missing = 1 or t.value_status = {{ value_missing() }} then {{ value_missing() }}
            when p.part_count > 0 and t.value = 0 then {{ value_not_applicable() }}
            else {{ value_status_of_count("p.value") }}
        end as value_status,
        p.is_synthetic,
        r.region_level = 'joint_authority' as is_of_counties,
        {{ joined_reasons(["p.correction_reason", "case when p.part_count > 0 then t.correction_reason end"]) }} as correction_reason,
        p.known_from,
        p.known_to
    from parts as p
    inner join held as t
        on
            p.snapshot_id = t.snapshot_id
            and p.known_from = t.known_from
            and p.topic = t.topic
            and p.region_code = t.region_code
            and p.period_start = t.period_start
            and t.category = 'total'
    inner join {{ ref("core__dim_region") }} as r
        on p.region_code = r.region_code and r.region_level <> 'collaborative_area'

),

-- A county whose joint authority reports for it has a row that says so, unless the source gives it one of its own.
widened as (

    select
        indicator_code,
        is_share,
        region_level,
        region_code,
        period_start,
        counted,
        total,
        value_status,
        is_synthetic,
        is_of_counties,
        false as is_within,
        correction_reason,
        known_from,
        known_to
    from joined

    union all

    select
        j.indicator_code,
        j.is_share,
        'county' as region_level,
        a.county_code as region_code,
        j.period_start,
        cast(null as bigint) as counted,
        cast(null as bigint) as total,
        {{ value_not_applicable() }} as value_status,
        j.is_synthetic,
        false as is_of_counties,
        true as is_within,
        cast(null as varchar) as correction_reason,
        j.known_from,
        j.known_to
    from joined as j
    inner join {{ ref("core__region_county_assn") }} as a
        on j.region_level = a.region_level and j.region_code = a.region_code
    left join joined as own
        on
            j.indicator_code = own.indicator_code
            and j.period_start = own.period_start
            and j.known_from = own.known_from
            and own.region_level = 'county'
            and a.county_code = own.region_code
    where j.is_of_counties and own.region_code is null

),

reasoned as (

    select
        *,
        {{ joined_reasons([
            "correction_reason",
            "case when value_status = " ~ value_suppressed() ~ " then 'the source withholds the figure' end",
            "case when value_status = " ~ value_missing() ~ " then 'the source shows no figure' end",
            "case when value_status = " ~ value_not_applicable() ~ " and not is_within then 'nobody in the total' end",
            "case when is_within then 'its joint authority reports for it' end",
            "case when is_of_counties then 'a joint authority reports for the counties of its area' end",
        ]) }} as comparability_reason
    from widened

),

final as (

    select
        indicator_code,
        'sampo' as source_code,
        'producer' as basis,
        region_level,
        region_code,
        'month' as period_grain,
        period_start,
        {{ add_days(add_months("period_start", "1"), -1) }} as period_end,
        {% for column in split_columns() %}'total' as {{ column }}, {% endfor %}
        case
            when not is_share then cast(counted as decimal(18, 4))
            when value_status in ({{ value_present() }}, {{ value_true_zero() }}) then {{ ratio("counted", "total") }}
        end as value,
        case when is_share then cast(counted as decimal(18, 4)) end as numerator,
        case when is_share then cast(total as decimal(18, 4)) end as denominator,
        cast(null as decimal(18, 4)) as value_low,
        cast(null as decimal(18, 4)) as value_high,
        value_status,
        {{ origin_of("is_synthetic", "'published'") }} as origin,
        cast(1 as decimal(5, 4)) as coverage,
        {{ derivation_reported() }} as derivation,
        {{ comparability_of("value_status", "comparability_reason") }} as comparability,
        comparability_reason,
        known_from,
        known_to
    from reasoned

)

select * from final
