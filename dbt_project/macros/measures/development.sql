{# What is counted of development work (int__event_development_item), as it stood on the status day, the last of the month by custom. #}
{% macro measures_of_development() -%}
    {%- set goes_on = "started_on <= status_on and " ~ had_not_happened("ended_on", "status_on") -%}
    {%- set is_new = "date_trunc('month', started_on) = " ~ month_start("period") -%}
    {{ return({
        "projects_under_way": "count(case when item_kind = 'project' and " ~ goes_on ~ " then 1 end)",
        "new_ideas": "count(case when item_kind = 'idea' and " ~ is_new ~ " then 1 end)",
        "ideas_in_use": "count(case when item_kind = 'idea' and stage = 'in_use' and " ~ goes_on ~ " then 1 end)",
        "ideas": "count(case when item_kind = 'idea' and " ~ goes_on ~ " then 1 end)",
        "operating_models": "count(case when item_kind = 'operating_model' and " ~ goes_on ~ " then 1 end)",
        "operating_models_of_others":
            "count(case when item_kind = 'operating_model' and " ~ goes_on ~ " and adopted_from is not null then 1 end)",
        "maturity_areas": "count(maturity_level)",
        "maturity_levels": "cast(coalesce(sum(maturity_level), 0) as bigint)",
    }) }}
{%- endmacro %}
