-- One row per complaint in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
{{ event_facts("complaints", ref("stg__complaint"), [
    "complaint_id",
    "service_class_code",
    "complaint_kind",
    "subject",
    "received_on",
    "answered_on",
    "status_on",
]) }}
