"""When a delivery was due, and whether it came late or as a correction.

Belongs here: what the ledger and the contract's service level say of a delivery's time. Does not belong here: judging it (intake.py), how it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sources.contract import Contract
from sources.ledger import Ledger
from sources.regional.judgements import holding

HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Timeliness:
    """`due_on` is the last day, in Finland, on which the month's first delivery is in time. A correction follows an accepted delivery of its month and is never late."""

    due_on: date
    is_correction: bool
    is_late: bool


def timeliness(ledger: Ledger, contracts: Mapping[str, Contract], at: datetime) -> dict[str, Timeliness]:
    """Receipt id → timeliness of what was received by business time `at` (aware). What never said its dataset and month is left out.

    Nothing is due before the warehouse first took deliveries: months from before then are in time if they come on its first day.
    """
    verdicts = {receipt_id: e.body["status"] for receipt_id, e in holding(ledger, at).items()}
    receipts = [e for e in ledger.events("receipt") if e.at <= at]
    opened_on = min((_local(e.at) for e in receipts), default=_local(at))
    accepted: set[tuple[str, str, str]] = set()
    found = {}
    for event in sorted(receipts, key=lambda e: (e.at, e.body["sequence"] or 0, e.seq)):
        sent, status = event.body, verdicts.get(event.subject)
        contract = contracts.get(sent["dataset"])
        if contract is None or contract.due_days is None or not sent["period"]:
            continue
        month = (sent["organiser_code"], sent["dataset"], sent["period"])
        due_on = max(_month_end(sent["period"]) + timedelta(days=contract.due_days), opened_on)
        follows = month in accepted
        found[event.subject] = Timeliness(
            due_on, follows and status != "duplicate", not follows and _local(event.at) > due_on
        )
        if status == "accepted":
            accepted.add(month)
    return found


def _local(at: datetime) -> date:
    return at.astimezone(HELSINKI).date()


def _month_end(period: str) -> date:
    first = date.fromisoformat(f"{period}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
