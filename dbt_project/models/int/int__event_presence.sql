-- One row per pair of datasets that an indicator divides (twice the same where it has one), period, county and stretch of time over which the county's own deliveries
-- of every month of the period were known of both.
with pairs as (

    select distinct source_code, denominator_source_code, period_grain
    from {{ ref("int__event_part") }}

),

presences as (

    {{ county_presences(ref("int__event_delivery"), ref("int__event_period_month"), key=["source_code"]) }}

),

final as (

    select
        p.source_code,
        p.denominator_source_code,
        n.period_grain,
        n.period_start,
        n.county_code,
        n.sample_share_ppm,
        {{ later_of("n.known_from", "d.known_from") }} as known_from,
        {{ earlier_of("n.known_to", "d.known_to") }} as known_to
    from pairs as p
    inner join presences as n on p.source_code = n.source_code and p.period_grain = n.period_grain
    inner join presences as d
        on p.denominator_source_code = d.source_code
        and n.period_grain = d.period_grain
        and n.period_start = d.period_start
        and n.county_code = d.county_code
        and n.known_from < d.known_to
        and d.known_from < n.known_to

)

select * from final
