{# At no moment are two versions of the same thing known, and each is known for some time. Fails with the earlier of two that overlap. #}
{% test versions_do_not_overlap(model, key) %}

select *
from (
    select
        {{ key | join(", ") }},
        known_from,
        known_to,
        lead(known_from) over (partition by {{ key | join(", ") }} order by known_from) as next_known_from
    from {{ model }}
) as versions
where known_from >= known_to or next_known_from < coalesce(known_to, {{ open_end() }})

{% endtest %}
