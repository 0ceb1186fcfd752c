-- One row per accepted record of personnel, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("personnel", {
    "service_class_code": "varchar",
    "profession": "varchar",
    "employment": "varchar",
    "posts": "decimal(8, 2)",
    "fte": "decimal(8, 2)",
    "absence_days": "decimal(8, 2)",
    "clients": "integer",
    "status_on": "date",
}) }}
