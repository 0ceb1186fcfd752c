-- One row per month of a dataset that a sender owes: what came of it, how long it waited, how many rows it has and how many of them moved.
with statuses as (

    select * from {{ ref("stg__delivery_status") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where {{ was_in_force() }} and (known_to is null or known_from < known_to)

),

-- What ended before the warehouse took deliveries could come on its first day at the earliest.
opening as (

    select cast(min(known_from) as date) as opened_on from {{ ref("stg__delivery") }}

),

ordered as (

    select
        *,
        row_number() over (partition by organiser_code, dataset, period order by known_from, sequence, receipt_id) as number
    from deliveries

),

rows_of_month as (

    select
        organiser_code,
        dataset,
        period,
        sum(case when status = 'accepted' and known_to is null then rows_in_force end) as rows_in_force,
        sum(case when number = 1 then 0 else coalesce(rows_added + rows_changed + rows_removed, rows_in_force) end) as rows_moved
    from ordered
    group by organiser_code, dataset, period

),

final as (

    select
        s.organiser_code,
        s.dataset,
        s.period,
        cast(substring(s.period, 1, 4) as integer) * 12 + cast(substring(s.period, 6, 2) as integer) as month_number,
        not s.is_usable and b.built_for < s.late_after as is_not_due_yet,
        s.is_usable,
        s.first_accepted_at is not null and not s.is_late as is_on_time,
        case
            when s.first_accepted_at is not null
                then {{ dbt.datediff(later_of(add_days(add_months(month_start("s.period"), "1"), -1), "o.opened_on"), "cast(s.first_accepted_at as date)", "day") }}
        end as lag_days,
        l.period is not null as is_final,
        case when s.is_usable then cast(r.rows_in_force as bigint) end as rows_in_force,
        case when s.is_usable then cast(r.rows_moved as bigint) end as rows_moved
    from statuses as s
    cross join opening as o
    cross join {{ ref("stg__build_moment") }} as b
    left join rows_of_month as r on s.organiser_code = r.organiser_code and s.dataset = r.dataset and s.period = r.period
    left join {{ ref("stg__period_lock") }} as l on s.dataset = l.dataset and s.period = l.period

)

select * from final
