{# The status words of the warehouse and the one rule by which each rolls up. A word is written here and nowhere else. #}

{% macro value_present() %}'value'{% endmacro %}
{% macro value_true_zero() %}'true_zero'{% endmacro %}
{% macro value_suppressed() %}'suppressed'{% endmacro %}
{% macro value_provisional() %}'provisional'{% endmacro %}
{% macro value_missing() %}'missing'{% endmacro %}
{% macro value_not_applicable() %}'not_applicable'{% endmacro %}

{# A count that is known to be zero is a figure; only a count that is not known is absent. One provisional input makes the figure provisional. #}
{% macro value_status_of_count(count, provisional_inputs="0") -%}
    case
        when {{ provisional_inputs }} > 0 then {{ value_provisional() }}
        when {{ count }} = 0 then {{ value_true_zero() }}
        else {{ value_present() }}
    end
{%- endmacro %}

{% macro publication_provisional() %}'provisional'{% endmacro %}
{% macro publication_final() %}'final'{% endmacro %}
{% macro publication_revised() %}'revised'{% endmacro %}

{# Of several figures the least final: provisional if any is, else revised if any is. #}
{% macro least_final(status) -%}
    case
        when max(case when {{ status }} = {{ publication_provisional() }} then 1 else 0 end) = 1 then {{ publication_provisional() }}
        when max(case when {{ status }} = {{ publication_revised() }} then 1 else 0 end) = 1 then {{ publication_revised() }}
        else {{ publication_final() }}
    end
{%- endmacro %}

{% macro comparable() %}'comparable'{% endmacro %}
{% macro caution() %}'caution'{% endmacro %}
{% macro not_comparable() %}'not_comparable'{% endmacro %}

{# A row without a figure compares with nothing; a row with a reservation compares with caution. #}
{% macro comparability_of(value_status, reason) -%}
    case
        when {{ value_status }} not in ({{ value_present() }}, {{ value_true_zero() }}, {{ value_provisional() }}) then {{ not_comparable() }}
        when {{ reason }} is not null then {{ caution() }}
        else {{ comparable() }}
    end
{%- endmacro %}

{% macro synthetic_input(origin) -%}
    case when {{ origin }} = 'synthetic' then 1 else 0 end
{%- endmacro %}

{# Synthetic as soon as one input is: a mixed figure must never pass for a real one. #}
{% macro origin_of(synthetic_inputs, otherwise) -%}
    case when {{ synthetic_inputs }} > 0 then 'synthetic' else {{ otherwise }} end
{%- endmacro %}

{% macro derivation_summed() %}'summed'{% endmacro %}
{% macro derivation_reported() %}'reported'{% endmacro %}

{# Reasons in one text, parted by semicolons; null when there is none. Each reason is an expression that is null when it does not apply. #}
{% macro joined_reasons(reasons) -%}
    nullif(concat_ws('; ', {{ reasons | join(", ") }}), '')
{%- endmacro %}

{# Values of a group in one text, parted by semicolons and in their order; null when there is none. #}
{% macro joined_values(value, order_by) -%}{{ dbt.listagg(value, "'; '", "order by " ~ order_by) }}{%- endmacro %}

{# What an item of the scorecard came to. #}
{% macro scorecard_pass() %}'pass'{% endmacro %}
{% macro scorecard_fail() %}'fail'{% endmacro %}
{% macro scorecard_not_applicable() %}'n_a'{% endmacro %}
{% macro scorecard_error() %}'error'{% endmacro %}
