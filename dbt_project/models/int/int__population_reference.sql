-- One row per period and stretch of time over which one year's population was the latest known one of the 31 December days before the period.
with years as (

    select
        year,
        min(known_from) as known_from
    from {{ ref("core__fct_population") }}
    group by year

),

periods as (

    select distinct
        period_grain,
        period_start,
        cast(extract(year from period_start) as smallint) - 1 as expected_year
    from {{ ref("int__period_month") }}

),

candidates as (

    select
        p.period_grain,
        p.period_start,
        p.expected_year,
        y.year as population_year,
        y.known_from,
        -- An older year serves until any later one, up to the expected one, is known.
        coalesce(
            min(y.known_from) over (
                partition by p.period_grain, p.period_start order by y.year desc rows between unbounded preceding and 1 preceding
            ),
            {{ open_end() }}
        ) as known_to
    from periods as p
    inner join years as y on y.year <= p.expected_year

),

final as (

    select
        period_grain,
        period_start,
        cast(expected_year as smallint) as expected_year,
        population_year,
        known_from,
        known_to
    from candidates
    where known_from < known_to

)

select * from final
