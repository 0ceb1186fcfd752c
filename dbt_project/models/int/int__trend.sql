-- One row per figure of an organiser that ends five periods of equal distance: the slope over them, its interval, and whether the five are of one series.
{%- set run = "over (partition by " ~ series_key() | join(", ") ~ ", region_code order by period_start)" %}
{%- set values = ["value_4", "value_3", "value_2", "value_1", "value"] %}
with figures as (

    select * from {{ ref("int__current_figure") }}
    where region_level = 'county' and is_organiser and value is not null

),

reasons as (

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        count(case when r.effect = 'excluded' then 1 end) as exclusions,
        count(f.break_id) as breaks_after
    from {{ ref("int__figure_reason") }} as f
    inner join {{ ref("raw__comparability_reason") }} as r on f.reason_code = r.reason_code
    group by {% for column in figure_key() %}f.{{ column }}{{ ", " if not loop.last }}{% endfor %}

),

judged as (

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        f.value,
        f.direction,
        -- Months since the year 0, so that the distance of two periods is a number.
        12 * cast(extract(year from f.period_start) as integer) + cast(extract(month from f.period_start) as integer) as month_number,
        coalesce(r.exclusions, 0) as exclusions,
        coalesce(r.breaks_after, 0) as breaks_after
    from figures as f
    left join reasons as r on {{ same_row("f", "r", figure_key()) }}

),

lagged as (

    select
        *,
        {% for step in range(1, 5) -%}
        lag(value, {{ step }}) {{ run }} as value_{{ step }},
        month_number - lag(month_number, {{ step }}) {{ run }} as months_{{ step }},
        lag(exclusions, {{ step }}) {{ run }} as exclusions_{{ step }},
        {% endfor -%}
        lag(breaks_after, 4) {{ run }} as breaks_after_4
    from judged

),

fitted as (

    select
        *,
        exclusions + exclusions_1 + exclusions_2 + exclusions_3 + exclusions_4 > 0 or breaks_after_4 > breaks_after as is_broken,
        {{ trend_slope(values) }} as slope,
        {{ trend_margin(values) }} as margin
    from lagged
    where value_4 is not null
        and months_2 = 2 * months_1 and months_3 = 3 * months_1 and months_4 = 4 * months_1

),

final as (

    select
        {{ figure_key() | join(", ") }},
        case when not is_broken then slope end as trend_slope,
        case when not is_broken then cast(slope - margin as decimal(18, 6)) end as trend_low,
        case when not is_broken then cast(slope + margin as decimal(18, 6)) end as trend_high,
        case
            when is_broken then 'broken_series'
            when slope - margin <= 0 and slope + margin >= 0 then 'no_clear_change'
            when direction = 'neutral' then case when slope > 0 then 'rising' else 'falling' end
            when (slope > 0) = (direction = 'higher_better') then 'improving'
            else 'worsening'
        end as trend_verdict
    from fitted

)

select * from final
