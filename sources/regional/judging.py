"""Judging: every receipt without a verdict gets one, and one bad delivery never holds up another.

Belongs here: two workers that read deliveries, pandera's second opinion on what they accepted, and verdicts recorded in the order of receipts, so that a night may be
killed at any moment and run again. Does not belong here: the checks themselves (admission.py, sequence.py, staging.py and below), the inbox, the reports.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.contract import Contract
from sources.durable import kill_point
from sources.home import Home
from sources.landing import Landing, LandingError
from sources.ledger import Event, Ledger
from sources.regional.admission import Admitted, admit
from sources.regional.annulment import annulled_ids, erased_ids
from sources.regional.apply import LATE_AFTER_LOCK, Applied, apply, notice
from sources.regional.basis import note_basis
from sources.regional.county import County
from sources.regional.failures import NotNow, is_memory, log_places, raise_known, unreadable
from sources.regional.holds.answers import decision, is_released
from sources.regional.holds.desk import Holds
from sources.regional.holds.outcome import held_facts, refused, released, withdraw_report
from sources.regional.judgements import holding
from sources.regional.manifest import FULL, Refused
from sources.regional.periods import locks
from sources.regional.poison import DEATHS, Notes
from sources.regional.sealing import Sealed, seal_if_received
from sources.regional.sender import county_of
from sources.regional.sequence import Accepted, Duplicate
from sources.regional.signature import Replays
from sources.regional.staging import Connections, Staged, batches, stage, stage_together, validate
from sources.regional.totals import added_up
from sources.regional.verdict_body import verdict_body, verdict_on

if TYPE_CHECKING:
    from sources.regional.holds.judge import Finding
    from sources.regional.rules import CompiledRules

WORKERS = 2
# What of earlier verdicts the deliveries of tonight are held against.
_HELD_AGAINST = ("slice", "tombstones", "made_of", "is_unchanged", "profile", "holds", "rows_accepted")


@dataclass
class _Work:
    """A receipt on its way to its verdict. Of `refusal`, `problem` and `staged` one at most is set: none before it is read, nor when another delivery decides it.
    A delivery that waits for its answer has its `hold` and is not read again before it is released."""

    receipt: Event
    admitted: Admitted | None = None
    reading: Callable[[], Staged] | None = None
    refusal: Refused | None = None
    problem: NotNow | None = None
    staged: Staged | None = None
    totals: list[dict[str, Any]] = field(default_factory=list)
    hold: Event | None = None
    is_examined: bool = False

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
    _locked: set[tuple[str, str]] = field(default_factory=set)
    _holds: Holds = field(init=False)
    _held: dict[str, Event] = field(default_factory=dict)
    _replays: Replays = field(default_factory=Replays)
    _rules: dict[int, CompiledRules] = field(default_factory=dict)
    _connections: Connections = field(init=False)
    _notes: Notes = field(init=False)

    def run(self) -> None:
        """Record a verdict for each receipt that has none and can be judged."""
        self._holds = Holds(self.home)
        pending = self._pending()
        self._notes = Notes(self.home.reading, {receipt.subject for receipt in pending})
        workers = min(WORKERS, os.cpu_count() or 1, max(len(pending), 1))
        with Connections(self.home, workers) as self._connections:
            everything = self._read_all(pending, workers)
            if everything:
                self.say("what was accepted is held against pandera's own validation and against earlier months …")
            self._ask_pandera(everything)
            self._measure(everything)
            # What waits comes last: tonight may have brought the delivery that ends the question.
            everything = sorted(everything, key=lambda w: w.hold is not None)[::-1]
            while everything:
                work = everything.pop()
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
        verdicts = {receipt_id: event.body for receipt_id, event in holding(self.ledger, _HELD_AGAINST).items()}
        annulled, erased = annulled_ids(self.ledger), erased_ids(self.ledger)
        self._accepted = Accepted.of(self.ledger.each("receipt"), verdicts, annulled, erased)
        self._locked = {(lock.dataset, lock.period) for lock in locks(self.ledger)}
        self._held = {e.subject: e for e in self.ledger.each("hold") if e.subject not in verdicts}
        done, pending = verdicts.keys() | (self._held.keys() & erased), []  # an erased one waits for nothing
        for receipt in self.ledger.each("receipt"):
            county = county_of(receipt.body, self.counties)
            self._replays.note(receipt.subject, receipt.body, county.keys if county else ())
            verdict = verdicts.get(receipt.subject)
            if receipt.subject in self._held:
                self._holds.waits(receipt.subject, receipt.body, self._held[receipt.subject].body)
            elif verdict is not None and verdict["status"] == "accepted" and receipt.subject not in annulled:
                self._holds.add(receipt.subject, receipt.body, verdict)
            if receipt.subject not in done:
                pending.append(receipt)
        return pending

    def _begin(self, receipt: Event) -> _Work:
        """Admit a delivery, unless it is held already or reading it has ended the process too often."""
        hold = self._held.get(receipt.subject)
        if hold is not None and not is_released(self.ledger, receipt):
            return _Work(receipt, hold=hold)
        if self._notes.deaths(receipt.subject) >= DEATHS:
            reason = (
                f"the program that read it ended {DEATHS} times while it did, the last time with nothing else at hand"
            )
            return _Work(receipt, refusal=Refused("READER_DIED", reason, found=DEATHS))
        try:
            admitted = admit(receipt.subject, receipt.body, self.landing, self.contracts, self.counties, self.at)
            self._replays.refuse(receipt.subject, receipt.body)
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

    def _stage(self, work: _Work, rules: CompiledRules) -> Staged:
        """Read one delivery; may run in a worker. What holds personal data is sealed before a row of it is read."""
        with self._notes.reading(work.receipt.subject):
            self._examine(work)
            return stage(self._connections, work.admitted, rules)

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
                    self._examine(work)
                staged = stage_together(self._connections, [work.admitted for work in batch], rules)
                return [partial(_given, each) for each in staged]
        return [_outcome(partial(self._stage, work, rules)) for work in batch]

    def _stage_alone(self, work: _Work) -> Staged:
        return self._stage(work, self._compiled(work.admitted.contract))

    def _examine(self, work: _Work) -> None:
        """Look a delivery through for personal data, once. Raises Sealed."""
        if not work.is_examined:
            seal_if_received(self.landing, work.receipt.body, self.contracts, self.counties)
            work.is_examined = True

    def _compiled(self, contract: Contract) -> CompiledRules:
        """A contract's rules, compiled once and outside the workers: pandera and ibis cost seconds."""
        from sources.regional.rules import compile_rules

        if id(contract) not in self._rules:
            self._rules[id(contract)] = compile_rules(contract)
        return self._rules[id(contract)]

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
            raise_known(error)
        try:
            return self._stage_alone(work)
        except Exception as error:
            raise_known(error)
            if is_memory(error):
                raise NotNow("memory ran out twice while it was read; give the night more, and run again") from None
            log_places(self.home, work.receipt, error)
            raise unreadable(error) from None

    def _ask_pandera(self, everything: list[_Work]) -> None:
        """Hold what the mask accepted against pandera's own validation, all at once; on a dispute find the deliveries that it is about."""
        for contract in {id(w.admitted.contract): w.admitted.contract for w in everything if w.admitted}.values():
            accepted = [w for w in everything if w.staged and not w.staged.refusal and w.admitted.contract is contract]
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

    def _measure(self, works: list[_Work]) -> None:
        """Hold what was read against its control totals, and work out the profiles of what is left."""
        for work in works:
            if work.staged and not work.staged.refusal:
                work.staged, work.totals = added_up(self._connections, work.staged)
        whole = [w.staged for w in works if w.staged and not w.staged.refusal and w.admitted.manifest.mode == FULL]
        self._holds.measure(self._connections, whole)

    def _conclude(self, work: _Work) -> None:
        """Record the verdict of one receipt, or that it is held. Raises NotNow when there is none to be had."""
        receipt = work.receipt
        verdict = self._verdict(work)
        if verdict is None:
            return
        if receipt.subject in self._held:
            withdraw_report(self.home, receipt)
        if work.admitted and (work.staged or work.refusal) and not verdict["is_sealed"]:
            verdict["judged_by"] = note_basis(self.ledger, work.admitted.contract, work.admitted.dialect, self.at)
        kind = "hold" if verdict["status"] == "held" else "verdict"
        self.ledger.append(kind, receipt.subject, verdict, self.at)
        kill_point(f"{kind}.recorded")
        self._notes.forget(receipt.subject)
        if verdict["status"] == "accepted":
            self._accepted.add(receipt.subject, receipt.body, verdict)
            self._holds.add(receipt.subject, receipt.body, verdict)

    def _of_held(self, work: _Work) -> dict[str, Any] | None:
        """The verdict on a delivery that is held and not released: refused by its answer, or decided by what was accepted since; None while it waits."""
        answer = decision(self.ledger, work.receipt)
        if answer is not None:
            return refused(work.hold.body, answer.body)
        known = self._known(work.receipt)
        return verdict_on(known) if known else None

    def _verdict(self, work: _Work) -> dict[str, Any] | None:
        """What accepted deliveries say comes first, in the light of those of this very pass; then what reading came to. But whatever is sealed is sealed. None for what
        is held and not answered."""
        if work.hold:
            return self._of_held(work)
        if isinstance(work.refusal, Sealed):
            return verdict_on(work.refusal)
        if not work.is_examined and not _is_deadly(work):
            try:
                self._examine(work)
            except Sealed as refusal:
                return verdict_on(refusal)
            except (OSError, LandingError) as error:
                raise NotNow(str(error)) from None
        if work.admitted and (known := self._known(work.receipt)):
            if work.staged:
                work.staged.discard()
            return verdict_on(known)
        if work.admitted and not work.is_read:
            # It repeated what was in force when reading began, and something else is in force by now.
            self._settle(work, lambda: self._stage_alone(work))
            self._ask_pandera([work])
            self._measure([work])
        if work.problem:
            raise work.problem
        return verdict_on(work.refusal) if work.refusal else self._kept(work)

    def _kept(self, work: _Work) -> dict[str, Any]:
        """Put the delivery onto the month and keep what came of it. What must wait for an explanation keeps its place aside until the answer; what came after the month's
        lock is told so, and waits for a revision."""
        manifest, held = work.admitted.manifest, self._held.get(work.receipt.subject)
        applied = self._applied(work)
        findings = [] if held or applied.is_unchanged else self._findings(applied.staged)
        facts = applied.keep(self.home)
        kill_point("slice.written")
        if work.totals:
            facts["control_totals"] = work.totals
        if applied.staged.refusal:
            return verdict_body("rejected", applied.staged.refusal, **facts)
        facts["profile"] = self._holds.profile(work.receipt.subject)
        if (manifest.dataset, manifest.period) in self._locked and not applied.is_unchanged:
            notice(facts, LATE_AFTER_LOCK)
            facts["is_late_after_lock"] = True
        if held:
            facts |= released(held.body, decision(self.ledger, work.receipt).body)
        return verdict_body("held", **facts | held_facts(findings)) if findings else verdict_body("accepted", **facts)

    def _applied(self, work: _Work) -> Applied:
        """The delivery put onto the month as it is in force now."""
        rules = self._compiled(work.admitted.contract)
        try:
            applied = apply(self._connections, work.staged, rules, self._accepted.base(work.receipt.body))
            if work.admitted.manifest.mode != FULL and not applied.staged.refusal:
                # A part of a month says nothing about the whole: what is judged is the month that it makes.
                self._holds.measure(self._connections, [applied.staged])
        except Exception as error:
            raise_known(error)
            raise
        return applied

    def _findings(self, staged: Staged) -> list[Finding]:
        if staged.refusal:
            return []
        try:
            return self._holds.judge(self._connections, staged)
        except Exception as error:
            raise_known(error)
            raise


def _is_deadly(work: _Work) -> bool:
    """Whether reading it has ended the process too often for another look."""
    return work.refusal is not None and work.refusal.code == "READER_DIED"


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
