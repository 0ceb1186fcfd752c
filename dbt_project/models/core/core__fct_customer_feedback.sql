-- One row per answer in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
with answers as (

    select * from {{ ref("stg__customer_feedback") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'customer_feedback' and {{ was_in_force() }}

),

final as (

    select
        f.receipt_id,
        f.row_receipt_id,
        f.record_number,
        f.organiser_code,
        f.period,
        {{ month_start("f.period") }} as period_start,
        f.sequence,
        f.file_name,
        f.line_number,
        f.response_id,
        f.service_class_code,
        f.answered_on,
        f.language,
        f.recommendation,
        f.got_help,
        f.was_heard,
        d.origin,
        d.known_from,
        d.known_to
    from answers as f
    inner join deliveries as d on f.receipt_id = d.receipt_id

)

select * from final
