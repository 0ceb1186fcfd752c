-- One row per accepted record of specialised_care, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("specialised_care", {
    "referral_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "specialty": "varchar",
    "referral_arrived_on": "date",
    "referral_handled_on": "date",
    "queue_entered_on": "date",
    "seen_on": "date",
    "status_on": "date",
}) }}
