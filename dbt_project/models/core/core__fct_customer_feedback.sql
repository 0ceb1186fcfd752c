-- One row per answer in force and delivery, for as long as the delivery held. What a later delivery of its month repeats has a row of each delivery.
{{ event_facts("customer_feedback", ref("stg__customer_feedback"), [
    "response_id",
    "service_class_code",
    "answered_on",
    "language",
    "recommendation",
    "got_help",
    "was_heard",
]) }}
