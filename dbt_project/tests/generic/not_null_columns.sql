{# None of the columns is null: one scan for all of them. Fails with one row per column that has nulls. #}
{% test not_null_columns(model, columns) %}

select *
from (
    {% for column in columns -%}
    select '{{ column }}' as column_name, count(*) - count({{ column }}) as nulls from {{ model }}
    {{ "union all" if not loop.last }}
    {% endfor %}
) as counted
where nulls > 0

{% endtest %}
