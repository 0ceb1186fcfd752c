-- One row per complaint in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
with complaints as (

    select * from {{ ref("stg__complaint") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'complaints' and {{ was_in_force() }}

),

final as (

    select
        c.receipt_id,
        c.row_receipt_id,
        c.record_number,
        c.organiser_code,
        c.period,
        {{ month_start("c.period") }} as period_start,
        c.sequence,
        c.file_name,
        c.line_number,
        c.complaint_id,
        c.service_class_code,
        c.complaint_kind,
        c.subject,
        c.received_on,
        c.answered_on,
        c.status_on,
        d.origin,
        d.known_from,
        d.known_to
    from complaints as c
    inner join deliveries as d on c.receipt_id = d.receipt_id

)

select * from final
