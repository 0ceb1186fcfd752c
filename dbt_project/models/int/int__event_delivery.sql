-- One row per delivery of an event dataset that was ever the known one of its sender and month.
{% for dataset in event_datasets() -%}
select '{{ dataset.name }}' as source_code, * from ({{ known_deliveries(dataset.name) }}) as {{ dataset.name }}
{{ "union all" if not loop.last }}
{% endfor %}
