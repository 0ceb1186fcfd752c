{#
    What is added up of personnel (int__event_personnel), in hundredths of full-time equivalents, posts, days and clients. Staff of 24-hour care counts where the clients of
    its class were told: no ratio has on one side what is missing on the other.
#}
{% macro measures_of_personnel() -%}
    {{ return({
        "fte_hundredths": "cast(sum(fte) * 100 as bigint)",
        "agency_fte_hundredths": "cast(sum(case when employment = 'agency' then fte else 0 end) * 100 as bigint)",
        "own_fte_hundredths": "cast(sum(case when employment = 'own' then fte else 0 end) * 100 as bigint)",
        "own_absence_days_hundredths": "cast(sum(case when employment = 'own' then absence_days else 0 end) * 100 as bigint)",
        "own_posts_hundredths": "cast(sum(case when employment = 'own' then posts else 0 end) * 100 as bigint)",
        "vacant_posts_hundredths": "cast(sum(case when posts > fte and employment = 'own' then posts - fte else 0 end) * 100 as bigint)",
        "phc_fte_hundredths": "cast(sum(case when service_group = 'primary_health_care' then fte else 0 end) * 100 as bigint)",
        "staff_24h_fte_hundredths": "cast(sum(case when is_24h_care_of_older_people then fte else 0 end) * 100 as bigint)",
        "clients_24h": "cast(coalesce(sum(case when is_24h_care_of_older_people then clients end), 0) as bigint)",
        "required_24h_fte_hundredths": "cast(coalesce(sum(case when is_24h_care_of_older_people then clients * required_staff_per_client end), 0) * 100 as bigint)",
    }) }}
{%- endmacro %}
