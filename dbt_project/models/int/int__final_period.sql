-- One row per dataset and period (month, quarter or year) whose months are all locked, with the moment from which its figures are final.
{%- set month_counts = {"month": 1, "quarter": 3, "year": 12} %}
with locks as (

    select
        dataset as source_code,
        {{ month_start("period") }} as month_start,
        locked_at
    from {{ ref("stg__period_lock") }}

),

final as (

    {% for grain, months in month_counts.items() -%}
    select
        source_code,
        '{{ grain }}' as period_grain,
        cast(date_trunc('{{ grain }}', month_start) as date) as period_start,
        max(locked_at) as final_from
    from locks
    group by source_code, cast(date_trunc('{{ grain }}', month_start) as date)
    having count(*) = {{ months }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from final
