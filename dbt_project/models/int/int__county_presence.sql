-- One row per period, county and stretch of time over which the county's own delivery of every month of the period was known.
with own_deliveries as (

    select
        p.period_grain,
        p.period_start,
        p.month_count,
        d.sender_code as county_code,
        1 as months_known,
        d.sample_share_ppm,
        d.known_from,
        d.known_to
    from {{ ref("int__known_delivery") }} as d
    inner join {{ ref("int__period_month") }} as p on d.month_start = p.month_start
    inner join {{ ref("core__dim_region") }} as r on d.sender_code = r.region_code and r.region_level = 'county' and r.is_organiser

),

states as (

    {{ running_states("own_deliveries", ["period_grain", "period_start", "month_count", "county_code"], ["months_known", "sample_share_ppm"]) }}

),

final as (

    select
        period_grain,
        period_start,
        county_code,
        -- Of the months taken together: three times the share of each in a quarter sampled evenly.
        cast(sample_share_ppm as bigint) as sample_share_ppm,
        known_from,
        known_to
    from states
    where months_known = month_count

)

select * from final
