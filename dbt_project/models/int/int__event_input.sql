-- One row per source (or single indicator of two datasets), basis, region, period and delivery of an event dataset behind its figures, while it was; what meta__lineage
-- tells in another way is left out.
{%- set pair = ["source_code", "denominator_source_code"] %}
{%- set place = ["basis", "region_level", "region_code", "period_grain", "period_start"] %}
with parts as (

    select distinct indicator_code, {{ pair | join(", ") }}, basis, period_grain
    from {{ ref("int__event_part") }}

),

pairs as (

    select
        {{ pair | join(", ") }},
        max(case when has_joint_authority then 1 else 0 end) as has_joint_authority
    from {{ ref("int__event_indicator") }}
    group by {{ pair | join(", ") }}

),

deliveries as (

    select * from {{ ref("int__event_delivery") }}

),

-- What each delivery says of a county, for as long as the county's own deliveries of the period were all there.
county_rows as (

    select
        p.source_code, p.denominator_source_code, p.measured_source_code, s.basis, p.region_level, p.region_code, p.period_grain, p.period_start,
        p.county_code, p.receipt_id, d.known_from as held_from,
        max(s.measure_value) as row_count,
        min(p.known_from) as known_from,
        max(p.known_to) as known_to
    from {{ ref("int__event_piece") }} as p
    inner join {{ ref("int__event_split") }} as s
        on p.measured_source_code = s.source_code
        and p.receipt_id = s.receipt_id
        and p.county_code = s.county_code
        and s.measure_code = 'rows'
        and s.split_kind = 'total'
    inner join deliveries as d
        on p.measured_source_code = d.source_code
        and p.receipt_id = d.receipt_id
        and p.known_from >= d.known_from
        and p.known_from < d.known_to
    where p.known_from < p.known_to
    group by
        p.source_code, p.denominator_source_code, p.measured_source_code, s.basis, p.region_level, p.region_code, p.period_grain, p.period_start,
        p.county_code, p.receipt_id, d.known_from

),

-- A delivery without a row of the region is behind its figure too, when the region waits for it.
delivered as (

    select
        {{ (pair + ["measured_source_code"] + place) | join(", ") }}, receipt_id, held_from, row_count, known_from, known_to
    from county_rows

    union all

    select
        a.source_code, a.denominator_source_code, d.source_code as measured_source_code, b.basis, r.region_level, r.region_code, p.period_grain, p.period_start,
        d.receipt_id, d.known_from as held_from, 0 as row_count,
        {{ later_of("d.known_from", "p.known_from") }} as known_from,
        d.known_to
    from pairs as a
    inner join {{ ref("int__event_period_month") }} as p on a.source_code = p.source_code
    inner join (select distinct {{ pair | join(", ") }}, basis, period_grain from parts) as b
        on a.source_code = b.source_code and a.denominator_source_code = b.denominator_source_code and p.period_grain = b.period_grain
    inner join deliveries as d
        on d.source_code in (a.source_code, a.denominator_source_code) and p.month_start = d.month_start and p.known_from < d.known_to
    inner join {{ ref("int__region_sender") }} as r
        on d.sender_code = r.sender_code and (r.is_organiser or a.has_joint_authority = 1)

),

behind as (

    select
        {{ (pair + ["measured_source_code"] + place) | join(", ") }}, receipt_id,
        sum(row_count) as row_count,
        min(known_from) as known_from,
        max(known_to) as known_to
    from delivered
    group by {{ (pair + ["measured_source_code"] + place) | join(", ") }}, receipt_id, held_from

),

final as (

    select
        source_code, cast(null as varchar) as indicator_code, {{ place | join(", ") }}, receipt_id,
        cast(row_count as bigint) as row_count, known_from, known_to
    from behind
    where source_code = denominator_source_code and not {{ is_traced_elsewhere("source_code", "period_grain") }}

    union all

    -- An indicator of two datasets has the deliveries of the second beside those of its source, which are behind every indicator of that.
    select
        b.source_code, a.indicator_code, {% for column in place %}b.{{ column }}, {% endfor %}b.receipt_id,
        cast(b.row_count as bigint) as row_count, b.known_from, b.known_to
    from behind as b
    inner join parts as a
        on b.source_code = a.source_code
        and b.denominator_source_code = a.denominator_source_code
        and b.basis = a.basis
        and b.period_grain = a.period_grain
    left join pairs as alone on b.source_code = alone.source_code and b.source_code = alone.denominator_source_code
    where b.source_code <> b.denominator_source_code
        and (
            b.measured_source_code <> b.source_code
            or (alone.source_code is null and not {{ is_traced_elsewhere("b.source_code", "b.period_grain") }})
        )

)

select * from final
