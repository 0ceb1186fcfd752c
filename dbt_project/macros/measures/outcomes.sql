{# What is counted of pairs of measurements (int__event_outcome). The smallest change that counts is the project's own (dbt_project.yml), for every instrument is turned to 0 to 100. #}
{% macro measures_of_outcomes() -%}
    {%- set change = "follow_up_score - baseline_score" -%}
    {{ return({
        "followed_up": "count(follow_up_score)",
        "baseline_points_hundredths": "cast(sum(baseline_score) * 100 as bigint)",
        "change_points_hundredths": "cast(coalesce(sum(" ~ change ~ "), 0) * 100 as bigint)",
        "improved": "count(case when " ~ change ~ " >= " ~ var("smallest_change_points") ~ " then 1 end)",
        "worsened": "count(case when " ~ change ~ " <= -" ~ var("smallest_change_points") ~ " then 1 end)",
        "mood_followed_up": "count(case when instrument = 'mood' then follow_up_score end)",
        "mood_improved": "count(case when instrument = 'mood' and " ~ change ~ " >= " ~ var("smallest_change_points") ~ " then 1 end)",
    }) }}
{%- endmacro %}
