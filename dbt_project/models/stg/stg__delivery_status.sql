-- One row per month of a dataset that a sender owes.
select
    cast(organiser_code as varchar) as organiser_code,
    cast(dataset as varchar) as dataset,
    cast(period as varchar) as period,
    cast(status as varchar) as status,
    cast(due_on as date) as due_on,
    cast(late_after as timestamp) as late_after,
    cast(is_usable as boolean) as is_usable,
    cast(is_late as boolean) as is_late,
    cast(deliveries as integer) as deliveries,
    cast(last_delivery_status as varchar) as last_delivery_status,
    cast(receipt_id as varchar) as receipt_id,
    cast(rows_received as bigint) as rows_received,
    cast(rows_accepted as bigint) as rows_accepted,
    cast(rows_quarantined as bigint) as rows_quarantined,
    cast(first_accepted_at as timestamp) as first_accepted_at
from {{ source("registry", "delivery_status") }}
