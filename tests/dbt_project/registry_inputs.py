"""What the registry tells beside deliveries: what is owed, how fresh sources are, what checks came to.

Belongs here: rows of these tables. Does not belong here: their columns (shapes.py), deliveries and slices (inputs.py).
"""

from __future__ import annotations

from datetime import timedelta

from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_3, Rows


def delivery_statuses() -> Rows:
    """A month that came and one that never did."""
    owed = {
        "dataset": "care_contacts",
        "period": "2026-08",
        "due_on": "2026-09-15",
        "late_after": "2026-09-15 21:00:00",
    }
    return [
        owed
        | {
            "organiser_code": "06",
            "status": "complete",
            "is_usable": True,
            "is_late": False,
            "deliveries": 1,
            "last_delivery_status": "accepted",
            "receipt_id": "a06",
            "rows_received": 10,
            "rows_accepted": 10,
            "rows_quarantined": 0,
            "first_accepted_at": NIGHT_1,
        },
        owed | {"organiser_code": "17", "status": "late", "is_usable": False, "is_late": True, "deliveries": 0},
    ]


def delivery_files(deliveries: Rows) -> Rows:
    """A file of each delivery that was received whole."""
    return [
        {
            "receipt_id": one["receipt_id"],
            "file_name": f"{one['receipt_id']}.csv",
            "sha256": "ab" * 32,
            "bytes": 1000,
            "received_at": one["known_from"],
            "judged_by": f"basis-{one['organiser_code']}",
        }
        for one in deliveries
        if one["status"] != "waiting"
    ]


def code_mappings() -> Rows:
    """What one sender calls men and women."""
    common = {"judged_by": "basis-05", "organiser_code": "05", "dataset": "care_contacts", "contract_version": "1.0.0"}
    return [
        common | {"column_name": "sex", "sent_code": sent, "code": code, "known_from": NIGHT_1}
        for sent, code in (("M", "male"), ("N", "female"))
    ]


def sources() -> Rows:
    """A source that answers every night, a sender that sent once, one that never did."""
    return [
        {
            "source_code": "statfin_population",
            "fresh_within_days": 3,
            "answered_at": NIGHT_3,
            "rows_known_from": NIGHT_3,
            "stale_after": NIGHT_3 + timedelta(days=3),
        },
        {
            "source_code": "care_contacts",
            "organiser_code": "06",
            "fresh_within_days": 45,
            "answered_at": NIGHT_1,
            "rows_known_from": NIGHT_1,
            "stale_after": NIGHT_1 + timedelta(days=45),
        },
        {"source_code": "care_contacts", "organiser_code": "17", "fresh_within_days": 45},
    ]


def build_moment() -> dict[str, object]:
    """The build is of the third night; the release before it is of the first."""
    return {"built_for": NIGHT_3, "released_before": NIGHT_1}


def check_results() -> Rows:
    """Of one night: a pass, a check that failed and then passed, and one that had nothing to judge."""
    told = [("c1", "PASS", 1, 10), ("c2", "FAIL", 1, 4), ("c2", "PASS", 2, 4), ("c3", "N-A", 1, 0)]
    return [
        {
            "night_id": "2026-11-01",
            "check_id": check_id,
            "engine": "dbt",
            "asset": "core__dim_region",
            "dimension": "uniqueness",
            "severity": "error",
            "status": status,
            "is_blocking": True,
            "failed": int(status == "FAIL"),
            "applicable": applicable,
            "observed": None,
            "message": "" if status == "PASS" else "said so",
            "attempt": attempt,
            "known_from": "2026-11-01 00:00:00",
        }
        for check_id, status, attempt, applicable in told
    ]
