{# What is added up of cost rows (int__event_cost): external items alone, in cents. #}
{% macro measures_of_costs() -%}
    {{ return({
        "expense_eur_hundredths": "cast(sum(case when account_kind = 'expense' then amount_eur else 0 end) * 100 as bigint)",
        "bought_expense_eur_hundredths": "cast(sum(case when account_kind = 'expense' and production_mode = 'bought' then amount_eur else 0 end) * 100 as bigint)",
        "phc_net_eur_hundredths": "cast(sum(case when service_group = 'primary_health_care' then amount_eur else 0 end) * 100 as bigint)",
    }) }}
{%- endmacro %}
