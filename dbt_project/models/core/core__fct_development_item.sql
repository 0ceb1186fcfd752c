-- One row per item in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
with items as (

    select * from {{ ref("stg__development_item") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'development' and {{ was_in_force() }}

),

final as (

    select
        i.receipt_id,
        i.row_receipt_id,
        i.record_number,
        i.organiser_code,
        i.period,
        {{ month_start("i.period") }} as period_start,
        i.sequence,
        i.file_name,
        i.line_number,
        i.item_id,
        i.item_kind,
        i.theme,
        i.stage,
        i.started_on,
        i.ended_on,
        i.votes,
        i.adopted_from,
        i.maturity_area,
        i.maturity_level,
        i.status_on,
        d.origin,
        d.known_from,
        d.known_to
    from items as i
    inner join deliveries as d on i.receipt_id = d.receipt_id

)

select * from final
