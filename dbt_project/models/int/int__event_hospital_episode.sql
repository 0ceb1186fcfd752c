{{ config(materialized="view") }}
{%- set back_within_days = 2 %}
-- One row per ended hospital episode of each delivery, with what its measures need beside the row: the client's next episode in the same delivery, and the list of
-- avoidable diagnoses. Only days are known: 48 hours are taken for the day of discharge and the two after it.
-- Not before the test of the key of what was ever in force:
-- depends_on: {{ ref("core__fct_hospital_episode") }}
with episodes as (

    select
        *,
        {% for column in ["admitted_on", "admission_kind", "came_from"] -%}
        lead({{ column }}) over (
            partition by receipt_id, client_id order by admitted_on, discharged_on, episode_id
        ) as next_{{ column }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref("stg__hospital_episode") }}

),

avoidable as (

    select * from {{ ref("raw__avoidable_diagnosis") }}

),

final as (

    select
        e.receipt_id,
        e.organiser_code,
        e.period,
        e.home_municipality_code,
        e.sex,
        e.birth_year,
        e.episode_id,
        e.admission_kind = 'emergency' as is_emergency,
        e.discharged_to <> 'died' as is_ended_alive,
        e.discharged_to in ('home', 'home_care') as is_discharged_home,
        e.discharged_to in ('home', 'home_care', 'residential_care') as is_discharged_from_hospital,
        e.discharged_to in ('home', 'home_care', 'residential_care')
        and coalesce(
            e.next_admission_kind = 'emergency'
            and e.next_came_from <> 'hospital'
            and e.next_admitted_on between e.discharged_on and {{ add_days("e.discharged_on", back_within_days) }},
            false
        ) as is_readmitted,
        e.admission_kind = 'emergency' and e.came_from <> 'hospital' and a.icd10_code_prefix is not null as is_avoidable,
        {{ dbt.datediff("e.admitted_on", "e.discharged_on", "day") }} as bed_days,
        coalesce({{ dbt.datediff("e.transfer_ready_on", "e.discharged_on", "day") }}, 0) as delayed_transfer_days
    from episodes as e
    left join avoidable as a on e.main_diagnosis_code like a.icd10_code_prefix || '%'

)

select * from final
