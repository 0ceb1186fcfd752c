-- One row per accepted record of hospital_episodes, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("hospital_episodes", {
    "episode_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "specialty": "varchar",
    "admission_kind": "varchar",
    "admitted_on": "date",
    "discharged_on": "date",
    "transfer_ready_on": "date",
    "main_diagnosis_code": "varchar",
    "came_from": "varchar",
    "discharged_to": "varchar",
}) }}
