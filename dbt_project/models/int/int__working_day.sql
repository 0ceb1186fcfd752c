-- One row per day from the first public holiday that is known to the last, with the number of working days until it. The law's working day (arkipäivä) is taken to be
-- Monday to Saturday but for public holidays; eves count.
with holidays as (

    select distinct cast(day as date) as day from {{ ref("raw__public_holiday") }}

),

bounds as (

    select min(day) as first_day, max(day) as last_day from holidays

),

digits as (

    {% for digit in range(10) -%}
    select {{ digit }} as digit{{ " union all" if not loop.last }}
    {% endfor %}
),

numbers as (

    select a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit as number
    from digits as a
    cross join digits as b
    cross join digits as c
    cross join digits as d

),

days as (

    select {{ add_days("b.first_day", "n.number") }} as day, b.last_day
    from bounds as b
    cross join numbers as n

),

marked as (

    select
        d.day,
        h.day is null and not {{ is_sunday("d.day") }} as is_working_day
    from days as d
    left join holidays as h on d.day = h.day
    where d.day <= d.last_day

),

final as (

    select
        day,
        is_working_day,
        cast(
            sum(case when is_working_day then 1 else 0 end) over (order by day rows between unbounded preceding and current row) as integer
        ) as working_days_to_date
    from marked

)

select * from final
