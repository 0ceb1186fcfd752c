-- One row per accepted record of customer_feedback, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("customer_feedback", {
    "response_id": "varchar",
    "service_class_code": "varchar",
    "answered_on": "date",
    "language": "varchar",
    "recommendation": "integer",
    "got_help": "integer",
    "was_heard": "integer",
}) }}
