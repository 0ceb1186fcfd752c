{# Measures of how good a delivery is: completeness of its fields, how far it moved afterwards, how far its volume is from the expected one. #}

{# Score of a field: the rows with a valid and complete value less the defaults beyond a tolerated share, of all. Never more than the rows themselves are worth. #}
{% macro dqmi_item(valid_and_complete, defaults, n, tolerance) -%}
    cast(({{ valid_and_complete }} - greatest(0, {{ defaults }} - {{ tolerance }} * {{ n }})) / nullif({{ n }}, 0) as decimal(18, 6))
{%- endmacro %}

{# 100 * mean(item) * mean(coverage), from the two sums; 0 where nothing that was owed came. #}
{% macro dqmi(item_sum, item_count, coverage_sum, coverage_count) -%}
    cast(case
        when {{ coverage_count }} > 0 and {{ coverage_sum }} = 0 then 0
        else 100 * ({{ item_sum }} / nullif({{ item_count }}, 0)) * ({{ coverage_sum }} / nullif({{ coverage_count }}, 0))
    end as decimal(18, 4))
{%- endmacro %}

{# Share of what was told in the end that stood there from the beginning: 1 - moved / final, not below 0. #}
{% macro stability(moved, final) -%}
    cast(greatest(0, 1 - {{ moved }} / nullif({{ final }}, 0)) as decimal(18, 4))
{%- endmacro %}

{# How many usual distances a volume is from the expected one; the usual distance grows with the volume and with the spread. #}
{% macro swing_score(volume, expected, spread) -%}
    ({{ volume }} - {{ expected }}) / nullif(sqrt({{ spread }} * {{ expected }}), 0)
{%- endmacro %}

{# Spread of volumes round the expected ones, 1 where they vary as independent events do: the median of (y - e)^2 / e against that of chi-square with one degree of freedom. #}
{% macro swing_spread(volume, expected) -%}
    greatest(1, median(({{ volume }} - {{ expected }}) * ({{ volume }} - {{ expected }}) / {{ expected }}) / 0.455)
{%- endmacro %}

{# Whether a month is queried: far from what is expected by chance and by size, or nothing after something. Null where nothing is known to expect. #}
{% macro is_swing_queried(volume, expected, score, volume_before, limit, least_share) -%}
    case
        when {{ volume }} = 0 and {{ volume_before }} > 0 then true
        when {{ score }} is not null then abs({{ score }}) > {{ limit }} and abs({{ volume }} / {{ expected }} - 1) > {{ least_share }}
    end
{%- endmacro %}

{# `from` and joins: each month m that is owed, with the months w of the window of the version in force (v) that ends with it. #}
{% macro months_with_windows(months) -%}
    {{ months }} as m
    cross join {{ ref("int__scorecard_version") }} as v
    inner join {{ months }} as w
        on
            m.organiser_code = w.organiser_code
            and m.dataset = w.dataset
            and w.month_number between m.month_number - v.window_months + 1 and m.month_number
{%- endmacro %}
