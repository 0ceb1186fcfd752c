"""Reading a night's summary, also one that older or newer code wrote.

Belongs here: what a summary must have to be shown, and what stands in where it has it not. Does not belong here: writing one (orchestration/summary.py), showing it
(summary_view.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sources.errors import SotevarastoError

_COUNTS = {"PASS": 0, "FAIL": 0, "N-A": 0, "ERROR": 0}
_SENDER = dict.fromkeys(
    (
        "received",
        "accepted",
        "is_correction",
        "is_amendment",
        "is_unchanged",
        "is_late",
        "is_late_after_lock",
        "rejected",
        "held",
        "duplicate",
        "waiting",
        "rows_accepted",
        "rows_quarantined",
    ),
    0,
)
# What each list holds one of, then the summary itself; the values are shown where a summary lacks them.
_ITEMS: dict[str, dict[str, Any]] = {
    "sources": {
        "source_code": "?",
        "status": "?",
        "rows": 0,
        "rows_of": None,
        "answered": None,
        "is_stale": False,
        "requests_made": 0,
        "requests_minimum": 0,
        "requests_allowed": None,
        "reason": None,
    },
    "deliveries": {"organiser_code": "?", "name": "", **_SENDER},
    "rejected": {
        "organiser_code": "?",
        "period": None,
        "sequence": None,
        "rule": "?",
        "reason": "",
        "is_sealed": False,
        "mend": "see the sender's report",
    },
    "after_lock": {"receipt_id": "?", "organiser_code": "?", "dataset": "?", "period": "?", "sequence": "?"},
    "held": {
        "receipt_id": "?",
        "organiser_code": "?",
        "dataset": "?",
        "period": None,
        "sequence": None,
        "rule": "?",
        "reason": "",
        "since": None,
        "is_overdue": False,
    },
    "waiting": {"organiser_code": "?", "label": "?", "reason": "", "since": None, "is_overdue": False},
    "revisions": {"table_name": "?", "source_code": "?", "figures": 0},
    "silent": {"organiser_code": "?", "dataset": "?", "accepted": None, "within_days": 0},
    "delivery_status": {"organiser_code": "?", "dataset": "?", "period": "?", "status": "?"},
    "reminders": {
        "organiser_code": "?",
        "dataset": "?",
        "period": "?",
        "due_on": "?",
        "kind": "?",
        "last_delivery_status": None,
    },
    "stages": {"stage": "?", "seconds": 0.0},
}
_CHECK = {"id": "?", "engine": "", "asset": "?", "status": "?", "blocking": False, "message": ""}
_TABLE = {"name": "?", "rows": 0}
_WHOLE: dict[str, Any] = {
    "night_id": "?",
    "day": None,
    "is_synthetic": True,
    "outcome": "?",
    "reason": "",
    "sources": [],
    "deliveries": [],
    "rejected": [],
    "after_lock": [],
    "tests": 0,
    "held": [],
    "waiting": [],
    "silent": [],
    "delivery_status": [],
    "reminders": [],
    "revisions": [],
    "unmapped": {"codes": 0, "rows": 0},
    "reconciliation": {"green": 0, "amber": 0, "red": 0, "could_not_run": 0, "silent": []},
    "problems": [],
    "stages": [],
    "checks": {"total": {}, "by_engine": {}, "not_passed": []},
    "alert": None,
    "release": None,
    "release_folder": None,
    "seconds": 0.0,
    "home": "the home",
}


def read_summary(path: Path) -> dict[str, Any]:
    """The summary in `path`, whole: `lacks` names what it did not have. SotevarastoError, one line, when it is no summary."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return _completed(found)
    except (ValueError, TypeError, AttributeError) as error:
        raise SotevarastoError(
            f"{path}: cannot be read as a night's summary ({type(error).__name__}); the next night writes it anew"
        ) from None


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    lacks: set[str] = set()
    whole = _filled(found, _WHOLE, "", lacks)
    for name, shape in _ITEMS.items():
        whole[name] = [_filled(item, shape, f"{name}.", lacks) for item in whole[name]]
    checks = _filled(whole["checks"], _WHOLE["checks"], "checks.", lacks)
    checks["total"] = _COUNTS | checks["total"]
    checks["by_engine"] = {engine: _COUNTS | counts for engine, counts in checks["by_engine"].items()}
    checks["not_passed"] = [_filled(item, _CHECK, "checks.not_passed.", lacks) for item in checks["not_passed"]]
    whole["checks"] = checks
    if whole["release"] is not None:
        release = _filled(whole["release"], {"release_id": "?", "tables": []}, "release.", lacks)
        whole["release"] = release | {
            "tables": [_filled(t, _TABLE, "release.tables.", lacks) for t in release["tables"]]
        }
    return whole | {"lacks": sorted(lacks)}


def _filled(found: dict[str, Any], shape: dict[str, Any], prefix: str, lacks: set[str]) -> dict[str, Any]:
    lacks.update(f"{prefix}{name}" for name in shape if name not in found)
    return shape | found
