-- One row per delivery, period, county, region that the county belongs to, and stretch of time over which what the delivery says of the
-- county is part of the region's figure: while the delivery is the known one and the county's own deliveries of the period are all there.
with deliveries as (

    select * from {{ ref("int__known_delivery") }}

),

period_months as (

    select * from {{ ref("int__period_month") }}

),

presence as (

    select * from {{ ref("int__county_presence") }}

),

regions as (

    select * from {{ ref("int__region_sender") }}
    where is_organiser

),

final as (

    select
        d.receipt_id,
        p.period_grain,
        p.period_start,
        c.county_code,
        r.region_level,
        r.region_code,
        d.is_synthetic,
        {{ later_of("d.known_from", "c.known_from") }} as known_from,
        {{ earlier_of("d.known_to", "c.known_to") }} as known_to
    from deliveries as d
    inner join period_months as p on d.month_start = p.month_start
    inner join presence as c
        on p.period_grain = c.period_grain
        and p.period_start = c.period_start
        and d.known_from < c.known_to
        and c.known_from < d.known_to
    inner join regions as r on c.county_code = r.sender_code

)

select * from final
