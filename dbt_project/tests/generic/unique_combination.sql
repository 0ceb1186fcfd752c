{# The columns together tell each row from every other; nulls count as equal. Fails with the combinations that occur more than once. #}
{% test unique_combination(model, columns) %}

select
    {{ columns | join(", ") }},
    count(*) as occurrences
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1

{% endtest %}
