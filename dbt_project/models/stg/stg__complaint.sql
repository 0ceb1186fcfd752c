-- One row per accepted record of complaints, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("complaints", {
    "complaint_id": "varchar",
    "service_class_code": "varchar",
    "complaint_kind": "varchar",
    "subject": "varchar",
    "received_on": "date",
    "answered_on": "date",
    "status_on": "date",
}) }}
