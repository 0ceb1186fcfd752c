"""July to September of complaints, answers of clients, personnel, outcomes and development work in one county, among the hand-made inputs.

Belongs here: the rows and their deliveries. Does not belong here: what is expected of them (test_staff_figures.py).
"""

from __future__ import annotations

from typing import Any

from tests.dbt_project.national_inputs import NIGHT_1, TURKU, Rows

_LAST = {"2026-07": "2026-07-31", "2026-08": "2026-08-31", "2026-09": "2026-09-30"}


def staff_slices() -> dict[str, tuple[str, str, Rows]]:
    """By receipt, the dataset, the month and its rows."""
    months = {
        "complaints": ("complaint_id", _complaints()),
        "customer_feedback": ("response_id", _answers()),
        "personnel": ("", {period: _staff() for period in _LAST}),
        "outcomes": ("measurement_id", _pairs()),
        "development": ("item_id", _items()),
    }
    return {
        f"{dataset}-{period}": (dataset, period, _numbered(f"{dataset}-{period}", period, key, rows))
        for dataset, (key, of) in months.items()
        for period, rows in of.items()
    }


def staff_deliveries() -> Rows:
    return [
        {
            "receipt_id": receipt_id,
            "organiser_code": "05",
            "dataset": dataset,
            "period": period,
            "sequence": 1,
            "status": "accepted",
            "rows_received": len(rows),
            "rows_accepted": sum(row["rule_mask"] == 0 for row in rows),
            "rows_in_force": sum(row["rule_mask"] == 0 for row in rows),
            "rows_quarantined": sum(row["rule_mask"] != 0 for row in rows),
            "known_from": NIGHT_1,
            "contract_version": "1.0.0",
            "sample_share": "0.01" if dataset == "outcomes" else "1",
            "origin": "synthetic",
        }
        for receipt_id, (dataset, period, rows) in staff_slices().items()
    ]


def _complaints() -> dict[str, Rows]:
    def told(number: int, kind: str, subject: str, received_on: str, answered_on: str | None = None) -> dict[str, Any]:
        return {
            "complaint_id": f"M05-{number}",
            "service_class_code": "2536",
            "complaint_kind": kind,
            "subject": subject,
            "received_on": received_on,
            "answered_on": answered_on,
        }

    return {
        "2026-07": [
            told(1, "objection", "access", "2026-07-10"),
            told(2, "patient_injury", "conduct", "2026-07-31", "2026-07-31"),
        ],
        "2026-08": [
            told(1, "objection", "access", "2026-07-10", "2026-08-10"),
            told(3, "complaint", "care", "2026-08-20"),
        ],
        "2026-09": [
            told(3, "complaint", "care", "2026-08-20", "2026-09-21"),
            told(4, "complaint", "data", "2026-09-15"),
            told(5, "complaint", "data", "2026-09-16") | {"rule_mask": 4},
        ],
    }


def _answers() -> dict[str, Rows]:
    def told(period: str, language: str, *answers: int | None) -> dict[str, Any]:
        questions = ("recommendation", "got_help", "was_heard")
        asked = {"service_class_code": "2536", "answered_on": f"{period}-15", "language": language}
        return asked | dict(zip(questions, answers, strict=True))

    return {
        "2026-07": [told("2026-07", "fi", 9, 5, 4)],
        "2026-08": [told("2026-08", "sv", 6, 3, 3)],
        "2026-09": [told("2026-09", "other", 10, None, 5), told("2026-09", "fi", 8, 4, 1)],
    }


def _staff() -> Rows:
    """The same every month: nurses in 24-hour care, own and of an agency, and doctors of primary health care, of whom there are more than posts."""
    names = ("service_class_code", "profession", "employment", "posts", "fte", "absence_days", "clients")
    return [
        dict(zip(names, row, strict=True))
        for row in (
            ("2211", "nurse", "own", 12, "10.5", 9, 20),
            ("2211", "nurse", "agency", 0, "1.5", 0, None),
            ("2536", "doctor", "own", 2, 3, "0.5", None),
        )
    ]


def _pairs() -> dict[str, Rows]:
    def told(period: str, instrument: str, begin: int, end: str | None) -> dict[str, Any]:
        return {
            "client_id": f"{begin:032x}",
            "birth_year": 1980,
            "sex": "male",
            "home_municipality_code": TURKU,
            "service_class_code": "2535",
            "instrument": instrument,
            "baseline_on": "2026-05-01",
            "baseline_score": begin,
            "follow_up_due_on": f"{period}-15",
            "follow_up_on": end and f"{period}-15",
            "follow_up_score": end,
        }

    return {
        "2026-07": [told("2026-07", "mood", 40, "45")],
        "2026-08": [told("2026-08", "functioning", 50, "45"), told("2026-08", "mood", 40, "44.99")],
        "2026-09": [told("2026-09", "quality_of_life", 50, None)],
    }


def _items() -> dict[str, Rows]:
    def told(item_id: str, kind: str, stage: str, started_on: str, **other: Any) -> dict[str, Any]:
        return {
            "item_id": item_id,
            "item_kind": kind,
            "theme": "quality",
            "stage": stage,
            "started_on": started_on,
        } | other

    assessed = [
        told(f"MA05-{area}", "maturity", "in_use", "2026-01-01", maturity_area=area, maturity_level=level)
        for area, level in ((1, 2), (2, 5))
    ]
    before = [told("P05-1", "project", "trial", "2026-01-01"), *assessed]
    first = told("I05-1", "idea", "planned", "2026-07-05")
    return {
        "2026-07": [*before, first],
        "2026-08": [*before, first],
        "2026-09": [
            *before,
            first | {"stage": "in_use"},
            told("I05-2", "idea", "planned", "2026-09-01"),
            told("I05-0", "idea", "ended", "2026-01-01", ended_on="2026-09-10"),
            told("O05-1", "operating_model", "in_use", "2026-01-01", adopted_from="06"),
            told("O05-2", "operating_model", "trial", "2026-01-01"),
            told("O05-0", "operating_model", "ended", "2026-01-01", ended_on="2026-09-30", adopted_from="06"),
        ],
    }


def _numbered(receipt_id: str, period: str, key: str, rows: Rows) -> Rows:
    return [
        ({key: f"{receipt_id}-{number:08}"} if key else {})
        | {
            "record_number": number,
            "line_number": number + 1,
            "file_name": "staff.csv",
            "organiser_code": "05",
            "period": period,
            "receipt_id": receipt_id,
            "sequence": 1,
            "rule_mask": 0,
            "status_on": _LAST[period],
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]
