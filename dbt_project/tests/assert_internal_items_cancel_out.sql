{{ config(severity="warn") }}
-- Detects internal items whose income and expenses do not cancel out within a sender.
-- Matters because what one unit buys from another is nobody's cost; a warning, since they are in no figure. A delivery with rows in quarantine is not judged: one of them may be the counterpart.
-- A row is a current delivery whose internal items leave more than one euro in a hundred of its external expenses.
with deliveries as (

    select
        organiser_code,
        period,
        sum(case when is_internal then amount_eur else 0 end) as internal_eur,
        sum(case when not is_internal and amount_eur > 0 then amount_eur else 0 end) as external_expenses_eur
    from {{ ref("core__fct_cost") }}
    where known_to is null
        and receipt_id in (select receipt_id from {{ ref("dq__delivery") }} where rows_quarantined = 0)
    group by organiser_code, period

)

select *
from deliveries
where 100 * abs(internal_eur) > external_expenses_eur
