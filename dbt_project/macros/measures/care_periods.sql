{# What is counted of periods of long-term care (int__event_care_period). `going on` is on the status day, the last of the month by custom. #}
{% macro measures_of_care_periods() -%}
    {%- set in_24h = "service_form in ('housing_24h', 'institution')" -%}
    {%- set is_private = "provider_sector in ('company', 'association')" -%}
    {{ return({
        "home_care_clients": "count(case when is_client and service_form = 'home_care' then 1 end)",
        "informal_care_clients": "count(case when is_client and service_form = 'informal_care' then 1 end)",
        "housing_24h_clients": "count(case when is_client and service_form = 'housing_24h' then 1 end)",
        "long_term_clients": "count(case when is_client then 1 end)",
        "clients_in_24h_care": "count(case when is_client and " ~ in_24h ~ " then 1 end)",
        "rai_expected": "count(is_rai_new)",
        "rai_new": "count(case when is_rai_new then 1 end)",
        "home_care_private_clients": "count(case when is_client and service_form = 'home_care' and " ~ is_private ~ " then 1 end)",
        "housing_24h_private_clients": "count(case when is_client and service_form = 'housing_24h' and " ~ is_private ~ " then 1 end)",
        "home_care_classed_clients": "count(case when is_client and service_form = 'home_care' then rai_maple end)",
        "home_care_high_need_clients": "count(case when is_client and service_form = 'home_care' and rai_maple >= 4 then 1 end)",
        "ended_periods": "count(case when is_ended then 1 end)",
    }) }}
{%- endmacro %}
