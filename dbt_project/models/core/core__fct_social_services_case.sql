{{ config(materialized="view") }}
-- One row per case in force and delivery, for as long as the delivery held. One that a later delivery of its month repeats has a row of each delivery.
{{ event_facts("social_services", ref("stg__social_services_case"), [
    "case_id",
    "client_id",
    "birth_year",
    "sex",
    "home_municipality_code",
    "service_task",
    "urgency",
    "initiated_on",
    "assessment_started_on",
    "assessed_on",
    "decided_on",
    "decision",
    "implemented_on",
    "status_on",
], of_sample=true) }}
