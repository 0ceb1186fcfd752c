"""Judgements: the verdict on a delivery, and the later ones where it was judged again.

Belongs here: which judgements a receipt has and which of them holds. Does not belong here: making one (judging.py, replay.py).

A verdict bears the receipt's id. Each later judgement has an id of its own, the receipt's with a number, and is to the warehouse as a delivery of the same sequence
that came later: what was known before it stays known as of then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
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


def holding(ledger: Ledger, parts: Collection[str], at: datetime | None = None) -> dict[str, Event]:
    """Receipt id → the judgement that holds: the newest accepted one, else the newest that decided anything. Of each body only the status and these parts: a whole one is
    many KiB, and there is one for every delivery of all years."""
    found: dict[str, Event] = {}
    for kind in (VERDICT, REPLAY):
        for event in ledger.each(kind):
            if (at is not None and event.at > at) or event.body["status"] == UNCHANGED:
                continue
            receipt_id = receipt_of(event)
            before = found.get(receipt_id)
            if before is None or event.body["status"] == "accepted" or before.body["status"] != "accepted":
                body = {name: event.body[name] for name in ("status", *parts) if name in event.body}
                found[receipt_id] = replace(event, body=body)
    return found


def receipt_of(event: Event) -> str:
    """The receipt that a verdict or a replay is about."""
    return event.subject if event.kind == VERDICT else event.body["receipt_id"]
