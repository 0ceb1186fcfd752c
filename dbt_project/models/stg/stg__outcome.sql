-- One row per accepted record of outcomes, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("outcomes", {
    "measurement_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "service_class_code": "varchar",
    "instrument": "varchar",
    "baseline_on": "date",
    "baseline_score": "decimal(5, 2)",
    "follow_up_due_on": "date",
    "follow_up_on": "date",
    "follow_up_score": "decimal(5, 2)",
}) }}
