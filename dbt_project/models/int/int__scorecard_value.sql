-- One row per month that a sender owes of a dataset, and item that can be told of it, or cannot for a reason that is known.
{%- set key = ["organiser_code", "dataset", "period"] %}
with months as (

    select * from {{ ref("int__scorecard_month") }}
    where not is_not_due_yet

),

windows as (

    select
        {% for column in key %}m.{{ column }}, {% endfor %}
        w.period as month_of_window,
        w.is_usable,
        w.is_final,
        w.lag_days,
        w.rows_in_force,
        w.rows_moved
    from {{ months_with_windows("months") }}

),

final_months as (

    select
        {{ key | join(", ") }},
        case when is_final then rows_in_force end as rows_in_force,
        case when is_final then rows_moved end as rows_moved
    from windows

),

lags as (

    select
        *,
        row_number() over (partition by {{ key | join(", ") }} order by lag_days, month_of_window) as place,
        count(*) over (partition by {{ key | join(", ") }}) as n
    from windows
    where lag_days is not null

),

key_fields as (

    select * from {{ ref("dq__scorecard_field") }}
    where is_key and n > 0

),

-- Of each kind the rule that the largest share of its rows broke: no other one can fail where it passes.
checks as (

    select
        *,
        row_number() over (
            partition by {{ key | join(", ") }}, item_code order by cast(failed as decimal(18, 0)) / applicable desc, failed desc, rule_id
        ) as place,
        count(*) over (partition by {{ key | join(", ") }}, item_code) as n
    from {{ ref("dq__scorecard_check") }}
    where applicable > 0

),

-- Every pair that speaks of the month, be it in a quarter or a year.
pairs as (

    select
        {% for column in key %}m.{{ column }}, {% endfor %}
        r.pair_id,
        r.verdict,
        r.our_value,
        r.their_value,
        r.relative_difference,
        r.could_not_run_reason,
        count(r.relative_difference) over (partition by {% for column in key %}m.{{ column }}{{ ", " if not loop.last }}{% endfor %}) as n,
        row_number() over (
            partition by {% for column in key %}m.{{ column }}{{ ", " if not loop.last }}{% endfor %}
            order by case when r.relative_difference is null then 1 else 0 end, abs(r.relative_difference) desc, r.pair_id
        ) as place
    from months as m
    inner join {{ ref("dq__reconciliation") }} as r
        on
            m.dataset = r.our_source_code
            and r.region_level = 'county'
            and m.organiser_code = r.region_code
            and {{ month_start("m.period") }} >= r.period_start
            and {{ month_start("m.period") }} < {{ add_months("r.period_start", "case r.period_grain when 'year' then 12 when 'quarter' then 3 else 1 end") }}

),

units as (

    select distinct {{ key | join(", ") }}, unit_id from {{ ref("stg__reporting_unit") }}

),

units_reporting as (

    select {{ key | join(", ") }}, count(*) as units
    from units
    group by {{ key | join(", ") }}

),

units_known as (

    select {% for column in key %}w.{{ column }}, {% endfor %}count(distinct u.unit_id) as units
    from windows as w
    inner join units as u on w.organiser_code = u.organiser_code and w.dataset = u.dataset and w.month_of_window = u.period
    group by {% for column in key %}w.{{ column }}{{ ", " if not loop.last }}{% endfor %}

),

-- Units of the register that lie in a county and are in use; their identifiers are others than those of the deliveries.
units_on_register as (

    select m.county_code, count(*) as units
    from {{ ref("core__dim_care_organisation") }} as o
    inner join (
        select municipality_code, county_code, row_number() over (partition by municipality_code order by year desc) as recency
        from {{ ref("core__dim_municipality") }}
    ) as m on o.municipality_code = m.municipality_code and m.recency = 1
    where o.known_to is null and (o.is_social_care_unit or o.is_health_care_unit) and o.valid_to is null
    group by m.county_code

),

items as (

    select
        {{ key | join(", ") }},
        'coverage' as item_code,
        {{ ratio("sum(case when is_usable then 1 else 0 end)", "count(*)") }} as value,
        sum(case when is_usable then 1 else 0 end) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(null as boolean) as is_met,
        false as has_failed_to_run,
        cast(null as varchar) as detail
    from windows
    group by {{ key | join(", ") }}

    union all

    select
        {{ key | join(", ") }}, 'on_time' as item_code, case when is_on_time then 1 else 0 end as value,
        case when is_on_time then 1 else 0 end as numerator, 1 as denominator, 1 as n, null as is_met, false as has_failed_to_run, null as detail
    from months

    {% for item, share, of in [("lag_median_days", 1, 2), ("lag_p90_days", 9, 10)] -%}
    union all

    select
        {{ key | join(", ") }}, '{{ item }}' as item_code, lag_days as value, null as numerator, null as denominator, n,
        null as is_met, false as has_failed_to_run, null as detail
    from lags
    where place = {{ quantile_rank("n", share, of) }}

    {% endfor -%}
    union all

    select
        {{ key | join(", ") }}, 'field_score' as item_code, cast(sum(item_score) / count(*) as decimal(18, 4)) as value, sum(item_score) as numerator,
        count(*) as denominator, max(n) as n, null as is_met, false as has_failed_to_run, null as detail
    from key_fields
    group by {{ key | join(", ") }}

    {% for class in ["valid", "other", "default", "invalid", "missing"] -%}
    union all

    select
        {{ key | join(", ") }}, 'vodim_{{ class }}' as item_code, {{ ratio("sum(" ~ class ~ "_count)", "sum(n)") }} as value,
        sum({{ class }}_count) as numerator, sum(n) as denominator, sum(n) as n, null as is_met, false as has_failed_to_run, null as detail
    from key_fields
    group by {{ key | join(", ") }}

    {% endfor -%}
    union all

    select
        {{ key | join(", ") }}, item_code, failed_percent as value, failed as numerator, applicable as denominator, n,
        status = {{ scorecard_pass() }} as is_met, false as has_failed_to_run, rule_id as detail
    from checks
    where place = 1

    union all

    select
        {{ key | join(", ") }}, 'volume_swing' as item_code, swing_score as value, rows_in_force as numerator, rows_expected as denominator,
        months_before as n, not is_queried as is_met, false as has_failed_to_run, coalesce(method, 'no earlier month to expect by') as detail
    from {{ ref("int__scorecard_swing") }}

    union all

    select
        {{ key | join(", ") }}, 'stability' as item_code, {{ stability("sum(rows_moved)", "sum(rows_in_force)") }} as value,
        sum(rows_moved) as numerator, sum(rows_in_force) as denominator, count(rows_in_force) as n, null as is_met, false as has_failed_to_run,
        case when count(rows_in_force) = 0 then 'no month of the window is final yet' end as detail
    from final_months
    group by {{ key | join(", ") }}

    union all

    select
        {{ key | join(", ") }}, 'register_gap' as item_code, relative_difference as value, our_value as numerator, their_value as denominator, n,
        null as is_met, relative_difference is null as has_failed_to_run,
        pair_id || case when relative_difference is null then ': ' || coalesce(could_not_run_reason, 'no figure') else '' end as detail
    from pairs
    where place = 1

    union all

    select
        {% for column in key %}r.{{ column }}, {% endfor %}'unit_coverage' as item_code, {{ ratio("r.units", "k.units") }} as value,
        r.units as numerator, k.units as denominator, k.units as n, null as is_met, false as has_failed_to_run,
        'of the units that the deliveries of the window name' as detail
    from units_reporting as r
    inner join units_known as k on {{ same_row("r", "k", key) }}

    union all

    select
        {% for column in key %}r.{{ column }}, {% endfor %}'register_units' as item_code, {{ ratio("r.units", "g.units") }} as value,
        r.units as numerator, g.units as denominator, g.units as n, null as is_met, false as has_failed_to_run,
        case when g.units is null then 'the register places no unit in the county' end as detail
    from units_reporting as r
    left join units_on_register as g on r.organiser_code = g.county_code

    {% for item in ["dqmi", "dqmi_min"] -%}
    union all

    select
        {{ key | join(", ") }}, '{{ item }}' as item_code, {{ item }} as value, null as numerator, null as denominator,
        {{ "item_count + months_owed" if item == "dqmi" else "months_owed" }} as n, null as is_met, false as has_failed_to_run,
        cast(item_count as varchar) || ' scores, ' || cast(months_usable as varchar) || ' of ' || cast(months_owed as varchar) || ' months' as detail
    from {{ ref("int__scorecard_dqmi") }}
    {{ "where dataset = 'total'" if item == "dqmi_min" }}

    {% endfor -%}
),

final as (

    select
        {{ key | join(", ") }},
        item_code,
        cast(value as decimal(18, 4)) as value,
        cast(numerator as decimal(18, 4)) as numerator,
        cast(denominator as decimal(18, 4)) as denominator,
        cast(n as bigint) as n,
        is_met,
        has_failed_to_run,
        detail
    from items

)

select * from final
