{{ config(materialized="view") }}
-- One row per pair of measurements in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
{{ event_facts("outcomes", ref("stg__outcome"), [
    "measurement_id",
    "client_id",
    "birth_year",
    "sex",
    "home_municipality_code",
    "service_class_code",
    "instrument",
    "baseline_on",
    "baseline_score",
    "follow_up_due_on",
    "follow_up_on",
    "follow_up_score",
], of_sample=true) }}
