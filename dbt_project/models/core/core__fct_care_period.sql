{{ config(materialized="view") }}
-- One row per period of care in force and delivery, for as long as the delivery held. One that a later delivery of its month repeats has a row of each delivery.
{{ event_facts("care_periods", ref("stg__care_period"), [
    "period_id",
    "client_id",
    "birth_year",
    "sex",
    "home_municipality_code",
    "service_form",
    "provider_sector",
    "started_on",
    "ended_on",
    "rai_assessed_on",
    "rai_maple",
    "status_on",
], of_sample=true) }}
