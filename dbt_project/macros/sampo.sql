{# The indicators made of THL's cubes: the cube each is read from, and the categories that are its part of the published total; none where it is the total itself. #}
{% macro sampo_indicators() %}
    {{ return([
        {"code": "thl_specialised_care_waiting", "topic": "specialised_care_waiting", "parts": []},
        {"code": "thl_specialised_care_waiting_over_180_days_share", "topic": "specialised_care_waiting", "parts": ["days_over_180"]},
        {"code": "thl_referrals_over_21_days_share", "topic": "referral_handling", "parts": ["days_over_21"]},
        {"code": "thl_primary_care_wait_over_14_days_share", "topic": "primary_care_waiting", "parts": ["days_15_90", "days_over_90"]},
        {"code": "thl_primary_care_visits", "topic": "primary_care_visits", "parts": []},
    ]) }}
{% endmacro %}
