"""Judgements: the verdict on a delivery, and the later ones where it was judged again.

Belongs here: which judgements a receipt has and which of them holds. Does not belong here: making one (judging.py, replay.py).

A verdict bears the receipt's id. Each later judgement has an id of its own, the receipt's with a number, and is to the warehouse as a delivery of the same sequence
that came later: what was known before it stays known as of then.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sources.ledger import Event, Ledger

VERDICT, REPLAY = "verdict", "replay"
# A replay that changed nothing: it says by what the delivery was looked at last, and brings no rows.
UNCHANGED = "unchanged"


def judgements(ledger: Ledger, at: datetime | None = None) -> dict[str, list[Event]]:
    """Receipt id → its verdict and replays, oldest first; those known at `at` when it is given."""
    found: dict[str, list[Event]] = defaultdict(list)
    for kind in (VERDICT, REPLAY):
        for event in ledger.events(kind):
            if at is None or event.at <= at:
                found[receipt_of(event)].append(event)
    return dict(found)


def holding(ledger: Ledger, at: datetime | None = None) -> dict[str, Event]:
    """Receipt id → the judgement that holds: the newest accepted one, else the newest that decided anything."""
    return {receipt_id: _holding(events) for receipt_id, events in judgements(ledger, at).items()}


def receipt_of(event: Event) -> str:
    """The receipt that a verdict or a replay is about."""
    return event.subject if event.kind == VERDICT else event.body["receipt_id"]


def _holding(events: list[Event]) -> Event:
    decided = [event for event in events if event.body["status"] != UNCHANGED]
    accepted = [event for event in decided if event.body["status"] == "accepted"]
    return (accepted or decided)[-1]
