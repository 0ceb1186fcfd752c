"""What a night's deliveries came to, for the summary, the asset and its checks.

Belongs here: counting one business time's receipts and verdicts from the ledger, so that a night killed and run again tells the same as one that ran through.
Does not belong here: judging (intake.py), how it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sources.contract import Contract
from sources.ledger import Event, Ledger
from sources.regional.county import County
from sources.regional.holds.answers import Held
from sources.regional.holds.answers import waiting as waiting_for_answer
from sources.regional.inbox import Waiting
from sources.regional.limits import limits
from sources.regional.manifest import DELETE, DELTA
from sources.regional.sender import is_test
from sources.regional.timeliness import Timeliness, timeliness

_SENT = ("organiser_code", "dataset", "period", "sequence")
_ROWS = ("rows_received", "rows_accepted", "rows_quarantined")
_KINDS = ("is_correction", "is_late")
_LIFE = ("is_amendment", "is_unchanged", "is_late_after_lock")
_COUNTED = ("accepted", "rejected", "duplicate", "held")


@dataclass(frozen=True)
class Validation:
    """Whether pandera itself passes the rows that the mask accepted: PASS, FAIL or N-A (no rows were judged), over `rows` rows."""

    status: str
    rows: int
    reason: str = ""


@dataclass(frozen=True)
class IntakeOutcome:
    """`deliveries` are those judged at this business time, in order: receipt_id, organiser_code, dataset, period, sequence, status, rule, reason, rows_* (0 where no
    row was read), is_correction, is_late, is_amendment (a delta or a delete), is_unchanged, is_late_after_lock.

    `held` are all deliveries that wait for an answer by now, whenever they were judged: receipt_id, organiser_code, dataset, period, sequence, rule, reason, since, answer, is_overdue
    (without a settling answer for `hold_hours` of limits.yml).
    `rule_counts` is row rule id → (failed, applicable) over them; `problems` are lines for the operator; `pending` counts receipts that could not be judged;
    `tests` those of the test organiser that were judged, which count nowhere else.
    """

    deliveries: tuple[dict[str, Any], ...]
    received: tuple[tuple[str, str], ...]
    waiting: tuple[Waiting, ...]
    problems: tuple[str, ...]
    pending: int
    rule_counts: dict[str, tuple[int, int]]
    validation: Validation
    names: dict[str, str]
    tests: int = 0
    held: tuple[dict[str, Any], ...] = ()

    @property
    def statuses(self) -> Counter[str]:
        """How many deliveries have each status, waiting included."""
        return Counter(d["status"] for d in self.deliveries) + Counter(waiting=len(self.waiting) + self.pending)

    @property
    def rows_received(self) -> int:
        return self._sum("rows_received")

    @property
    def rows_accepted(self) -> int:
        return self._sum("rows_accepted")

    @property
    def rows_quarantined(self) -> int:
        return self._sum("rows_quarantined")

    def of(self, dataset: str) -> IntakeOutcome:
        """The part of one dataset. What never said its dataset is in no part; a dispute is every part's, until it is settled."""
        deliveries = tuple(d for d in self.deliveries if d["dataset"] == dataset)
        rows = sum(d["rows_accepted"] for d in deliveries if d["status"] == "accepted")
        validation = self.validation if self.validation.status == "FAIL" else _passed(rows)
        return replace(self, deliveries=deliveries, validation=validation, waiting=(), problems=(), pending=0)

    @property
    def kinds(self) -> dict[str, int]:
        """Of the accepted deliveries: months delivered for the first time, corrections of earlier ones, and those that came late."""
        corrections, late = (self._of_kind(kind) for kind in _KINDS)
        return {
            "new deliveries": self.statuses["accepted"] - corrections,
            "corrections": corrections,
            "late deliveries": late,
            "deltas and deletes": self._of_kind("is_amendment"),
            "unchanged deliveries": self._of_kind("is_unchanged"),
            "deliveries after the lock": self._of_kind("is_late_after_lock"),
        }

    def _of_kind(self, kind: str, organiser_code: str | None = None) -> int:
        return sum(
            1
            for d in self.deliveries
            if d["status"] == "accepted" and d[kind] and organiser_code in (None, d["organiser_code"])
        )

    def _sum(self, key: str, organiser_code: str | None = None) -> int:
        return sum(d[key] for d in self.deliveries if organiser_code in (None, d["organiser_code"]))

    def by_sender(self) -> list[dict[str, Any]]:
        """One line for each sender, in the order of codes, with its name and counts."""
        received = Counter(code for code, _ in self.received)
        statuses = Counter((d["organiser_code"], d["status"]) for d in self.deliveries)
        waiting = Counter(w.organiser_code for w in self.waiting)
        return [
            {
                "organiser_code": code,
                "name": name,
                "received": received[code],
                **{status: statuses[code, status] for status in _COUNTED},
                "waiting": waiting[code],
                **{kind: self._of_kind(kind, code) for kind in (*_KINDS, *_LIFE)},
                "rows_accepted": self._sum("rows_accepted", code),
                "rows_quarantined": self._sum("rows_quarantined", code),
            }
            for code, name in self.names.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON-ready data."""
        return {
            "by_sender": self.by_sender(),
            "deliveries": list(self.deliveries),
            "waiting": [vars(w) for w in self.waiting],
            "held": list(self.held),
            "problems": list(self.problems),
            "pending": self.pending,
            "tests": self.tests,
            "rows_received": self.rows_received,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
        }


def outcome_of(
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    at: datetime,
    waiting: tuple[Waiting, ...],
    problems: tuple[str, ...],
    disputed: tuple[str, ...],
) -> IntakeOutcome:
    """Read the outcome of the business time `at` from the ledger, beside what the inbox scan and pandera's second opinion told."""
    receipts = {
        e.subject: {"at": e.at, **{key: e.body[key] for key in _SENT}}
        for e in ledger.each("receipt")
        if not is_test(e.body)
    }
    when = at.astimezone(UTC)
    times = timeliness(ledger, contracts, at)
    deliveries, counts, tests = [], _RuleCounts(), 0
    for kind in ("verdict", "hold"):
        for event in ledger.each(kind):
            if event.at == when and event.subject in receipts:
                deliveries.append(_delivery(receipts[event.subject], event, times.get(event.subject)))
                counts.add(event.body)
            elif event.at == when and kind == "verdict":
                tests += 1
    judged = {*ledger.subjects("verdict"), *ledger.subjects("hold")}
    return IntakeOutcome(
        deliveries=tuple(deliveries),
        received=tuple(
            (sent["organiser_code"], receipt_id) for receipt_id, sent in receipts.items() if sent["at"] == when
        ),
        waiting=waiting,
        problems=problems,
        pending=len(receipts.keys() - judged),
        rule_counts=counts.found,
        validation=_validation(deliveries, disputed),
        names={code: county.name["fi"] for code, county in sorted(counties.items())},
        tests=tests,
        held=tuple(_held(held, when) for held in waiting_for_answer(ledger)),
    )


def _delivery(sent: dict[str, Any], verdict: Event, time: Timeliness | None) -> dict[str, Any]:
    judged = verdict.body
    return {
        "receipt_id": verdict.subject,
        **{key: sent[key] for key in _SENT},
        **{key: judged[key] for key in ("status", "rule", "reason")},
        # A verdict of an earlier night's code may say nothing of it.
        "is_sealed": judged.get("is_sealed", False),
        **{key: judged[key] or 0 for key in _ROWS},
        **{kind: time is not None and getattr(time, kind) for kind in _KINDS},
        "is_amendment": judged.get("mode") in (DELTA, DELETE),
        **{kind: bool(judged.get(kind)) for kind in _LIFE[1:]},
    }


def _held(held: Held, at: datetime) -> dict[str, Any]:
    is_settled = held.answer is not None and not held.needs_second
    sent, body = held.receipt.body, held.hold.body
    return {
        "receipt_id": held.receipt.subject,
        **{key: sent[key] for key in _SENT},
        **{key: body[key] for key in ("rule", "reason")},
        "since": held.hold.at.isoformat(timespec="seconds"),
        "answer": held.answer.body["decision"] if held.answer else None,
        "is_overdue": not is_settled and at - held.hold.at >= timedelta(hours=limits().hold_hours),
    }


class _RuleCounts:
    """How often each rule was broken, and on how many rows it was judged, over verdicts."""

    def __init__(self) -> None:
        self._failed: Counter[str] = Counter()
        self._applicable: Counter[str] = Counter()

    def add(self, judged: Mapping[str, Any]) -> None:
        for count in judged["rule_counts"]:
            self._failed[count["rule"]] += count["failed"]
            self._applicable[count["rule"]] += count["applicable"]

    @property
    def found(self) -> dict[str, tuple[int, int]]:
        return {rule: (self._failed[rule], applicable) for rule, applicable in self._applicable.items()}


def _validation(deliveries: list[dict[str, Any]], disputed: tuple[str, ...]) -> Validation:
    """A verdict is recorded only after pandera has passed its rows, so that an accepted delivery is a validated one."""
    rows = sum(delivery["rows_accepted"] for delivery in deliveries if delivery["status"] == "accepted")
    if disputed:
        return Validation("FAIL", rows, "; ".join(disputed))
    return _passed(rows)


def _passed(rows: int) -> Validation:
    return Validation("PASS", rows) if rows else Validation("N-A", 0, "no row was accepted tonight")
