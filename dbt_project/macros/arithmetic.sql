{# Exact arithmetic: sums are integers and figures are DECIMAL. Intervals and comparisons are in statistics/. #}

{# An integer wide enough for products of counts, weights and populations. #}
{% macro wide(expression) -%}{{ return(adapter.dispatch("wide")(expression)) }}{%- endmacro %}
{% macro default__wide(expression) -%}cast({{ expression }} as decimal(38, 0)){%- endmacro %}
{% macro duckdb__wide(expression) -%}cast({{ expression }} as hugeint){%- endmacro %}

{# Quotient of two integers, rounded down. #}
{% macro integer_divide(numerator, denominator) -%}{{ return(adapter.dispatch("integer_divide")(numerator, denominator)) }}{%- endmacro %}
{% macro default__integer_divide(numerator, denominator) -%}(({{ numerator }}) div ({{ denominator }})){%- endmacro %}
{% macro duckdb__integer_divide(numerator, denominator) -%}(({{ numerator }}) // ({{ denominator }})){%- endmacro %}

{# numerator / denominator of non-negative integers as DECIMAL(18, 4), rounded half up; null when the denominator is zero or null. #}
{% macro ratio(numerator, denominator) -%}
    cast(
        {{ integer_divide(wide(numerator) ~ " * 20000 + " ~ wide(denominator), "2 * nullif(" ~ wide(denominator) ~ ", 0)") }}
        as decimal(18, 0)
    ) * cast(0.0001 as decimal(4, 4))
{%- endmacro %}

{# The same for a numerator of either sign, rounded half away from zero. #}
{% macro signed_ratio(numerator, denominator) -%}
    case
        when {{ numerator }} < 0 then -({{ ratio("-(" ~ numerator ~ ")", denominator) }})
        else {{ ratio(numerator, denominator) }}
    end
{%- endmacro %}
