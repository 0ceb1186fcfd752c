{# The minimum dataset in another language: names and words come from the terms seed, and are written nowhere else. #}

{% macro terms(language, kind) -%}
    {% set found %}
        select column_name, word, name_{{ language }} as name, label_{{ language }} as label
        from {{ ref("raw__term") }}
        where kind = '{{ kind }}'
        order by column_name, word
    {% endset %}
    {{ return(run_query(found).rows if execute else []) }}
{%- endmacro %}

{# The columns of the friendly view: [{column, name, label}] in the order of the mart, the indicator's name after its code. #}
{% macro friendly_columns(language) -%}
    {% set mart = ref("mart__minimum_dataset") -%}
    {% set columns = [] -%}
    {% if execute -%}
        {% set named = {} -%}
        {% for term in terms(language, "column") if term.name -%}
            {% do named.update({term.column_name: term}) -%}
        {% endfor -%}
        {% for column in adapter.get_columns_in_relation(mart) -%}
            {% set wanted = [column.name] + (["indicator_name_" ~ language] if column.name == "indicator_code" else []) -%}
            {% for name in wanted if name in named -%}
                {% do columns.append({"column": name, "name": named[name].name, "label": named[name].label}) -%}
            {% endfor -%}
        {% endfor -%}
    {% endif -%}
    {{ return(columns) }}
{%- endmacro %}

{# Current figures with the columns and the words of a language. A word that the terms do not know stays as it is. #}
{% macro friendly_minimum_dataset(language) %}
    {%- set words = {} -%}
    {%- for term in terms(language, "word") -%}
        {%- do words.setdefault(term.column_name, []).append(term) -%}
    {%- endfor -%}
    {%- set indicators = ref("core__dim_indicator") -%}
    select
        {% for c in friendly_columns(language) -%}
        {%- set source = "i." ~ c.column if c.column.startswith("indicator_name_") else "m." ~ c.column -%}
        {%- if c.column in words -%}
        case {{ source }}
            {%- for term in words[c.column] %}
            when '{{ term.word }}' then '{{ term.label | replace("'", "''") }}'
            {%- endfor %}
            else {{ source }}
        end
        {%- else -%}
        {{ source }}
        {%- endif %} as {{ c.name }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("mart__minimum_dataset") }} as m
    inner join {{ indicators }} as i on m.indicator_code = i.indicator_code
    where m.known_to is null
{% endmacro %}

{# Post-hook: each column of the friendly view described in its language, with the column of the minimum dataset that it shows. #}
{% macro describe_friendly_columns(language) -%}
    {% for c in friendly_columns(language) -%}
        {{ describe_column(c.name, c.label ~ " (" ~ c.column ~ ")") }}
    {% endfor -%}
{%- endmacro %}
