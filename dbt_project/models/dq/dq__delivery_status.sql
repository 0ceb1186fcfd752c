-- One row per month of a dataset that a sender owes: due, late, partial, complete or superseded.
with statuses as (

    select * from {{ ref("stg__delivery_status") }}

),

final as (

    select
        organiser_code,
        dataset,
        period,
        status,
        due_on,
        late_after,
        is_usable,
        is_late,
        deliveries,
        last_delivery_status,
        receipt_id,
        rows_received,
        rows_accepted,
        rows_quarantined,
        cast(cast(rows_quarantined as decimal(18, 6)) / nullif(rows_received, 0) as decimal(5, 4)) as quarantined_share,
        first_accepted_at
    from statuses

)

select * from final
