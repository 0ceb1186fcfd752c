-- One row per period (month or quarter) and month in it. A quarter exists from the moment when each of its months has a delivery.
with months as (

    select
        month_start,
        min(known_from) as known_from,
        max(is_synthetic) as is_synthetic
    from {{ ref("int__known_delivery") }}
    group by month_start

),

quarters as (

    select
        cast(date_trunc('quarter', month_start) as date) as period_start,
        max(known_from) as known_from,
        max(is_synthetic) as is_synthetic
    from months
    group by cast(date_trunc('quarter', month_start) as date)
    having count(*) = 3

),

periods as (

    select
        'month' as period_grain,
        month_start as period_start,
        month_start,
        1 as month_count,
        known_from,
        is_synthetic
    from months

    union all

    select
        'quarter' as period_grain,
        q.period_start,
        m.month_start,
        3 as month_count,
        q.known_from,
        q.is_synthetic
    from quarters as q
    inner join months as m on q.period_start = cast(date_trunc('quarter', m.month_start) as date)

),

final as (

    select
        period_grain,
        period_start,
        {{ add_days(add_months("period_start", "month_count"), -1) }} as period_end,
        month_start,
        month_count,
        known_from,
        is_synthetic
    from periods

)

select * from final
