{{ config(materialized="view") }}
-- One row per ended hospital episode in force and delivery, for as long as the delivery held.
{{ event_facts("hospital_episodes", ref("stg__hospital_episode"), [
    "episode_id",
    "client_id",
    "birth_year",
    "sex",
    "home_municipality_code",
    "specialty",
    "admission_kind",
    "admitted_on",
    "discharged_on",
    "transfer_ready_on",
    "main_diagnosis_code",
    "came_from",
    "discharged_to",
], of_sample=true) }}
