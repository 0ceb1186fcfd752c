{# Figures of two bodies held against each other: the words for how near they are, for which of them moved, and the rule of the verdict. #}

{% macro verdict_green() %}'green'{% endmacro %}
{% macro verdict_amber() %}'amber'{% endmacro %}
{% macro verdict_red() %}'red'{% endmacro %}
{% macro verdict_could_not_run() %}'could_not_run'{% endmacro %}

{# How far `ours` is from `theirs`, against the limits of the tolerance, each of them still within. Exact: nothing is rounded before it is judged. #}
{% macro reconciliation_verdict(ours, theirs, green_within, amber_within) -%}
    case
        when abs({{ ours }} - {{ theirs }}) <= {{ green_within }} * abs({{ theirs }}) then {{ verdict_green() }}
        when abs({{ ours }} - {{ theirs }}) <= {{ amber_within }} * abs({{ theirs }}) then {{ verdict_amber() }}
        else {{ verdict_red() }}
    end
{%- endmacro %}

{# ours / theirs - 1 as DECIMAL(18, 4); null where theirs is zero. #}
{% macro relative_difference(ours, theirs) -%}
    {{ signed_ratio("cast((" ~ ours ~ " - " ~ theirs ~ ") * 10000 as bigint)", "cast(abs(" ~ theirs ~ ") * 10000 as bigint)") }}
{%- endmacro %}

{# Half the width of the range in which a count of a sample lies by chance alone, 95 %, as a share of the count. #}
{% macro sampling_margin(counted) -%}
    case when {{ counted }} > 0 then cast({{ z_95() }} / sqrt({{ counted }}) as decimal(18, 4)) end
{%- endmacro %}

{# Which side of a pair has another value than it had in the release before; null when there was none. #}
{% macro moved_side(is_first, ours, ours_before, theirs, theirs_before) -%}
    case
        when {{ is_first }} then null
        when {{ ours }} is distinct from {{ ours_before }} and {{ theirs }} is distinct from {{ theirs_before }} then 'both'
        when {{ ours }} is distinct from {{ ours_before }} then 'ours'
        when {{ theirs }} is distinct from {{ theirs_before }} then 'theirs'
        else 'neither'
    end
{%- endmacro %}

{# Why the figure of a side is not there: null when it is. #}
{% macro side_reason(who, side) -%}
    case
        when {{ side }}.value is not null then null
        when {{ side }}.parts_found is null then '{{ who }}: no figure for the period'
        when {{ side }}.suppressed_parts > 0 then '{{ who }}: the source withholds the figure'
        when {{ side }}.parts_expected > 1
            then '{{ who }}: ' || cast({{ side }}.parts_found as varchar) || ' of ' || cast({{ side }}.parts_expected as varchar) || ' parts have a figure'
        else '{{ who }}: the figure is missing'
    end
{%- endmacro %}
