{# Exact arithmetic: sums are integers, figures are DECIMAL, and only the square roots of an interval pass through a float. #}

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

{% macro z_95() %}1.959964{% endmacro %}

{#
    Wilson score interval of a proportion, 95 %: (2O + z2 +- z * sqrt(z2 + 4Oq/n)) / (2(n + z2)) with q = n - O.
    `sign` is '-' for the lower and '+' for the upper limit. DECIMAL(18, 4) within 0..1; null when n is zero or null.
#}
{% macro wilson_limit(events, n, sign) -%}
    case
        when {{ n }} > 0 then
            cast(
                least(1, greatest(0,
                    (
                        2 * {{ events }} + {{ z_95() }} * {{ z_95() }}
                        {{ sign }} {{ z_95() }} * sqrt(
                            {{ z_95() }} * {{ z_95() }} + 4.0 * {{ events }} * ({{ n }} - {{ events }}) / cast({{ n }} as double)
                        )
                    ) / (2.0 * ({{ n }} + {{ z_95() }} * {{ z_95() }}))
                ))
                as decimal(18, 4)
            )
    end
{%- endmacro %}

{# Rank of the p-th quantile by the nearest-rank rule, p = share / of: the ceiling of n * p. #}
{% macro quantile_rank(n, share, of) -%}
    {{ integer_divide(n ~ " * " ~ share ~ " + " ~ (of - 1), of) }}
{%- endmacro %}

{#
    Ranks of the order statistics that bound the p-th quantile with 95 % confidence (Campbell and Gardner 1988):
    n*p - z*sqrt(n*p*(1-p)) and 1 + n*p + z*sqrt(n*p*(1-p)), rounded. A rank outside 1..n means that no limit exists on that side.
#}
{% macro quantile_limit_rank(n, share, of, sign) -%}
    cast(round(
        {{ "1 + " if sign == "+" else "" }}{{ n }} * {{ share }} / {{ of }}.0
        {{ sign }} {{ z_95() }} * sqrt({{ n }} * {{ share }} * {{ of - share }} / {{ of * of }}.0)
    ) as bigint)
{%- endmacro %}
