"""September of the social services and of long-term care in one county, among the hand-made inputs.

Belongs here: the rows and their deliveries. Does not belong here: what is expected of them (test_social_figures.py).
"""

from __future__ import annotations

from typing import Any

from tests.dbt_project.national_inputs import NIGHT_1, TURKU, Rows

_LAST = "2026-09-30"


def social_slices() -> dict[str, tuple[str, Rows]]:
    """By receipt, the dataset and its rows."""
    return {
        "s05": ("social_services", _numbered("s05", "case_id", _cases())),
        "t05": ("care_periods", _numbered("t05", "period_id", _periods())),
    }


def social_deliveries() -> Rows:
    return [
        {
            "receipt_id": receipt_id,
            "organiser_code": "05",
            "dataset": dataset,
            "period": "2026-09",
            "sequence": 1,
            "status": "accepted",
            "rows_received": len(rows),
            "rows_accepted": sum(row["rule_mask"] == 0 for row in rows),
            "rows_in_force": sum(row["rule_mask"] == 0 for row in rows),
            "rows_quarantined": sum(row["rule_mask"] != 0 for row in rows),
            "known_from": NIGHT_1,
            "contract_version": "1.0.0",
            "sample_share": "0.01",
            "origin": "synthetic",
        }
        for receipt_id, (dataset, rows) in social_slices().items()
    ]


def _cases() -> Rows:
    older = _person(1950) | {"service_task": "older_people", "urgency": "non_urgent", "initiated_on": "2026-09-01"}
    adult = _person(1980) | {"service_task": "adults", "urgency": "non_urgent", "initiated_on": "2026-06-10"}
    granted = adult | {"decided_on": "2026-09-01", "decision": "granted"}
    disability = adult | {"service_task": "disability"}
    return [
        # From Tuesday the 1st the seventh working day is Wednesday the 9th.
        older | {"assessment_started_on": "2026-09-09"},
        older | {"assessment_started_on": "2026-09-10"},
        granted | {"implemented_on": "2026-09-10"},
        granted | {"implemented_on": "2026-09-11"},
        disability | {"decided_on": "2026-09-10", "decision": "refused"},
        disability | {"decided_on": "2026-09-11", "decision": "granted"},
        _person(2015) | {"service_task": "child_welfare", "urgency": "non_urgent", "initiated_on": "2026-09-20"},
        older | {"rule_mask": 4},
    ]


def _periods() -> Rows:
    at_home = _person(1940) | {"service_form": "home_care", "provider_sector": "own", "started_on": "2026-01-01"}
    housed = at_home | {"service_form": "housing_24h"}
    return [
        at_home | {"rai_assessed_on": "2026-08-01", "rai_maple": 4},
        at_home | {"provider_sector": "company"},
        at_home | {"ended_on": "2026-09-10"},
        housed | {"provider_sector": "association", "rai_assessed_on": "2026-01-01", "rai_maple": 5},
        housed | {"birth_year": 1990},
        at_home | {"service_form": "informal_care"},
    ]


def _person(birth_year: int) -> dict[str, Any]:
    return {"birth_year": birth_year, "sex": "male", "home_municipality_code": TURKU, "rule_mask": 0}


def _numbered(receipt_id: str, key: str, rows: Rows) -> Rows:
    return [
        {
            key: f"{receipt_id}-{number:08}",
            "client_id": f"{number:032x}",
            "record_number": number,
            "line_number": number + 1,
            "file_name": "social.csv",
            "organiser_code": "05",
            "period": "2026-09",
            "receipt_id": receipt_id,
            "sequence": 1,
            "status_on": _LAST,
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]
