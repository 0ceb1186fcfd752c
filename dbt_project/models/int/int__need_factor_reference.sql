-- One row per stretch of time over which one data year was the newest of which need factors were known.
with years as (

    select
        data_year,
        min(known_from) as known_from
    from {{ ref("core__fct_need_factor") }}
    where sector = 'TOTAL'
    group by data_year

),

stretches as (

    select
        data_year,
        known_from,
        coalesce(
            min(known_from) over (order by data_year desc rows between unbounded preceding and 1 preceding),
            {{ open_end() }}
        ) as known_to
    from years

),

final as (

    select data_year, known_from, known_to
    from stretches
    where known_from < known_to

)

select * from final
