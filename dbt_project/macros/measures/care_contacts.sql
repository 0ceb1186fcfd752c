{# What is counted of contacts (int__event_care_contact). #}
{% macro measures_of_care_contacts() -%}
    {{ return({
        "remote_contacts": "count(case when contact_mode in ('phone', 'video', 'chat') then 1 end)",
        "home_contacts": "count(case when contact_mode = 'home' then 1 end)",
        "emergency_contacts": "count(case when urgency = 'emergency' then 1 end)",
        "contacts_without_visit": "count(case when visited_at is null then 1 end)",
        "contacts_with_reason": "count(reason_code)",
        "nurse_contacts": "count(case when profession = 'nurse' then 1 end)",
        "phc_contacts": "count(case when service_group = 'primary_health_care' then 1 end)",
        "oral_health_contacts": "count(case when service_group = 'oral_health' then 1 end)",
        "mental_health_contacts": "count(case when service_group in ('mental_health_and_substance_use', 'specialised_psychiatry') then 1 end)",
        "first_visits_under_23_with_limit": "count(case when age_at_assessment_years <= 22 then is_first_visit_in_time end)",
        "first_visits_under_23_within_limit": "count(case when age_at_assessment_years <= 22 and is_first_visit_in_time then 1 end)",
        "first_visits_from_23_with_limit": "count(case when age_at_assessment_years >= 23 then is_first_visit_in_time end)",
        "first_visits_from_23_within_limit": "count(case when age_at_assessment_years >= 23 and is_first_visit_in_time then 1 end)",
        "clients": "count(case when is_first_of_client then 1 end)",
        "multi_service_clients": "count(case when is_first_of_client and has_several_service_groups then 1 end)",
    }) }}
{%- endmacro %}
