{# What is counted of complaints (int__event_complaint): a case is told every month in which it moved or was open. #}
{% macro measures_of_complaints() -%}
    {%- set is_received = "date_trunc('month', received_on) = " ~ month_start("period") -%}
    {%- set is_answered = "date_trunc('month', answered_on) = " ~ month_start("period") -%}
    {{ return({
        "complaints_received": "count(case when " ~ is_received ~ " then 1 end)",
        "complaints_about_access": "count(case when " ~ is_received ~ " and subject = 'access' then 1 end)",
        "complaints_about_conduct": "count(case when " ~ is_received ~ " and subject = 'conduct' then 1 end)",
        "patient_injury_reports": "count(case when " ~ is_received ~ " and complaint_kind = 'patient_injury' then 1 end)",
        "complaints_answered": "count(case when " ~ is_answered ~ " then 1 end)",
        "complaints_answered_within_a_month":
            "count(case when " ~ is_answered ~ " and answered_on <= " ~ add_months("received_on", 1) ~ " then 1 end)",
        "complaints_open": "count(case when received_on <= status_on and " ~ had_not_happened("answered_on", "status_on") ~ " then 1 end)",
    }) }}
{%- endmacro %}
