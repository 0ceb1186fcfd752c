-- One row per pair of datasets that an indicator divides, delivery of either, period, county, region that the county belongs to, and stretch of time over which what the
-- delivery says of the county is part of the region's figure: while it is the known one and the county's own deliveries of the period are all there, of both datasets.
with presence as (

    select * from {{ ref("int__event_presence") }}

),

period_months as (

    select * from {{ ref("int__event_period_month") }}

),

deliveries as (

    select * from {{ ref("int__event_delivery") }}

),

pairs as (

    select
        source_code,
        denominator_source_code,
        max(case when has_joint_authority then 1 else 0 end) as has_joint_authority
    from {{ ref("int__event_indicator") }}
    group by source_code, denominator_source_code

),

senders as (

    select distinct sender_code, is_organiser from {{ ref("int__region_sender") }}

),

counted as (

    select distinct source_code, receipt_id, county_code from {{ ref("int__event_split") }}

),

final as (

    select
        c.source_code,
        c.denominator_source_code,
        d.source_code as measured_source_code,
        d.receipt_id,
        c.period_grain,
        c.period_start,
        c.county_code,
        r.region_level,
        r.region_code,
        d.is_synthetic,
        {{ integer_divide("1000000000000", "d.sample_share_ppm") }} as expansion_ppm,
        -- What the other dataset counts, as if it had been sampled as the first one was in the county: by a share that is summed over the months, as that one is.
        cast({{ integer_divide(wide("c.sample_share_ppm") ~ " * 1000000", "d.sample_share_ppm") }} as bigint) as sampling_ppm,
        {{ later_of("d.known_from", "c.known_from") }} as known_from,
        {{ earlier_of("d.known_to", "c.known_to") }} as known_to
    from presence as c
    inner join pairs as a on c.source_code = a.source_code and c.denominator_source_code = a.denominator_source_code
    inner join period_months as p
        on c.source_code = p.source_code and c.period_grain = p.period_grain and c.period_start = p.period_start
    inner join deliveries as d
        on d.source_code in (c.source_code, c.denominator_source_code)
        and p.month_start = d.month_start
        and d.known_from < c.known_to
        and c.known_from < d.known_to
    inner join senders as s on d.sender_code = s.sender_code and (s.is_organiser or a.has_joint_authority = 1)
    inner join counted as n on d.source_code = n.source_code and d.receipt_id = n.receipt_id and c.county_code = n.county_code
    inner join {{ ref("int__region_sender") }} as r on c.county_code = r.sender_code and r.is_organiser

)

select * from final
