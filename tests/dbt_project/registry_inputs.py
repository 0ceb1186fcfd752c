"""What the registry tells beside deliveries: what is owed, how fresh sources are, what checks came to.

Belongs here: rows of these tables. Does not belong here: their columns (shapes.py), deliveries and slices (inputs.py).
"""

from __future__ import annotations

from datetime import timedelta

from tests.dbt_project.national_inputs import NIGHT_1, NIGHT_3, Rows

# The month that came of those that are owed.
_CAME = {"organiser_code": "06", "dataset": "care_contacts", "period": "2026-08", "receipt_id": "a06"}


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


def field_counts() -> Rows:
    """Two key fields and one that may be empty, of the month that came."""
    counted = {
        "sex": (1, True, {"valid_count": 8, "default_count": 2}),
        "unit_id": (2, True, {"valid_count": 9, "missing_count": 1}),
        "reason_code": (3, False, {"valid_count": 1, "missing_count": 9}),
    }
    classes = dict.fromkeys(("valid_count", "other_count", "default_count", "invalid_count", "missing_count"), 0)
    return [
        _CAME | {"column_name": name, "column_position": position, "is_key": is_key, "n": 10} | classes | counts
        for name, (position, is_key, counts) in counted.items()
    ]


def rule_counts() -> Rows:
    """One row without a unit, and codes that are all known."""
    rules = (("HVA-CC-1-022", "required", "completeness", 1), ("HVA-CC-1-011", "codes", "conformity", 0))
    names = ("rule_id", "check_kind", "dimension", "failed")
    return [_CAME | {"applicable": 10} | dict(zip(names, rule, strict=True)) for rule in rules]


def reporting_units() -> Rows:
    return [_CAME | {"unit_id": unit} for unit in ("U06-001", "U06-002")]


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
