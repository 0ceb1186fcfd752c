{{ config(materialized="view") }}
-- One row per referral in force and delivery, for as long as the delivery held. A referral that waits is told again by each month's delivery.
{{ event_facts("specialised_care", ref("stg__referral"), [
    "referral_id",
    "client_id",
    "birth_year",
    "sex",
    "home_municipality_code",
    "specialty",
    "referral_arrived_on",
    "referral_handled_on",
    "queue_entered_on",
    "seen_on",
    "status_on",
], of_sample=true) }}
