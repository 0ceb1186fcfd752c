-- One row per item in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
{{ event_facts("development", ref("stg__development_item"), [
    "item_id",
    "item_kind",
    "theme",
    "stage",
    "started_on",
    "ended_on",
    "votes",
    "adopted_from",
    "maturity_area",
    "maturity_level",
    "status_on",
]) }}
