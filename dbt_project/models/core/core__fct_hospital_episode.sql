{{ config(materialized="view") }}
-- One row per ended hospital episode in force and delivery, for as long as the delivery held.
with episodes as (

    select * from {{ ref("stg__hospital_episode") }}

),

deliveries as (

    select * from {{ ref("stg__delivery") }}
    where dataset = 'hospital_episodes' and {{ was_in_force() }}

),

final as (

    select
        e.receipt_id,
        e.row_receipt_id,
        e.record_number,
        e.organiser_code,
        e.period,
        {{ month_start("e.period") }} as period_start,
        e.sequence,
        e.file_name,
        e.line_number,
        e.episode_id,
        e.client_id,
        e.birth_year,
        e.sex,
        e.home_municipality_code,
        e.specialty,
        e.admission_kind,
        e.admitted_on,
        e.discharged_on,
        e.transfer_ready_on,
        e.main_diagnosis_code,
        e.came_from,
        e.discharged_to,
        d.origin,
        d.known_from,
        d.known_to
    from episodes as e
    inner join deliveries as d on e.receipt_id = d.receipt_id

)

select * from final
