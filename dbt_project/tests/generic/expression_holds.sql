{# The expression is true for every row; unknown counts as broken. Fails with the rows for which it is not. #}
{% test expression_holds(model, expression) %}

select *
from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
