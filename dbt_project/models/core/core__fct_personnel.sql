-- One row per class, profession and kind of employment in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
with personnel as (

    select * from {{ ref("stg__personnel") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'personnel' and {{ was_in_force() }}

),

final as (

    select
        p.receipt_id,
        p.row_receipt_id,
        p.record_number,
        p.organiser_code,
        p.period,
        {{ month_start("p.period") }} as period_start,
        p.sequence,
        p.file_name,
        p.line_number,
        p.service_class_code,
        p.profession,
        p.employment,
        p.posts,
        p.fte,
        p.absence_days,
        p.clients,
        p.status_on,
        d.origin,
        d.known_from,
        d.known_to
    from personnel as p
    inner join deliveries as d on p.receipt_id = d.receipt_id

)

select * from final
