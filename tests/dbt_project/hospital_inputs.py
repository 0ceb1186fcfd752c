"""September of specialised care and of the hospital in one county, among the hand-made inputs.

Belongs here: the rows and their deliveries. Does not belong here: what is expected of them (test_hospital_figures.py).
"""

from __future__ import annotations

from typing import Any

from tests.dbt_project.national_inputs import NIGHT_1, TURKU, Rows


def hospital_slices() -> dict[str, tuple[str, Rows]]:
    """By receipt, the dataset and its rows."""
    return {
        "q05": ("specialised_care", _numbered("q05", "referral_id", _referrals())),
        "h05": ("hospital_episodes", _numbered("h05", "episode_id", _episodes())),
    }


def hospital_deliveries() -> Rows:
    return [
        {
            "receipt_id": receipt_id,
            "organiser_code": "05",
            "dataset": dataset,
            "period": "2026-09",
            "sequence": 1,
            "status": "accepted",
            "rows_received": len(rows),
            "rows_accepted": len(rows) - 1,
            "rows_in_force": len(rows) - 1,
            "rows_quarantined": 1,
            "known_from": NIGHT_1,
            "contract_version": "1.0.0",
            "sample_share": "0.01",
            "origin": "synthetic",
        }
        for receipt_id, (dataset, rows) in hospital_slices().items()
    ]


def _referrals() -> Rows:
    new = _person("c1") | {"specialty": "surgery", "status_on": "2026-09-30"}
    old = new | {"referral_arrived_on": "2026-02-01", "referral_handled_on": "2026-02-10"}
    return [
        # Handled on the 21st day, and on the 22nd.
        new | {"referral_arrived_on": "2026-09-01", "referral_handled_on": "2026-09-22"},
        new | {"referral_arrived_on": "2026-08-25", "referral_handled_on": "2026-09-16"},
        # Not handled: after 25 days, and after 10.
        new | {"referral_arrived_on": "2026-09-05"},
        new | {"referral_arrived_on": "2026-09-20"},
        # Treated on the last day of six months, and a day later.
        old | {"queue_entered_on": "2026-03-10", "seen_on": "2026-09-10"},
        old | {"queue_entered_on": "2026-03-10", "seen_on": "2026-09-11"},
        # One waits in each band.
        old | {"queue_entered_on": "2026-09-10"},
        old | {"queue_entered_on": "2026-07-10"},
        old | {"queue_entered_on": "2026-05-10"},
        old | {"queue_entered_on": "2026-03-01"},
        new | {"referral_arrived_on": "2026-09-01", "rule_mask": 4},
    ]


def _episodes() -> Rows:
    planned = _person("c1") | {
        "specialty": "internal_medicine",
        "admission_kind": "elective",
        "came_from": "home",
        "admitted_on": "2026-09-01",
        "discharged_on": "2026-09-05",
        "discharged_to": "home",
        "main_diagnosis_code": "J18.9",
    }
    acute = planned | {"admission_kind": "emergency", "main_diagnosis_code": "I50.9"}
    return [
        planned,
        # The same client, back on the second day with heart failure.
        acute | {"admitted_on": "2026-09-07", "discharged_on": "2026-09-10"},
        # Two weeks, of which three days in wait for a place.
        acute
        | _person("c2")
        | {"main_diagnosis_code": "S72.0", "discharged_on": "2026-09-15", "transfer_ready_on": "2026-09-12"}
        | {"discharged_to": "residential_care"},
        # From another hospital, and dead on the same day.
        acute
        | _person("c3")
        | {"came_from": "hospital", "admitted_on": "2026-09-02", "discharged_on": "2026-09-02"}
        | {"discharged_to": "died"},
        planned | _person("c4") | {"discharged_on": "2026-09-06", "discharged_to": "hospital"},
        acute | _person("c5") | {"rule_mask": 4},
    ]


def _person(client_id: str) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "birth_year": 1940,
        "sex": "female",
        "home_municipality_code": TURKU,
        "rule_mask": 0,
    }


def _numbered(receipt_id: str, key: str, rows: Rows) -> Rows:
    return [
        {
            key: f"{receipt_id}-{number:08}",
            "record_number": number,
            "line_number": number + 1,
            "file_name": "hospital.csv",
            "organiser_code": "05",
            "period": "2026-09",
            "receipt_id": receipt_id,
            "sequence": 1,
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]
