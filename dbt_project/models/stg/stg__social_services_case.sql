-- One row per accepted record of social_services, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("social_services", {
    "case_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "service_task": "varchar",
    "urgency": "varchar",
    "initiated_on": "date",
    "assessment_started_on": "date",
    "assessed_on": "date",
    "decided_on": "date",
    "decision": "varchar",
    "implemented_on": "date",
    "status_on": "date",
}) }}
