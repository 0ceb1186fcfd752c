-- One row per day of the years whose public holidays are known, with the number of working days until it. The law's working day (arkipäivä) is taken to be
-- Monday to Saturday but for public holidays; eves count.
with holidays as (

    select distinct cast(day as date) as day from {{ ref("raw__public_holiday") }}

),

bounds as (

    select
        cast({{ dbt.date_trunc("year", "min(day)") }} as date) as first_day,
        cast({{ dbt.date_trunc("year", "max(day)") }} as date) as last_year
    from holidays

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

    select {{ add_days("b.first_day", "n.number") }} as day, {{ add_months("b.last_year", 12) }} as end_day
    from bounds as b
    cross join numbers as n

),

marked as (

    select
        d.day,
        h.day is null and not {{ is_sunday("d.day") }} as is_working_day
    from days as d
    left join holidays as h on d.day = h.day
    where d.day < d.end_day

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
