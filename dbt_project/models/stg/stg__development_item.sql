-- One row per accepted record of development, each delivery that was ever accepted. A mask that is not zero marks a quarantined row.
{{ accepted_records("development", {
    "item_id": "varchar",
    "item_kind": "varchar",
    "theme": "varchar",
    "stage": "varchar",
    "started_on": "date",
    "ended_on": "date",
    "votes": "integer",
    "adopted_from": "varchar",
    "maturity_area": "integer",
    "maturity_level": "integer",
    "status_on": "date",
}) }}
