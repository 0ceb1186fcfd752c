-- One row per state of a period, basis, region and population group with enough first visits, and quantile of their waits.
{%- set quantiles = [("median", 50), ("p90", 90)] %}
{%- set key = ["period_grain", "period_start", "basis", "region_level", "region_code"] + split_columns() + ["known_from"] %}
-- A number in place of ten columns of text: millions of rows are sorted by it.
with states as (

    select
        {{ key | join(", ") }},
        first_visits,
        row_number() over (order by {{ key | join(", ") }}) as state_number
    from {{ ref("int__contact_state") }}
    where first_visits >= {{ var("quantile_minimum") }}

),

histograms as (

    select * from {{ ref("int__wait_state") }}

),

accumulated as (

    select
        s.state_number,
        s.first_visits as visits,
        h.wait_days,
        sum(h.first_visits) over (
            partition by s.state_number order by h.wait_days rows between unbounded preceding and current row
        ) as visits_to_here
    from states as s
    inner join histograms as h
        on {% for column in key[:-1] %}s.{{ column }} = h.{{ column }} and {% endfor %}
        h.known_from <= s.known_from and s.known_from < h.known_to

),

-- A rank below 1 or above the number of visits belongs to no visit: no limit on that side then.
picked as (

    select
        state_number,
        {% for quantile, percent in quantiles -%}
        min(case when visits_to_here >= {{ quantile_rank("visits", percent, 100) }} then wait_days end) as {{ quantile }},
        min(case
            when {{ quantile_limit_rank("visits", percent, 100, "-") }} >= 1
                and visits_to_here >= {{ quantile_limit_rank("visits", percent, 100, "-") }}
                then wait_days
        end) as {{ quantile }}_low,
        min(case when visits_to_here >= {{ quantile_limit_rank("visits", percent, 100, "+") }} then wait_days end) as {{ quantile }}_high
        {{- "," if not loop.last }}
        {% endfor %}
    from accumulated
    group by state_number

),

final as (

    {% for quantile, percent in quantiles -%}
    select
        {% for column in key %}s.{{ column }}, {% endfor %}
        '{{ quantile }}' as quantile,
        p.{{ quantile }} as wait_days,
        p.{{ quantile }}_low as wait_days_low,
        p.{{ quantile }}_high as wait_days_high
    from picked as p
    inner join states as s on p.state_number = s.state_number
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from final
