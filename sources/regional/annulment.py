"""Annulment: an accepted delivery that should never have been is taken out of force, and the one before it holds again.

Belongs here: the event, who may annul what, and what the ledger says is annulled or erased. Does not belong here: what then is in force (sequence.py at the desk,
warehouse/queries/delivery.sql in a release). Nothing is rewritten: that the delivery was in force, and until when, stays on record.
"""

from __future__ import annotations

from datetime import datetime

from sources.errors import SotevarastoError
from sources.ledger import Event, Ledger
from sources.regional.people import named_person, reasoned
from sources.regional.periods import locks, revisions


class AnnulmentError(SotevarastoError):
    """A delivery cannot be annulled; the message says why and what can be done."""


def annulled_ids(ledger: Ledger) -> set[str]:
    """The receipts that were annulled."""
    return {event.subject for event in ledger.events("annulment")}


def erased_ids(ledger: Ledger) -> set[str]:
    """The receipts whose rows were erased: of their own bytes, or since they stood on such rows."""
    bodies = [event.body for event in ledger.events("erasure")]
    return {receipt_id for body in bodies for kind in ("receipts", "dependents") for receipt_id in body.get(kind, ())}


def annul(ledger: Ledger, receipt_id: str, who: str, reason: str, at: datetime) -> Event:
    """Record that an accepted delivery is out of force from business time `at` on. Doing so again returns the first event.

    AnnulmentError: no accepted delivery, one that a later delivery of the month followed, or one that stands in final figures.
    """
    done = ledger.get("annulment", receipt_id)
    if done is not None:
        return done
    receipt, verdict = ledger.get("receipt", receipt_id), ledger.get("verdict", receipt_id)
    if receipt is None or verdict is None or verdict.body["status"] != "accepted":
        raise AnnulmentError(f"{receipt_id} is no accepted delivery: take the receipt from dq.delivery")
    later = _followers(ledger, receipt)
    if later:
        raise AnnulmentError(
            f"{receipt_id} was followed by {later[-1].subject} (sequence {later[-1].body['sequence']}): annul that one first"
        )
    month = (receipt.body["dataset"], receipt.body["period"])
    waits = verdict.body.get("is_late_after_lock") and receipt_id not in revisions(ledger)
    if not waits and not verdict.body.get("is_unchanged") and month in {(k.dataset, k.period) for k in locks(ledger)}:
        raise AnnulmentError(
            f"{month[0]} {month[1]} is locked and {receipt_id} is in its final figures: let the sender correct it, and approve the revision"
        )
    body = {"who": named_person(who, receipt.body["organiser_code"]), "reason": reasoned(reason)}
    return ledger.append("annulment", receipt_id, body, at)


def _followers(ledger: Ledger, receipt: Event) -> list[Event]:
    """The accepted deliveries of the same month with a higher sequence that were not annulled, by sequence."""
    verdicts = {e.subject: e.body["status"] for e in ledger.events("verdict")}
    gone = annulled_ids(ledger)

    def month(event: Event) -> tuple:
        body = event.body
        return body["organiser_code"], (body["manifest"] or {}).get("as_organiser"), body["dataset"], body["period"]

    found = [
        e
        for e in ledger.events("receipt")
        if verdicts.get(e.subject) == "accepted" and e.subject not in gone and month(e) == month(receipt)
    ]
    later = [e for e in found if e.body["sequence"] > receipt.body["sequence"]]
    return sorted(later, key=lambda e: e.body["sequence"])
