"""When a delivery was due, and whether it came late or as a correction.

Belongs here: what the ledger and the contract's service level say of a delivery's time. Does not belong here: due days (expected.py), judging it (intake.py), how it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sources.contract import Contract
from sources.ledger import Ledger
from sources.regional.expected import due_on, local_day, opened_on
from sources.regional.judgements import holding
from sources.regional.sender import is_test

_MONTH = ("organiser_code", "dataset", "period")


@dataclass(frozen=True)
class Timeliness:
    """`due_on` is the last day, in Finland, on which the month's first delivery is in time. A correction follows an accepted delivery of its month, changes something and is never late."""

    due_on: date
    is_correction: bool
    is_late: bool


def timeliness(ledger: Ledger, contracts: Mapping[str, Contract], at: datetime) -> dict[str, Timeliness]:
    """Receipt id → timeliness of what was received by business time `at` (aware). What never said its dataset and month is left out.

    Nothing is due before the warehouse first took deliveries: months from before then are in time if they come on its first day.
    """
    verdicts = {receipt_id: _came_to(e.body) for receipt_id, e in holding(ledger, ("is_unchanged",), at).items()}
    receipts = [
        (e.at, e.body["sequence"] or 0, e.seq, e.subject, *(e.body[name] for name in _MONTH))
        for e in ledger.each("receipt")
        if e.at <= at and not is_test(e.body)
    ]
    opened = opened_on(ledger, at)
    accepted: set[tuple[str, str, str]] = set()
    found = {}
    for came, _, _, receipt_id, *month in sorted(receipts, key=lambda r: r[:3]):
        (_, dataset, period), status = month, verdicts.get(receipt_id)
        contract = contracts.get(dataset)
        if contract is None or contract.due_days is None or not period:
            continue
        due = due_on(period, contract.due_days, opened)
        follows = tuple(month) in accepted
        found[receipt_id] = Timeliness(
            due, follows and status not in ("duplicate", "unchanged"), not follows and local_day(came) > due
        )
        if status == "accepted":
            accepted.add(tuple(month))
    return found


def _came_to(verdict: dict[str, Any]) -> str:
    """The verdict's status, and a word of its own for what was accepted and changed nothing."""
    return "unchanged" if verdict.get("is_unchanged") else verdict["status"]
