"""Answers: who said what about a held delivery, and whether that decides it.

Belongs here: the ledger's kinds `hold` (the delivery as judged, subject its receipt), `hold_answer` and `hold_confirmation` (a decision with reason and person), who may
give them, and the list of what waits. Does not belong here: finding that a delivery must wait (judge.py), the verdict that follows (judging.py).

An answer is one event, never changed: whoever thinks otherwise delivers again. Where the month is locked, a second person confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sources.durable import kill_point
from sources.errors import SotevarastoError
from sources.ledger import Event, Ledger
from sources.regional.annulment import erased_ids
from sources.regional.county import County

RELEASE, REFUSE = "release", "refuse"
_LEAST_REASON = 10


class HoldError(SotevarastoError):
    """A held delivery cannot be answered so; the message says what to do."""


@dataclass(frozen=True)
class Held:
    """A delivery that waits: its receipt, the hold, the answer so far (None), and whether a second person must confirm it."""

    receipt: Event
    hold: Event
    answer: Event | None
    needs_second: bool


@dataclass(frozen=True)
class Person:
    """Who answers: the account that ran the command, and the name given with it (the account's own when none was)."""

    account: str
    name: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.account, self.name)


def crosses_lock(ledger: Ledger, sent: Mapping[str, Any]) -> bool:
    """Whether the month of a receipt (its body) is locked: then one person is not enough."""
    return ledger.get("period_lock", f"{sent['dataset']}/{sent['period']}") is not None


def decision(ledger: Ledger, receipt: Event) -> Event | None:
    """The answer that decides a held delivery; None while there is none, or while a second person has yet to confirm it."""
    answer = ledger.get("hold_answer", receipt.subject)
    if answer is None or not crosses_lock(ledger, receipt.body):
        return answer
    return answer if ledger.get("hold_confirmation", receipt.subject) else None


def is_released(ledger: Ledger, receipt: Event) -> bool:
    """Whether a held delivery may count from now on."""
    answer = decision(ledger, receipt)
    return answer is not None and answer.body["decision"] == RELEASE


def waiting(ledger: Ledger) -> list[Held]:
    """Every held delivery without a verdict, in the order of its hold; one that was erased waits for nothing."""
    judged = {*ledger.subjects("verdict")} | erased_ids(ledger)
    found = []
    for hold in ledger.each("hold"):
        if hold.subject not in judged:
            receipt = ledger.get("receipt", hold.subject)
            answer = ledger.get("hold_answer", hold.subject)
            found.append(Held(receipt, hold, answer, crosses_lock(ledger, receipt.body)))
    return found


def answer(
    ledger: Ledger,
    counties: Mapping[str, County],
    receipt_id: str,
    decision: str,
    reason: str,
    who: Person,
    at: datetime,
) -> Event:
    """Record a person's answer, or a second person's confirmation of it; the next night acts on it. Returns the event.

    HoldError when nothing waits under this receipt, the reason says nothing, the person is the sender, or the answer stands already. The same answer by the same
    person once more changes nothing.
    """
    held = next((h for h in waiting(ledger) if h.receipt.subject == receipt_id), None)
    if held is None:
        raise HoldError(f"no held delivery has the receipt {receipt_id}; see sotevarasto hold list")
    if len(reason.split()) < 2 or len(reason.strip()) < _LEAST_REASON:
        raise HoldError(f"the reason {reason.strip()!r} explains nothing; say in words why, it is kept for good")
    _refuse_sender(held.receipt, counties, who)
    body = {"decision": decision, "reason": reason.strip(), "who": who.name, "account": who.account}
    if held.answer is None or held.answer.body == body:
        event = ledger.append("hold_answer", receipt_id, body, at)
        kill_point("hold.answered")
        return event
    return _confirm(ledger, held, body, who, at)


def _confirm(ledger: Ledger, held: Held, body: dict[str, Any], who: Person, at: datetime) -> Event:
    first = held.answer.body
    told = f"{first['who']} answered {first['decision']} already"
    if not held.needs_second:
        raise HoldError(f"{held.receipt.subject}: {told}; the next night acts on it, an answer is never changed")
    if body["decision"] != first["decision"]:
        raise HoldError(f"{held.receipt.subject}: {told}; a second person can only confirm that")
    if {first["who"].casefold(), first["account"].casefold()} & {name.casefold() for name in who.names}:
        raise HoldError(f"{held.receipt.subject}: {told}; this month is locked, so another person must confirm it")
    return ledger.append("hold_confirmation", held.receipt.subject, body, at)


def _refuse_sender(receipt: Event, counties: Mapping[str, County], who: Person) -> None:
    """A sender never answers for its own delivery, by whatever name it is known here."""
    if not who.name.strip():
        raise HoldError("the answer needs a name: give it with --by")
    code = receipt.body["organiser_code"]
    known = {_plain(name) for name in _names_of(receipt, counties.get(code))} | {_plain(code)}
    if found := next((name for name in who.names if _plain(name) in known), None):
        raise HoldError(
            f"{found} is the sender {code} itself; a held delivery is answered by somebody else, never by who sent it"
        )


def _names_of(receipt: Event, county: County | None) -> Iterable[str]:
    if county is not None:
        yield from (*county.name.values(), *county.accounts)
    signature = receipt.body.get("signature")
    if county is not None and signature:
        for key in county.keys:
            yield from (key.key_id, key.holder)


def _plain(name: str) -> str:
    """A name as it is compared: without case, spaces and marks between words."""
    return "".join(c for c in name.casefold() if c.isalnum())
