{# What is counted of cases of the social services (int__event_social_services_case). #}
{% macro measures_of_social_services() -%}
    {{ return({
        "requests": "count(case when is_new then 1 end)",
        "older_people_requests": "count(case when is_new and service_task = 'older_people' then 1 end)",
        "child_welfare_requests": "count(case when is_new and service_task = 'child_welfare' then 1 end)",
        "assessments_with_limit": "count(is_assessment_in_time)",
        "assessments_within_limit": "count(case when is_assessment_in_time then 1 end)",
        "implementations_with_limit": "count(is_implementation_in_time)",
        "implementations_within_limit": "count(case when is_implementation_in_time then 1 end)",
        "disability_decisions_with_limit": "count(is_disability_decision_in_time)",
        "disability_decisions_within_limit": "count(case when is_disability_decision_in_time then 1 end)",
        "decisions": "count(case when is_decided then 1 end)",
        "granted_decisions": "count(case when is_decided and decision = 'granted' then 1 end)",
        "open_cases": "count(case when is_open then 1 end)",
        "open_cases_with_limit": "count(is_open_past_limit)",
        "open_cases_past_limit": "count(case when is_open_past_limit then 1 end)",
    }) }}
{%- endmacro %}
