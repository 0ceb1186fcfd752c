{{ config(meta={"dagster": {"ref": {"name": "dq__scorecard"}}}) }}
-- Detects months of a dataset that are owed and lack an item of the scorecard, or have one too many.
-- Matters because what is not told looks like what is well.
-- A row is a sender, dataset and month with the items that it has and should have.
with owed as (

    select organiser_code, dataset, period, 'dataset' as scope from {{ ref("stg__delivery_status") }}
    union
    select organiser_code, 'total' as dataset, period, 'total' as scope from {{ ref("stg__delivery_status") }}

),

items as (

    select i.scope, count(*) as items
    from {{ ref("raw__scorecard_item") }} as i
    inner join {{ ref("int__scorecard_version") }} as v on i.formula_version = v.formula_version
    group by i.scope

),

told as (

    select organiser_code, dataset, period, count(*) as items
    from {{ ref("dq__scorecard") }}
    group by organiser_code, dataset, period

)

select
    coalesce(o.organiser_code, t.organiser_code) as organiser_code,
    coalesce(o.dataset, t.dataset) as dataset,
    coalesce(o.period, t.period) as period,
    i.items as items_expected,
    t.items as items_told
from owed as o
inner join items as i on o.scope = i.scope
full outer join told as t on o.organiser_code = t.organiser_code and o.dataset = t.dataset and o.period = t.period
where i.items is distinct from t.items
