{# What is counted of referrals (int__event_referral). What waits or is not handled is counted at the month's end: it is a figure of months alone. #}
{% macro measures_of_specialised_care() -%}
    {{ return({
        "referrals_arrived": "count(case when is_arrived then 1 end)",
        "referrals_handled": "count(case when is_handled then 1 end)",
        "referrals_handled_with_limit": "count(case when is_handled_with_limit then 1 end)",
        "referrals_handled_within_limit": "count(case when is_handled_within_limit then 1 end)",
        "referrals_unhandled_with_limit": "count(case when is_unhandled_with_limit then 1 end)",
        "referrals_unhandled_over_limit": "count(case when is_unhandled_over_limit then 1 end)",
        "treatments_with_limit": "count(case when is_treated_with_limit then 1 end)",
        "treatments_within_limit": "count(case when is_treated_within_limit then 1 end)",
        "waiting": "count(case when is_waiting then 1 end)",
        "waiting_with_limit": "count(wait_band)",
        "waiting_up_to_1_month": "count(case when wait_band = 'up_to_1_month' then 1 end)",
        "waiting_from_1_to_3_months": "count(case when wait_band = 'from_1_to_3_months' then 1 end)",
        "waiting_from_3_months_to_limit": "count(case when wait_band = 'from_3_months_to_limit' then 1 end)",
        "waiting_over_limit": "count(case when wait_band = 'over_limit' then 1 end)",
    }) }}
{%- endmacro %}
