{# Quantiles by order statistics, and the ranks that bound them. Nothing is given below var quantile_minimum. #}

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
