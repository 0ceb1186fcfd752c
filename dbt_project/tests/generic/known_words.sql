{# Each column holds only words of its list (or null). `words` maps column to list. Fails with one row per column and unknown word. #}
{% test known_words(model, words) %}

select *
from (
    {% for column, known in words.items() -%}
    select '{{ column }}' as column_name, {{ column }} as word, count(*) as occurrences
    from {{ model }}
    where {{ column }} not in ({% for word in known %}'{{ word }}'{{ ", " if not loop.last }}{% endfor %})
    group by {{ column }}
    {{ "union all" if not loop.last }}
    {% endfor %}
) as unknown

{% endtest %}
