-- One row per state of a period, basis, region and population group with enough first visits, and quantile of their waits.
{%- set key = ["period_grain", "period_start", "basis", "region_level", "region_code"] + split_columns() + ["known_from"] %}
with states as (

    select * from {{ ref("int__contact_state") }}
    where first_visits >= {{ var("quantile_minimum") }}

),

histograms as (

    select * from {{ ref("int__wait_state") }}

),

accumulated as (

    select
        {% for column in key %}s.{{ column }}, {% endfor %}
        s.first_visits as visits,
        h.wait_days,
        sum(h.first_visits) over (
            partition by {% for column in key %}s.{{ column }}{{ ", " if not loop.last }}{% endfor %}
            order by h.wait_days rows between unbounded preceding and current row
        ) as visits_to_here
    from states as s
    inner join histograms as h
        on {% for column in key[:-1] %}s.{{ column }} = h.{{ column }} and {% endfor %}
        h.known_from <= s.known_from and s.known_from < h.known_to

),

quantiles as (

    select 'median' as quantile, 50 as share_percent
    union all
    select 'p90' as quantile, 90 as share_percent

),

ranked as (

    select
        a.*,
        q.quantile,
        {{ quantile_rank("a.visits", "q.share_percent", 100) }} as rank_of_quantile,
        {{ quantile_limit_rank("a.visits", "q.share_percent", 100, "-") }} as rank_of_low,
        {{ quantile_limit_rank("a.visits", "q.share_percent", 100, "+") }} as rank_of_high
    from accumulated as a
    cross join quantiles as q

),

final as (

    select
        {{ key | join(", ") }},
        quantile,
        min(case when visits_to_here >= rank_of_quantile then wait_days end) as wait_days,
        min(case when visits_to_here >= rank_of_low and rank_of_low >= 1 then wait_days end) as wait_days_low,
        -- A rank above the number of visits is met by none: no upper limit then.
        min(case when visits_to_here >= rank_of_high then wait_days end) as wait_days_high
    from ranked
    group by {{ key | join(", ") }}, quantile

)

select * from final
