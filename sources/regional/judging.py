"""Judging: every receipt without a verdict gets one, and one bad delivery never holds up another.

Belongs here: two workers that read deliveries, pandera's second opinion on what they accepted, and verdicts recorded in the order of receipts, so that a night may be
killed at any moment and run again. Does not belong here: the checks themselves (admission.py, sequence.py, staging.py and below), the inbox, the reports.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.contract import Contract
from sources.durable import kill_point, write_atomic
from sources.home import Home
from sources.landing import Landing, LandingError
from sources.ledger import Event, Ledger
from sources.regional.admission import Admitted, admit
from sources.regional.county import County
from sources.regional.file_rules import file_rule
from sources.regional.manifest import Refused
from sources.regional.poison import DEATHS, Notes
from sources.regional.sequence import Accepted, Duplicate
from sources.regional.staging import Connections, Staged, batches, stage, stage_together, validate

if TYPE_CHECKING:
    from sources.regional.rules import CompiledRules

WORKERS = 2


class NotNow(Exception):
    """The machine or this program, not the delivery, is at fault: no verdict is given, and the next run tries again."""


@dataclass
class _Work:
    """A receipt on its way to its verdict. Of `refusal`, `problem` and `staged` one at most is set: none before it is read, nor when another delivery decides it."""

    receipt: Event
    admitted: Admitted | None = None
    reading: Callable[[], Staged] | None = None
    refusal: Refused | None = None
    problem: NotNow | None = None
    staged: Staged | None = None

    @property
    def is_read(self) -> bool:
        return self.refusal is not None or self.problem is not None or self.staged is not None


@dataclass
class Judging:
    """One pass over the receipts. The ledger is touched by the calling thread alone. `problems` are lines for the operator; `disputed` those of them where pandera
    refuses what the mask accepted."""

    home: Home
    ledger: Ledger
    landing: Landing
    contracts: Mapping[str, Contract]
    counties: Mapping[str, County]
    at: datetime
    say: Callable[[str], None]
    problems: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    _accepted: Accepted = field(default_factory=Accepted)
    _rules: dict[str, CompiledRules] = field(default_factory=dict)
    _connections: Connections = field(init=False)
    _notes: Notes = field(init=False)

    def run(self) -> None:
        """Record a verdict for each receipt that has none and can be judged."""
        pending = self._pending()
        self._notes = Notes(self.home.reading, {receipt.subject for receipt in pending})
        workers = min(WORKERS, os.cpu_count() or 1, max(len(pending), 1))
        with Connections(self.home, workers) as self._connections:
            everything = self._read_all(pending, workers)
            self._ask_pandera(everything)
            for work in everything:
                try:
                    self._conclude(work)
                except NotNow as problem:
                    receipt = work.receipt
                    self.problems.append(f"delivery {receipt.subject} of {receipt.body['organiser_code']}: {problem}")

    def _read_all(self, pending: list[Event], workers: int) -> list[_Work]:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="judge")
        try:
            everything = [self._begin(receipt) for receipt in pending]
            self._read_suspects(everything)
            for batch in self._batches(everything):
                reading = pool.submit(self._stage_batch, batch, self._compiled(batch[0].admitted.contract))
                for place, work in enumerate(batch):
                    work.reading = lambda reading=reading, place=place: reading.result()[place]()
            for number, work in enumerate(everything, 1):
                if work.reading is not None:
                    self._settle(work, work.reading)
                if number % 20 == 0 or number == len(everything):
                    self.say(f"{number} of {len(everything)} deliveries read")
        finally:
            pool.shutdown(cancel_futures=True)
        return everything

    def _pending(self) -> list[Event]:
        judged = {e.subject: e.body["status"] for e in self.ledger.events("verdict")}
        pending = []
        for receipt in self.ledger.events("receipt"):
            if receipt.subject not in judged:
                pending.append(receipt)
            elif judged[receipt.subject] == "accepted":
                self._accepted.add(receipt.subject, receipt.body)
        return pending

    def _begin(self, receipt: Event) -> _Work:
        """Admit a delivery, unless reading it has ended the process too often."""
        if self._notes.deaths(receipt.subject) >= DEATHS:
            reason = (
                f"the program that read it ended {DEATHS} times while it did, the last time with nothing else at hand"
            )
            return _Work(receipt, refusal=Refused("READER_DIED", reason, found=DEATHS))
        try:
            admitted = admit(receipt.subject, receipt.body, self.landing, self.contracts, self.counties, self.at)
            return _Work(receipt, admitted)
        except Refused as refusal:
            return _Work(receipt, refusal=refusal)
        except LandingError as error:
            return _Work(receipt, problem=NotNow(str(error)))

    def _is_to_read(self, work: _Work) -> bool:
        """True for what is admitted, not read yet, and not decided already by what was accepted before tonight."""
        return work.admitted is not None and not work.is_read and not self._known(work.receipt)

    def _read_suspects(self, everything: list[_Work]) -> None:
        """Read what was being read when an earlier process died, one at a time and before all else: who dies now is the one."""
        for work in everything:
            if self._notes.deaths(work.receipt.subject) and self._is_to_read(work):
                self._settle(work, lambda work=work: self._stage_alone(work))

    def _known(self, receipt: Event) -> Refused | Duplicate | None:
        """What the deliveries accepted so far decide about a receipt."""
        try:
            return self._accepted.judge(receipt.body)
        except Refused as refusal:
            return refusal

    def _stage(self, admitted: Admitted, rules: CompiledRules) -> Staged:
        """Read one delivery; may run in a worker."""
        with self._notes.reading(admitted.receipt_id):
            return stage(self._connections, admitted, rules)

    def _batches(self, everything: list[_Work]) -> list[list[_Work]]:
        """What is to be read, in the batches that are read together (one sender's, by the very same contract and dialect), in the order of their first receipts."""
        to_read = [work for work in everything if self._is_to_read(work)]
        sizes = [
            ((a.organiser_code, id(a.contract), id(a.dialect)), sum(file.bytes for file, _ in a.files))
            for a in (work.admitted for work in to_read)
        ]
        return [[to_read[place] for place in batch] for batch in batches(sizes)]

    def _stage_batch(self, batch: list[_Work], rules: CompiledRules) -> list[Callable[[], Staged]]:
        """Read deliveries together in a worker; for each a function that gives its result or raises its error. Whose fault a failure is shows when each is read alone."""
        if len(batch) > 1:
            with ExitStack() as notes, suppress(Exception):
                for work in batch:
                    notes.enter_context(self._notes.reading(work.receipt.subject))
                staged = stage_together(self._connections, [work.admitted for work in batch], rules)
                return [partial(_given, each) for each in staged]
        return [_outcome(partial(self._stage, work.admitted, rules)) for work in batch]

    def _stage_alone(self, work: _Work) -> Staged:
        return self._stage(work.admitted, self._compiled(work.admitted.contract))

    def _compiled(self, contract: Contract) -> CompiledRules:
        """A contract's rules, compiled once and outside the workers: pandera and ibis cost seconds."""
        from sources.regional.rules import compile_rules

        if contract.name not in self._rules:
            self._rules[contract.name] = compile_rules(contract)
        return self._rules[contract.name]

    def _settle(self, work: _Work, result: Callable[[], Staged]) -> None:
        """Take the result of reading into `work`, whatever it is."""
        try:
            work.staged = self._read(work, result)
        except Refused as refusal:
            work.refusal = refusal
        except NotNow as problem:
            work.problem = problem

    def _read(self, work: _Work, result: Callable[[], Staged]) -> Staged:
        """The result of reading. What fails in a way that nobody foresaw is read once more alone, and then refused: it may be the one file that no code survives."""
        try:
            return result()
        except Exception as error:
            _raise_known(error)
        try:
            return self._stage_alone(work)
        except Exception as error:
            _raise_known(error)
            if _is_memory(error):
                raise NotNow("memory ran out twice while it was read; give the night more, and run again") from None
            log_places(self.home, work.receipt, error)
            reason = f"reading it ended in {type(error).__name__}, twice; the operator has the place in the log"
            raise Refused("UNREADABLE", reason, found=type(error).__name__) from None

    def _ask_pandera(self, everything: list[_Work]) -> None:
        """Hold what the mask accepted against pandera's own validation, all at once; on a dispute find the deliveries that it is about."""
        for contract in {w.admitted.contract.name: w.admitted.contract for w in everything if w.admitted}.values():
            accepted = [
                w for w in everything if w.staged and not w.staged.refusal and w.admitted.contract.name == contract.name
            ]
            if self._disputes(contract, accepted):
                for work in accepted:
                    self._ask_about(work)

    def _ask_about(self, work: _Work) -> None:
        if failures := self._disputes(work.admitted.contract, [work]):
            told = ", ".join(f"{rule} on {rows} rows" for rule, rows in sorted(failures.items()))
            line = f"pandera refuses rows that the mask accepted ({told}); a fault of this program: nothing of it is used, report it"
            self.disputed.append(f"delivery {work.receipt.subject}: {line}")
            work.staged.discard()
            work.staged, work.problem = None, NotNow(line)

    def _disputes(self, contract: Contract, accepted: list[_Work]) -> dict[str, int]:
        slices = [w.staged.slice for w in accepted if w.staged.judgement.rows_accepted]
        return validate(self._connections, contract, slices).failures if slices else {}

    def _conclude(self, work: _Work) -> None:
        """Record the verdict of one receipt. Raises NotNow when there is none to be had."""
        receipt = work.receipt
        verdict = self._verdict(work)
        self.ledger.append("verdict", receipt.subject, verdict, self.at)
        kill_point("verdict.recorded")
        self._notes.forget(receipt.subject)
        if verdict["status"] == "accepted":
            self._accepted.add(receipt.subject, receipt.body)

    def _verdict(self, work: _Work) -> dict[str, Any]:
        """What accepted deliveries say comes first, in the light of those of this very pass; then what reading came to."""
        if work.admitted and (known := self._known(work.receipt)):
            if work.staged:
                work.staged.discard()
            return _verdict_on(known)
        if work.admitted and not work.is_read:
            # It repeated what was in force when reading began, and something else is in force by now.
            self._settle(work, lambda: self._stage_alone(work))
            self._ask_pandera([work])
        if work.problem:
            raise work.problem
        return _verdict_on(work.refusal) if work.refusal else self._kept(work.staged)

    def _kept(self, staged: Staged) -> dict[str, Any]:
        facts = staged.keep(self.home)
        kill_point("slice.written")
        return _body("rejected" if staged.refusal else "accepted", staged.refusal, **facts)


def _given(staged: Staged) -> Staged:
    return staged


def _outcome(stage_one: Callable[[], Staged]) -> Callable[[], Staged]:
    """Call it now; the result, or the error, is had by calling what is returned."""
    done: Future[Staged] = Future()
    try:
        done.set_result(stage_one())
    except Exception as error:  # whoever asks for the result is told
        done.set_exception(error)
    return done.result


def _raise_known(error: Exception) -> None:
    """Raise again what has a known meaning: a refusal, or a fault of the machine as NotNow."""
    from duckdb import IOException, OutOfMemoryException

    if isinstance(error, Refused):
        raise error
    if isinstance(error, (OSError, LandingError, IOException, OutOfMemoryException)):
        raise NotNow(" ".join(str(error).split())[:300]) from None


def _is_memory(error: Exception) -> bool:
    """Whether the machine had too little memory: whose delivery it was is chance."""
    from duckdb import OutOfMemoryException

    told = str(error).lower()
    return isinstance(error, (MemoryError, OutOfMemoryException)) or any(
        sign in told for sign in ("out of memory", "allocat", "start new thread")
    )


def log_places(home: Home, receipt: Event, error: Exception) -> None:
    """Keep the places that a failure passed through, without its message: that may quote a person's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    write_atomic(home.logs / f"failed-{receipt.subject}.txt", f"{type(error).__name__}\n{frames}")


def _body(status: str, refusal: Refused | None = None, **facts: Any) -> dict[str, Any]:
    """The body of a verdict event; rows_received stays null where no row was read."""
    return {
        "status": status,
        "rule": file_rule(refusal.code).id if refusal else None,
        "reason": refusal.reason if refusal else None,
        "values": refusal.values if refusal else {},
        "first_receipt_id": None,
        "rows_received": None,
        "rows_accepted": 0,
        "rows_quarantined": 0,
        "rule_counts": [],
        "files": [],
        "slice": None,
        "quarantine": None,
        **facts,
    }


def _verdict_on(known: Refused | Duplicate) -> dict[str, Any]:
    if isinstance(known, Refused):
        return _body("rejected", known)
    return _body("duplicate", reason=known.reason, first_receipt_id=known.first_receipt_id)
