-- One row per event dataset, delivery, place and age band of its persons, and measure that is not nought. The only pass over the rows of each dataset.
with
{% for dataset in event_datasets() -%}
{%- set measures = event_measures(dataset.name) %}
{{ dataset.name }}_counted as (

    select
        receipt_id,
        organiser_code as sender_code,
        cast(substr(period, 1, 4) as smallint) as year,
        {% if dataset.has_persons -%}
        home_municipality_code,
        sex,
        {{ age_band_at_reference_day("birth_year", "cast(substr(period, 1, 4) as smallint)") }} as age_band,
        {%- else -%}
        cast(null as varchar) as home_municipality_code,
        cast(null as varchar) as sex,
        cast(null as varchar) as age_band,
        {%- endif %}
        {% for code, aggregate in measures.items() -%}
        {{ aggregate }} as {{ code }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref(dataset.staged) }}
    group by receipt_id, organiser_code, period{% if dataset.has_persons %}, home_municipality_code, sex, 6{% endif %}

),

{{ dataset.name }}_measured as (

    select
        '{{ dataset.name }}' as source_code,
        c.receipt_id,
        c.sender_code,
        c.year,
        c.home_municipality_code,
        c.sex,
        c.age_band,
        m.measure_code,
        case m.measure_code
            {% for code in measures -%}
            when '{{ code }}' then cast(c.{{ code }} as bigint)
            {% endfor -%}
        end as measure_value
    from {{ dataset.name }}_counted as c
    cross join (
        {% for code in measures -%}
        select '{{ code }}' as measure_code{{ " union all" if not loop.last }}
        {% endfor %}
    ) as m

),
{% endfor %}
measured as (

    {% for dataset in event_datasets() -%}
    select * from {{ dataset.name }}_measured
    {{ "union all" if not loop.last }}
    {% endfor %}
),

final as (

    select * from measured
    where measure_value <> 0

)

select * from final
