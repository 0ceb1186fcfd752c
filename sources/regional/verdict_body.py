"""The body of a verdict event, which a hold and the report have the form of too.

Belongs here: its keys, and what stands there when nothing was read. Does not belong here: coming to a verdict (judging.py), the facts of the rows (staging.py, apply.py).
"""

from __future__ import annotations

from typing import Any

from sources.regional import sealing
from sources.regional.file_rules import file_rule
from sources.regional.manifest import Refused
from sources.regional.sequence import Duplicate


def verdict_body(status: str, refusal: Refused | None = None, **facts: Any) -> dict[str, Any]:
    """The body of a verdict event; rows_received stays null where no row was read."""
    return {
        "status": status,
        "rule": file_rule(refusal.code).id if refusal else None,
        "reason": refusal.reason if refusal else None,
        "values": refusal.values if refusal else {},
        "also": [_further(one) for one in refusal.also] if refusal else [],
        "first_receipt_id": None,
        "rows_received": None,
        "rows_accepted": 0,
        "rows_quarantined": 0,
        "rule_counts": [],
        "files": [],
        "slice": None,
        "quarantine": None,
        "is_unchanged": False,
        "is_late_after_lock": False,
        "judged_by": None,
        **sealing.facts(refusal),
        **facts,
    }


def _further(refusal: Refused) -> dict[str, Any]:
    """A fault that is told beside the one that decides."""
    return {"rule": file_rule(refusal.code).id, "reason": refusal.reason, "values": refusal.values}


def verdict_on(known: Refused | Duplicate) -> dict[str, Any]:
    """The verdict that needs no row read: a refusal, or the same delivery again."""
    if isinstance(known, Refused):
        return verdict_body("rejected", known)
    return verdict_body("duplicate", reason=known.reason, first_receipt_id=known.first_receipt_id)
