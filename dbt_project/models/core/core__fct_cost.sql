-- One row per accepted cost row and delivery, euros of a month. A row that a later delivery of its month repeats has a row of each delivery.
with costs as (

    select * from {{ ref("stg__cost") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'costs' and {{ was_in_force() }}

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
        c.service_class_code,
        c.account_code,
        c.production_mode = 'bought' as is_bought,
        c.item_scope = 'internal' as is_internal,
        c.hus_share = 'hus' as is_hus_share,
        c.amount_eur,
        d.origin,
        d.known_from,
        d.known_to
    from costs as c
    inner join deliveries as d on c.receipt_id = d.receipt_id

)

select * from final
