-- One row per month that is usable: its rows against those that the months before let expect.
with months as (

    select organiser_code, dataset, month_number, period, cast(rows_in_force as double) as volume
    from {{ ref("int__scorecard_month") }}
    where rows_in_force is not null

),

-- Each month beside every one before it.
past as (

    select
        m.organiser_code,
        m.dataset,
        m.month_number,
        p.month_number as past_month,
        p.volume,
        count(*) over (partition by m.organiser_code, m.dataset, m.month_number) as months_before
    from months as m
    inner join months as p on m.organiser_code = p.organiser_code and m.dataset = p.dataset and p.month_number < m.month_number

),

-- The year that ends with a month.
years as (

    select m.organiser_code, m.dataset, m.month_number, avg(p.volume) as volume
    from months as m
    inner join months as p
        on m.organiser_code = p.organiser_code and m.dataset = p.dataset and p.month_number between m.month_number - 11 and m.month_number
    group by m.organiser_code, m.dataset, m.month_number
    having count(*) = 12

),

-- How much of a usual month each month of the calendar is, by two years at least.
factors as (

    select
        p.organiser_code,
        p.dataset,
        p.month_number,
        mod(p.past_month, 12) as calendar_month,
        median(p.volume / y.volume) as factor
    from past as p
    inner join years as y on p.organiser_code = y.organiser_code and p.dataset = y.dataset and p.past_month = y.month_number
    where p.months_before >= 24 and y.volume > 0
    group by p.organiser_code, p.dataset, p.month_number, mod(p.past_month, 12)
    having median(p.volume / y.volume) > 0

),

levels as (

    select p.organiser_code, p.dataset, p.month_number, median(p.volume / f.factor) as level
    from past as p
    inner join factors as f
        on
            p.organiser_code = f.organiser_code
            and p.dataset = f.dataset
            and p.month_number = f.month_number
            and mod(p.past_month, 12) = f.calendar_month
    where p.past_month >= p.month_number - 12
    group by p.organiser_code, p.dataset, p.month_number

),

expected as (

    select
        m.organiser_code,
        m.dataset,
        m.period,
        m.month_number,
        m.volume,
        b.volume as volume_before,
        coalesce(b.months_before, y.months_before, 0) as months_before,
        coalesce(f.factor * l.level, y.volume) as expected,
        case when f.factor * l.level is not null then 'month_factors' when y.volume is not null then 'same_month_last_year' end as method
    from months as m
    left join past as b
        on m.organiser_code = b.organiser_code and m.dataset = b.dataset and m.month_number = b.month_number and b.past_month = m.month_number - 1
    left join past as y
        on m.organiser_code = y.organiser_code and m.dataset = y.dataset and m.month_number = y.month_number and y.past_month = m.month_number - 12
    left join levels as l on m.organiser_code = l.organiser_code and m.dataset = l.dataset and m.month_number = l.month_number
    left join factors as f
        on
            m.organiser_code = f.organiser_code
            and m.dataset = f.dataset
            and m.month_number = f.month_number
            and mod(m.month_number, 12) = f.calendar_month

),

-- Of all senders of the dataset up to the month: one sender's own months are too few.
spreads as (

    select m.dataset, m.month_number, {{ swing_spread("e.volume", "e.expected") }} as spread
    from (select distinct dataset, month_number from months) as m
    inner join expected as e on m.dataset = e.dataset and e.month_number <= m.month_number
    where e.expected > 0
    group by m.dataset, m.month_number

),

scored as (

    select
        e.*,
        s.spread,
        {{ swing_score("e.volume", "e.expected", "s.spread") }} as swing_score
    from expected as e
    left join spreads as s on e.dataset = s.dataset and e.month_number = s.month_number

),

final as (

    select
        c.organiser_code,
        c.dataset,
        c.period,
        cast(c.volume as bigint) as rows_in_force,
        cast(c.expected as decimal(18, 4)) as rows_expected,
        c.method,
        cast(c.months_before as bigint) as months_before,
        cast(c.spread as decimal(18, 4)) as spread,
        cast(c.swing_score as decimal(18, 4)) as swing_score,
        {{ is_swing_queried("c.volume", "c.expected", "c.swing_score", "c.volume_before", "v.swing_limit", "v.swing_least_share") }} as is_queried
    from scored as c
    cross join {{ ref("int__scorecard_version") }} as v

)

select * from final
