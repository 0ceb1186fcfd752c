-- Detects accepted cost rows that were lost or doubled between the verdict and the warehouse.
-- Matters because every figure is summed from the slices, while the ledger tells what was accepted.
-- A row is a delivery whose number of rows in force by the ledger differs from the number found in its slice.
with deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'costs' and {{ was_in_force() }}
        -- What was never the known delivery (replaced at once, or erased since) need not be there.
        and (known_to is null or known_from < known_to)

),

slices as (

    select receipt_id, known_from, count(*) as rows_found
    from {{ ref("core__fct_cost") }}
    group by receipt_id, known_from

)

select
    d.receipt_id,
    d.rows_in_force,
    coalesce(s.rows_found, 0) as rows_found
from deliveries as d
left join slices as s on d.receipt_id = s.receipt_id and d.known_from = s.known_from
where d.rows_in_force <> coalesce(s.rows_found, 0)
