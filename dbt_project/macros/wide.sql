{# Wide views: the current figures of the minimum dataset with a column for each indicator, read from the catalogue when the view is made. #}

{# The columns that tell a row of a wide view from every other. #}
{% macro wide_key() -%}
    {{ return(["basis", "region_level", "region_code", "period_grain", "period_start", "period_end"] + split_columns()) }}
{%- endmacro %}

{% macro region_names() %}{{ return(["region_name_fi", "region_name_sv", "region_name_en"]) }}{% endmacro %}

{# Rows of the catalogue in the order of their codes; those of one theme, if one is given. Empty while dbt only parses. #}
{% macro catalogue(theme=none) -%}
    {% set found %}
        select indicator_code, source_code, indicator_name_fi, indicator_name_sv, indicator_name_en, unit
        from {{ ref("core__dim_indicator") }}
        {% if theme %}where theme = '{{ theme }}'{% endif %}
        order by indicator_code
    {% endset %}
    {{ return(run_query(found).rows if execute else []) }}
{%- endmacro %}

{# What an indicator's row must say beside its value: the word for its absence, or for its limits. Null when there is nothing. #}
{% macro remark_of_row() -%}
    case
        when value_status not in ({{ value_present() }}, {{ value_true_zero() }}) then value_status
        when comparability <> {{ comparable() }} then comparability
    end
{%- endmacro %}

{#
    Current figures of the indicators, one row per basis, region, period and population group. An indicator is taken from the source that
    the catalogue names for it: the same figure from another source stands in the long form alone, and so do the few figures of municipalities. `key` is the wide key, or less of it.
#}
{% macro wide_figures(indicators, condition, key) %}
    select
        {{ key | join(", ") }},
        {% for name in region_names() -%}
        max({{ name }}) as {{ name }},
        {% endfor -%}
        {{ origin_of("max(" ~ synthetic_input("origin") ~ ")", "max(origin)") }} as origin,
        min(coverage) as lowest_coverage,
        {{ least_final("publication_status") }} as publication_status,
        {% for i in indicators -%}
        max(case when indicator_code = '{{ i.indicator_code }}' then value end) as {{ adapter.quote(i.indicator_code) }},
        {% endfor -%}
        {{ joined_values("case when remark is not null then indicator_code || ': ' || remark end", "indicator_code") }} as remarks
    from (
        select *, {{ remark_of_row() }} as remark
        from {{ ref("mart__minimum_dataset") }}
        where known_to is null and region_level <> 'municipality' and {{ condition }}
            and (indicator_code, source_code) in (select indicator_code, source_code from {{ ref("core__dim_indicator") }})
    ) as current_figures
    group by {{ key | join(", ") }}
{% endmacro %}

{% macro wide_of_theme(theme) %}
    select
        {{ (wide_key() + region_names()) | join(", ") }},
        origin,
        lowest_coverage,
        publication_status,
        remarks
        {%- for i in catalogue(theme) %},
        {{ adapter.quote(i.indicator_code) }}
        {%- endfor %}
    from ({{ wide_figures(catalogue(theme), "theme = '" ~ theme ~ "'", wide_key()) }}) as figures
{% endmacro %}

{# Every county's figures with those of the country beside them: each indicator's of the one country that it has, with or without Åland. #}
{% macro county_beside_country() %}
    {%- set indicators = catalogue() -%}
    {%- set beside = wide_key() | reject("in", ["region_level", "region_code"]) | list -%}
    select
        {% for column in wide_key() + region_names() if column != "region_level" -%}
        county.{{ column }},
        {% endfor -%}
        county.origin,
        county.lowest_coverage,
        county.publication_status,
        county.remarks,
        country.remarks as country_remarks
        {%- for i in indicators %},
        county.{{ adapter.quote(i.indicator_code) }},
        country.{{ adapter.quote(i.indicator_code) }} as {{ adapter.quote(i.indicator_code ~ "_country") }}
        {%- endfor %}
    from ({{ wide_figures(indicators, "region_level = 'county'", wide_key()) }}) as county
    left join ({{ wide_figures(indicators, "region_level = 'country'", beside) }}) as country
        on {% for column in beside %}county.{{ column }} = country.{{ column }}{{ " and " if not loop.last }}{% endfor %}
{% endmacro %}

{# Post-hook: what each indicator's column is, in the catalogue's words. Columns of every other kind are described in YAML. #}
{% macro describe_indicator_columns(theme=none, country=false) -%}
    {% for i in catalogue(theme) -%}
        {% set text = i.indicator_name_en ~ " (" ~ i.unit ~ ")" -%}
        {{ describe_column(i.indicator_code, text) }}
        {%- if country %}{{ describe_column(i.indicator_code ~ "_country", text ~ ", the country") }}{% endif -%}
    {% endfor -%}
{%- endmacro %}

{% macro describe_column(column, text) -%}
    comment on column {{ this }}.{{ adapter.quote(column) }} is '{{ text | replace("'", "''") }}';
{%- endmacro %}
