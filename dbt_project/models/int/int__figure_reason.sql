-- One row per current figure of a county, reason why it may not compare, and what it was held against: an earlier or later period, or a dated break.
with figures as (

    select * from {{ ref("int__current_figure") }}
    where region_level = 'county'

),

breaks as (

    select
        break_id,
        source_code,
        indicator_code,
        cast(starts_on as date) as starts_on,
        reason_code
    from {{ ref("raw__series_break") }}

),

valued as (

    select
        *,
        {% for measure in ["value", "numerator"] -%}
        {{ resolution(measure, "over (partition by " ~ series_key() | join(", ") ~ ")") }} as {{ measure }}_step,
        {% endfor -%}
        count(*) over (partition by {{ series_key() | join(", ") }}, period_start) as values_in_period,
        min(value) over (partition by {{ series_key() | join(", ") }}, period_start) as lowest,
        count(case when value = 0 then 1 end) over (partition by {{ series_key() | join(", ") }}, period_start) as zeros,
        min(case when value > 0 then value end) over (partition by {{ series_key() | join(", ") }}, period_start) as lowest_above_zero,
        median(case when value > 0 then value end) over (partition by {{ series_key() | join(", ") }}, period_start) as middle_above_zero
    from figures
    where value is not null

),

-- Each figure against the one before it, and against the one four before it: a change may come in a leap or little by little.
pairs as (

    {% for steps, factor in [(1, var("recording_step_factor")), (4, var("recording_span_factor"))] -%}
    select
        {{ figure_key() | join(", ") }},
        {{ steps }} as steps,
        {{ factor }} as factor,
        value,
        numerator,
        value_step,
        numerator_step,
        {% for column in ["period_start", "value", "numerator"] -%}
        lag({{ column }}, {{ steps }}) over (
            partition by {{ series_key() | join(", ") }}, region_code order by period_start
        ) as reference_{{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from valued
    {{ "union all" if not loop.last }}
    {% endfor %}

),

{%- set others = series_key() | join(", ") ~ ", steps, period_start, reference_period_start" %}

-- What the same two periods did in all regions: the middle of the changes, and how far from it they usually lie.
centred as (

    select
        *,
        ln(cast(value as double) / cast(reference_value as double)) as change,
        median(ln(cast(value as double) / cast(reference_value as double))) over (partition by {{ others }}) as middle_change,
        count(*) over (partition by {{ others }}) as pair_count,
        coalesce(sqrt(
            1 / nullif(cast(greatest(numerator, 0) as double), 0) + 1 / nullif(cast(greatest(reference_numerator, 0) as double), 0)
        ), 0) as chance
    from pairs
    where value > 0 and reference_value > 0

),

spread as (

    select
        *,
        abs(change - middle_change) as distance,
        {{ robust_spread("abs(change - middle_change)", "over (partition by " ~ others ~ ")") }} as usual_distance
    from centred

),

leaps as (

    select
        *,
        cast(exp(change - middle_change) as decimal(18, 4)) as relative_change
    from spread
    where pair_count >= {{ var("comparison_minimum") }}
        and distance > ln(factor)
        and distance > {{ var("recording_spread_factor") }} * usual_distance
        -- Where the events are counted, the leap must be more than their chance too.
        and distance > {{ var("recording_spread_factor") }} * chance

),

moves as (

    select
        *,
        {% for measure in ["value", "numerator"] -%}
        median(abs({{ measure }} - reference_{{ measure }})) over (partition by {{ others }}) as usual_{{ measure }}_move,
        {% endfor -%}
        count(*) over (partition by {{ others }}) as pair_count
    from pairs
    where steps = 1 and reference_value is not null

),

reasons as (

    -- Which side of the leap is right is not known: both are marked.
    select
        {{ figure_key() | join(", ") }},
        'recording_change_suspected' as reason_code,
        reference_period_start,
        reference_value,
        relative_change,
        cast(null as varchar) as break_id
    from leaps

    union all

    select
        {{ figure_key()[:-1] | join(", ") }},
        reference_period_start as period_start,
        'recording_change_suspected' as reason_code,
        period_start as reference_period_start,
        value as reference_value,
        relative_change,
        cast(null as varchar) as break_id
    from leaps

    union all

    select
        {{ figure_key() | join(", ") }},
        'copied_value' as reason_code,
        reference_period_start,
        reference_value,
        cast(null as decimal(18, 4)) as relative_change,
        cast(null as varchar) as break_id
    from moves
    where pair_count >= {{ var("comparison_minimum") }}
        and (
            {% for measure in ["value", "numerator"] -%}
            -- Where the others usually move by thousands of the last decimal, the same figure to that decimal is no chance.
            ({{ measure }} <> 0 and {{ measure }} = reference_{{ measure }} and usual_{{ measure }}_move >= 1000 * {{ measure }}_step)
            {{ "or " if not loop.last }}
            {%- endfor %}
        )

    union all

    select
        {% for column in figure_key() %}f.{{ column }}, {% endfor %}
        b.reason_code,
        cast(null as date) as reference_period_start,
        cast(null as decimal(18, 4)) as reference_value,
        cast(null as decimal(18, 4)) as relative_change,
        b.break_id
    from valued as f
    inner join breaks as b
        on f.source_code = b.source_code
        and f.indicator_code = b.indicator_code
        and f.period_start < b.starts_on

    {% for reason, condition in [
        ("zero_for_missing", "value = 0 and lowest = 0 and zeros = 1 and values_in_period > " ~ var("comparison_minimum")
            ~ " and lowest_above_zero * 4 >= middle_above_zero"),
        ("coverage", "coverage < 1"),
        ("vintage_pending", "publication_status = " ~ publication_provisional() ~ " or value_status = " ~ value_provisional()),
        ("not_adjusted", "adjustment = 'none'"),
        ("reservation", "comparability_reason is not null and coverage = 1"),
    ] -%}
    union all

    select
        {{ figure_key() | join(", ") }},
        '{{ reason }}' as reason_code,
        cast(null as date) as reference_period_start,
        cast(null as decimal(18, 4)) as reference_value,
        cast(null as decimal(18, 4)) as relative_change,
        cast(null as varchar) as break_id
    from valued
    where {{ condition }}
    {% endfor %}
),

final as (

    -- A figure that is copied twice, or leaps with the next and the fourth period alike, has a row for each.
    select distinct
        {{ figure_key() | join(", ") }},
        reason_code,
        reference_period_start,
        reference_value,
        relative_change,
        break_id
    from reasons

)

select * from final
