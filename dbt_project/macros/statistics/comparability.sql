{# What the comparison of figures is keyed by, and the measures that tell a suspicious figure from a clean one. #}

{# A series of one indicator: all its regions and periods. #}
{% macro series_key() %}{{ return(["indicator_code", "source_code", "basis", "period_grain"]) }}{% endmacro %}

{# One figure of everybody in a region and period. #}
{% macro figure_key() %}{{ return(series_key() + ["region_level", "region_code", "period_start"]) }}{% endmacro %}

{# Two aliases name the same row of `columns`. #}
{% macro same_row(a, b, columns) -%}
    {% for column in columns %}{{ a }}.{{ column }} = {{ b }}.{{ column }}{{ " and " if not loop.last }}{% endfor %}
{%- endmacro %}

{# The last decimal that any value of a group has, as a step: 1, 0.1 … 0.0001. An aggregate or, with `over`, a window. #}
{% macro resolution(value, over="") -%}
    case
        {% for decimals in range(4) -%}
        when max(abs({{ value }} - round({{ value }}, {{ decimals }}))) {{ over }} = 0 then {{ ["1", "0.1", "0.01", "0.001"][decimals] }}
        {% endfor -%}
        else 0.0001
    end
{%- endmacro %}

{# Median distance from the median, scaled to the standard deviation of a normal distribution: a spread that single wild values do not move. #}
{% macro robust_spread(distance, over) -%}1.4826 * median({{ distance }}) {{ over }}{%- endmacro %}
