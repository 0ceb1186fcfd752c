{{ config(severity="warn") }}
-- Detects internal items whose income and expenses do not cancel out within a sender.
-- Matters because what one unit buys from another is nobody's cost; a warning, since a row in quarantine leaves its counterpart alone. They are in no figure.
-- A row is a current delivery whose internal items leave more than one euro in a hundred of its external expenses.
with deliveries as (

    select
        organiser_code,
        period,
        sum(case when is_internal then amount_eur else 0 end) as internal_eur,
        sum(case when not is_internal and amount_eur > 0 then amount_eur else 0 end) as external_expenses_eur
    from {{ ref("core__fct_cost") }}
    where known_to is null
    group by organiser_code, period

)

select *
from deliveries
where 100 * abs(internal_eur) > external_expenses_eur
