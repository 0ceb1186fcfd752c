-- One row per class, profession and kind of employment in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
{{ event_facts("personnel", ref("stg__personnel"), [
    "service_class_code",
    "profession",
    "employment",
    "posts",
    "fte",
    "absence_days",
    "clients",
    "status_on",
]) }}
