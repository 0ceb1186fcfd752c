{{ config(materialized="view") }}
-- One row per referral in force and delivery, for as long as the delivery held. A referral that waits is told again by each month's delivery.
with referrals as (

    select * from {{ ref("stg__referral") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'specialised_care' and {{ was_in_force() }}

),

final as (

    select
        r.receipt_id,
        r.row_receipt_id,
        r.record_number,
        r.organiser_code,
        r.period,
        {{ month_start("r.period") }} as period_start,
        r.sequence,
        r.file_name,
        r.line_number,
        r.referral_id,
        r.client_id,
        r.birth_year,
        r.sex,
        r.home_municipality_code,
        r.specialty,
        r.referral_arrived_on,
        r.referral_handled_on,
        r.queue_entered_on,
        r.seen_on,
        r.status_on,
        d.origin,
        d.known_from,
        d.known_to
    from referrals as r
    inner join deliveries as d on r.receipt_id = d.receipt_id

)

select * from final
