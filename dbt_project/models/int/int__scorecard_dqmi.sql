-- One row per month that a sender owes of a dataset, and of all its datasets together (total): the index over the window that ends with the month.
with months as (

    select * from {{ ref("int__scorecard_month") }}
    where not is_not_due_yet

),

fields as (

    select organiser_code, dataset, period, sum(item_score) as item_sum, count(item_score) as item_count
    from {{ ref("dq__scorecard_field") }}
    where is_key
    group by organiser_code, dataset, period

),

windows as (

    select
        m.organiser_code,
        m.dataset,
        m.period,
        sum(f.item_sum) as item_sum,
        cast(coalesce(sum(f.item_count), 0) as bigint) as item_count,
        cast(sum(case when w.is_usable then 1 else 0 end) as bigint) as months_usable,
        cast(count(*) as bigint) as months_owed
    from {{ months_with_windows("months") }}
    left join fields as f on w.is_usable and w.organiser_code = f.organiser_code and w.dataset = f.dataset and w.period = f.period
    group by m.organiser_code, m.dataset, m.period

),

of_datasets as (

    select
        *,
        {{ dqmi("item_sum", "item_count", "months_usable", "months_owed") }} as dqmi
    from windows

),

-- The means are over datasets, each of which counts alike however many fields it has.
of_all as (

    select
        organiser_code,
        period,
        sum(cast(item_sum / nullif(item_count, 0) as decimal(18, 12))) as item_sum,
        cast(count(item_sum) as bigint) as item_count,
        sum(cast(months_usable / months_owed as decimal(18, 12))) as coverage_sum,
        cast(count(*) as bigint) as coverage_count,
        cast(sum(months_usable) as bigint) as months_usable,
        cast(sum(months_owed) as bigint) as months_owed,
        min(dqmi) as dqmi_min
    from of_datasets
    group by organiser_code, period

),

final as (

    select organiser_code, dataset, period, item_count, months_usable, months_owed, dqmi, dqmi as dqmi_min
    from of_datasets

    union all

    select
        organiser_code,
        'total' as dataset,
        period,
        item_count,
        months_usable,
        months_owed,
        {{ dqmi("item_sum", "item_count", "coverage_sum", "coverage_count") }} as dqmi,
        dqmi_min
    from of_all

)

select * from final
