-- One row per accepted record of care_periods, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("care_periods", {
    "period_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "service_form": "varchar",
    "provider_sector": "varchar",
    "started_on": "date",
    "ended_on": "date",
    "rai_assessed_on": "date",
    "rai_maple": "integer",
    "status_on": "date",
}) }}
