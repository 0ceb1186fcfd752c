"""Periods: provisional until they are locked, final then, revised by an approved revision alone.

Belongs here: the events of locking a month and of revising it (asked for by one person, approved by another), and what they say. Does not belong here: judging a
delivery that comes after the lock (judging.py), and what a release shows (warehouse/queries/delivery.sql, core__fct_observation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sources.errors import SotevarastoError
from sources.ledger import Event, Ledger
from sources.regional.catalogue import dataset_contracts
from sources.regional.people import named_person, reasoned
from sources.regional.sender import in_earnest

_HELSINKI = ZoneInfo("Europe/Helsinki")
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")


class PeriodError(SotevarastoError):
    """A period cannot be locked or revised so; the message says why and what can be done."""


@dataclass(frozen=True)
class Lock:
    """From `at` on the figures of a dataset's month are final."""

    dataset: str
    period: str
    at: datetime
    who: str
    reason: str


def locks(ledger: Ledger) -> list[Lock]:
    """All locks, oldest first."""
    return [
        Lock(e.body["dataset"], e.body["period"], e.at, e.body["who"], e.body["reason"])
        for e in ledger.events("period_lock")
    ]


def lock(ledger: Ledger, dataset: str, period: str, who: str, reason: str, at: datetime) -> Event:
    """Record that a dataset's month is final from business time `at` on; PeriodError when it has not ended, or is locked already."""
    if dataset not in dataset_contracts():
        raise PeriodError(f"{dataset} is no dataset; there are {', '.join(sorted(dataset_contracts()))}")
    if not _MONTH.fullmatch(period):
        raise PeriodError(f"{period!r} is no month: write it as 2026-08")
    if period >= at.astimezone(_HELSINKI).strftime("%Y-%m"):
        raise PeriodError(f"{period} has not ended: a month is locked after its end")
    subject = f"{dataset}/{period}"
    if found := ledger.get("period_lock", subject):
        raise PeriodError(
            f"{dataset} {period} was locked by {found.body['who']} at {found.at:%Y-%m-%d %H:%M} UTC already"
        )
    body = {"dataset": dataset, "period": period, "who": named_person(who), "reason": reasoned(reason)}
    return ledger.append("period_lock", subject, body, at)


def revisions(ledger: Ledger) -> set[str]:
    """The receipts of the approved revisions."""
    return {event.subject for event in ledger.events("revision")}


def awaiting(ledger: Ledger) -> list[Event]:
    """The receipts, oldest first, of what came after its month's lock and is neither published nor annulled nor behind a revision that stands on it."""
    late = {e.subject for e in ledger.events("verdict") if e.body.get("is_late_after_lock")}
    if not late:
        return []
    annulled, approved = {e.subject for e in ledger.events("annulment")}, revisions(ledger)
    receipts = [e for e in in_earnest(ledger.events("receipt")) if e.subject in late - annulled]
    newest: dict[tuple, int] = {}
    for event in receipts:
        if event.subject in approved:
            newest[_month(event)] = max(event.body["sequence"], newest.get(_month(event), 0))
    return [e for e in receipts if e.subject not in approved and e.body["sequence"] > newest.get(_month(e), 0)]


def _month(receipt: Event) -> tuple[str, str, str]:
    return receipt.body["organiser_code"], receipt.body["dataset"], receipt.body["period"]


def revise(ledger: Ledger, receipt_id: str, who: str, reason: str, at: datetime) -> Event:
    """Ask for the revision of a locked month by a delivery that came after the lock; or, as another person than who asked and who locked, approve it.

    Returns the event: `revision_request` or `revision`. PeriodError when the delivery waits for no revision, or this person may not approve it.
    """
    receipt = _waiting(ledger, receipt_id)
    dataset, period = receipt.body["dataset"], receipt.body["period"]
    name, why = named_person(who, receipt.body["organiser_code"]), reasoned(reason)
    body = {"dataset": dataset, "period": period, "who": name, "reason": why}
    asked = ledger.get("revision_request", receipt_id)
    if asked is None:
        return ledger.append("revision_request", receipt_id, body, at)
    locked = ledger.get("period_lock", f"{dataset}/{period}")
    for did, event in (("asked for it", asked), ("locked the month", locked)):
        if event is not None and event.body["who"].casefold() == name.casefold():
            raise PeriodError(f"{name} {did}: another person approves the revision; give --by")
    return ledger.append("revision", receipt_id, body | {"asked_by": asked.body["who"]}, at)


def _waiting(ledger: Ledger, receipt_id: str) -> Event:
    """The receipt of a delivery that came after its month's lock, and that is neither published nor annulled nor followed by one that is."""
    receipt, verdict = ledger.get("receipt", receipt_id), ledger.get("verdict", receipt_id)
    if receipt is None or verdict is None or not verdict.body.get("is_late_after_lock"):
        raise PeriodError(
            f"{receipt_id} is no delivery that came after a lock: see dq.delivery, status late-after-lock"
        )
    if receipt_id in revisions(ledger):
        raise PeriodError(f"the revision by {receipt_id} was approved already")
    if ledger.get("annulment", receipt_id):
        raise PeriodError(f"{receipt_id} was annulled: it revises nothing")
    for revised in revisions(ledger):
        other = ledger.get("receipt", revised)
        if _month(other) == _month(receipt) and other.body["sequence"] > receipt.body["sequence"]:
            raise PeriodError(
                f"the month was revised by {revised}, which came later and stands on this one: nothing is left to approve"
            )
    return receipt
