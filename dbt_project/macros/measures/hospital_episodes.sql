{# What is counted of hospital episodes (int__event_hospital_episode). #}
{% macro measures_of_hospital_episodes() -%}
    {{ return({
        "bed_days": "cast(sum(bed_days) as bigint)",
        "emergency_episodes": "count(case when is_emergency then 1 end)",
        "avoidable_emergency_episodes": "count(case when is_avoidable then 1 end)",
        "episodes_ended_alive": "count(case when is_ended_alive then 1 end)",
        "episodes_discharged_home": "count(case when is_discharged_home then 1 end)",
        "episodes_discharged_from_hospital": "count(case when is_discharged_from_hospital then 1 end)",
        "episodes_readmitted": "count(case when is_readmitted then 1 end)",
        "delayed_episodes": "count(case when delayed_transfer_days > 0 then 1 end)",
        "delayed_transfer_days": "cast(sum(delayed_transfer_days) as bigint)",
    }) }}
{%- endmacro %}
