"""Replay: judging landed deliveries again where what they were judged by has changed since.

Belongs here: which deliveries a change touches, another judgement of their landed bytes, and what it recovered. Does not belong here: judging itself (staging.py and below), what
changed (basis.py), files that are missing (redo.py).

A replay is an event with rows of its own; what was known before stays as it was. It never takes away what is in force: a delivery that would be refused by now stays accepted,
and is told to the operator. Sealed deliveries are never judged again, nor is a month that deltas or deletes have changed: that is told too.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.contract import Contract
from sources.durable import kill_point
from sources.errors import SotevarastoError
from sources.home import Home
from sources.landing import Landing, LandingError
from sources.ledger import Event, Ledger
from sources.regional.admission import Admitted, admit
from sources.regional.annulment import annulled_ids, erased_ids
from sources.regional.basis import KIND, Change, basis_of, change, fingerprint_of, note_basis
from sources.regional.county import County
from sources.regional.file_rules import file_rule
from sources.regional.harmoniser import identifiers, quoted
from sources.regional.holds.answers import crosses_lock
from sources.regional.holds.profile import Profile, profiles
from sources.regional.intake import write_reports
from sources.regional.judgements import REPLAY, UNCHANGED, holding, judgements, receipt_of
from sources.regional.keys_only import dialect_of_keys, of_keys
from sources.regional.manifest import DELETE, FULL, Refused
from sources.regional.sealing import seal_if_received
from sources.regional.sender import in_earnest
from sources.regional.staging import Connections, Staged, stage, validate

# A receipt and its judgements, oldest first.
_Judged = tuple[Event, list[Event]]
_PARTS = (
    "{period} stands on {parts} deliveries, the last of which changes a part of it, and what changed touches {touched} of them; "
    "only whole months are judged again: ask the sender for the month in full"
)


class ReplayError(SotevarastoError):
    """Nothing can be judged again as asked; the message says what to ask for."""


@dataclass(frozen=True)
class Chosen:
    """Which deliveries are looked at: those of one sender, dataset and month, each None for all."""

    organiser_code: str | None = None
    dataset: str | None = None
    period: str | None = None

    def takes(self, body: Mapping[str, Any]) -> bool:
        wanted = {"organiser_code": self.organiser_code, "dataset": self.dataset, "period": self.period}
        return all(value in (None, body[name]) for name, value in wanted.items())


@dataclass
class Replayed:
    """What a replay came to: deliveries looked at and judged again, lines recovered, still bad and newly refused among the latter; lines for the operator."""

    looked_at: int = 0
    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def rows(self, part: str) -> int:
        """The sum of recovered, still_bad or newly_bad lines."""
        return sum(event.body[f"rows_{part}"] for event in self.events)


def replay(
    home: Home,
    ledger: Ledger,
    landing: Landing,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    *,
    at: datetime,
    chosen: Chosen = Chosen(),  # noqa: B008 - frozen
    say: Callable[[str], None] = lambda text: None,
) -> Replayed:
    """Judge again every chosen delivery that a change touches, at business time `at` (aware). Running it again changes nothing.

    ReplayError when the sender or dataset is not known. A delivery that cannot be judged now is left as it is and told in `problems`.
    """
    _refuse_unknown(chosen, contracts, counties)
    result = Replayed()
    with Connections(home, 1) as connections:
        desk = _Desk(home, ledger, landing, contracts, counties, connections, at)
        for receipt, standing in _in_force(ledger, chosen):
            result.looked_at += 1
            try:
                if event := desk.judge_again(standing):
                    result.events.append(event)
                    say(_line(event))
            except (Refused, LandingError, _NotNow) as error:
                result.problems.append(f"delivery {receipt.subject} of {receipt.body['organiser_code']}: {error}")
    result.problems += write_reports(home, ledger, contracts, counties)
    return result


class _NotNow(Exception):
    """This delivery stays as it was judged."""


def _refuse_unknown(chosen: Chosen, contracts: Mapping[str, Contract], counties: Mapping[str, County]) -> None:
    if chosen.organiser_code is not None and chosen.organiser_code not in counties:
        raise ReplayError(f"no sender has the code {chosen.organiser_code}; see sources/regional/counties/")
    if chosen.dataset is not None and chosen.dataset not in contracts:
        raise ReplayError(f"there is no dataset {chosen.dataset}; there are {', '.join(sorted(contracts))}")


def _in_force(ledger: Ledger, chosen: Chosen) -> Iterator[tuple[Event, list[_Judged]]]:
    """Receipts that may be judged again, each with what it stands on: itself last, before it the whole month and the deltas and deletes that it changes further.

    That is the delivery in force of each month, also where it changed nothing when it came; and those of which nothing with their number or a higher one is accepted.
    """
    gone = erased_ids(ledger) | annulled_ids(ledger)
    known = judgements(ledger)
    receipts = [e for e in in_earnest(ledger.events("receipt")) if e.subject in known and e.subject not in gone]
    months: dict[tuple, list[_Judged]] = defaultdict(list)
    for receipt in receipts:
        if any(event.body["status"] == "accepted" for event in known[receipt.subject]):
            months[_key(receipt)].append((receipt, known[receipt.subject]))
    for receipt in receipts:
        month = sorted(months[_key(receipt)], key=lambda one: (one[0].body["sequence"], one[0].seq))
        last = month[-1][0] if month else None
        is_free = last is None or (receipt.body["sequence"] or 0) > last.body["sequence"]
        if chosen.takes(receipt.body) and (is_free or last is receipt):
            yield receipt, [(receipt, known[receipt.subject])] if is_free else _standing(month)


def _standing(month: list[_Judged]) -> list[_Judged]:
    """The accepted deliveries that a month is made of: the last whole one and what changed it since."""
    whole = [place for place, (receipt, _) in enumerate(month) if _mode(receipt) == FULL]
    return month[whole[-1] :] if whole else month


def _mode(receipt: Event) -> str:
    """Receipts of before there were others are of whole months."""
    return (receipt.body["manifest"] or {}).get("mode") or FULL


def _key(receipt: Event) -> tuple:
    return tuple(receipt.body[name] for name in ("organiser_code", "dataset", "period"))


@dataclass
class _Desk:
    """What judging again needs, delivery by delivery."""

    home: Home
    ledger: Ledger
    landing: Landing
    contracts: Mapping[str, Contract]
    counties: Mapping[str, County]
    connections: Connections
    at: datetime
    _rules: dict[str, Any] = field(default_factory=dict)

    def judge_again(self, standing: list[_Judged]) -> Event | None:
        """The new judgement of the last as recorded; None when no change touches it, nor what it stands on."""
        receipt, earlier = standing[-1]
        touched = sum(self._is_worth_it(*one) for one in standing)
        if not touched:
            return None
        if _mode(receipt) != FULL:
            raise _NotNow(_PARTS.format(period=receipt.body["period"], parts=len(standing), touched=touched))
        last = _decided(earlier)
        if crosses_lock(self.ledger, receipt.body):
            raise _NotNow("its month is locked: final figures change by a new delivery and an approved revision alone")
        judgement_id = f"{receipt.subject}-{len(earlier) + 1}"
        admitted = self._admitted(receipt, judgement_id)
        staged = stage(self.connections, admitted, self._compiled(admitted.contract))
        try:
            body = self._body(receipt, last, admitted, staged)
        except BaseException:
            staged.discard()
            raise
        kill_point("replay.kept")
        event = self.ledger.append(REPLAY, judgement_id, body, self.at)
        kill_point("replay.recorded")
        return event

    def _is_worth_it(self, receipt: Event, earlier: list[Event]) -> bool:
        """Whether a change touches a delivery that can be judged again at all."""
        now, last = self._basis(receipt), _decided(earlier)
        if now is None or last.body.get("is_sealed") or last.body["status"] not in ("accepted", "rejected"):
            return False
        return self._is_touched(last, earlier[-1].body.get("judged_by"), now)

    def _basis(self, receipt: Event) -> dict[str, Any] | None:
        county = self.counties.get(receipt.body["organiser_code"])
        dialect = county.dialects.get(receipt.body["dataset"]) if county else None
        contract = self.contracts.get(receipt.body["dataset"])
        if not contract or not dialect:
            return None
        if _mode(receipt) == DELETE:
            # It was read by its keys alone.
            contract, dialect = of_keys(contract), dialect_of_keys(dialect, contract)
        return basis_of(contract, dialect)

    def _is_touched(self, last: Event, judged_by: str | None, now: dict[str, Any]) -> bool:
        if judged_by == fingerprint_of(now):
            return False
        basis = self.ledger.get(KIND, judged_by) if judged_by else None
        if basis is None:
            # Judged before bases were kept, so what changed is not known; or refused before a row was read, which no rule on rows changes.
            return last.body["rows_received"] is not None and last.body["rows_quarantined"] > 0
        found = change(basis.body, now)
        return found.is_any or self._waits_for(last, found)

    def _waits_for(self, last: Event, found: Change) -> bool:
        """Whether a value that is known now lies in the quarantine."""
        quarantine = last.body["quarantine"]
        if not found.added or quarantine is None:
            return False
        with self.connections.of_this_thread() as con:
            rows = con.execute(
                "select distinct column_name, value_as_sent from read_parquet($file) where list_contains($columns, column_name)",
                {"file": str(self.home.quarantine / quarantine["path"]), "columns": list(found.added)},
            ).fetchall()
        return any(value and unicodedata.normalize("NFC", value) in found.added[column] for column, value in rows)

    def _admitted(self, receipt: Event, judgement_id: str) -> Admitted:
        """The delivery under its new judgement's id, so that its rows are told from those of the one before."""
        seal_if_received(self.landing, receipt.body, self.contracts, self.counties)
        found = admit(receipt.subject, receipt.body, self.landing, self.contracts, self.counties, self.at)
        return replace(found, receipt_id=judgement_id)

    def _compiled(self, contract: Contract):
        from sources.regional.rules import compile_rules

        if contract.name not in self._rules:
            self._rules[contract.name] = compile_rules(contract)
        return self._rules[contract.name]

    def _body(self, receipt: Event, last: Event, admitted: Admitted, staged: Staged) -> dict[str, Any]:
        """Compare with what holds, keep the files unless nothing changed, and put the event's body together."""
        refusal = staged.refusal
        if refusal and last.body["status"] == "accepted":
            raise _NotNow(
                f"would be rejected by now ({file_rule(refusal.code).id} {refusal.reason}); it stays in force"
            )
        if not refusal and validate(self.connections, admitted.contract, [staged.slice]).failures:
            raise _NotNow("pandera refuses rows that the mask accepted; a fault of this program: nothing of it is used")
        told, is_same = self._compared(last, staged)
        if is_same and self._has_same_rows(last, admitted, staged):
            staged.discard()
            kept, status = _nothing(last), UNCHANGED
        else:
            measured = {} if refusal else self._measured(last, admitted, staged)
            kept, status = staged.keep(self.home) | measured, "rejected" if refusal else "accepted"
        return {
            "receipt_id": receipt.subject,
            "judged_by": note_basis(self.ledger, admitted.contract, admitted.dialect, self.at),
            "status": status,
            "rule": file_rule(refusal.code).id if refusal else None,
            "reason": refusal.reason if refusal else None,
            "values": refusal.values if refusal else {},
            "first_receipt_id": None,
            "is_sealed": False,
            "places": [],
            **kept,
            **told,
        }

    def _measured(self, last: Event, admitted: Admitted, staged: Staged) -> dict[str, Any]:
        """What later deliveries are held against: the profile of the rows as they are now, and what a person once released."""
        with self.connections.of_this_thread() as con:
            found = profiles(con, admitted.contract, [staged.slice] if staged.slice else [])
        profile = found.get(staged.slice, Profile(0))
        return {"profile": profile.as_dict()} | ({"holds": last.body["holds"]} if "holds" in last.body else {})

    def _compared(self, last: Event, staged: Staged) -> tuple[dict[str, int], bool]:
        """Lines that are used now and were not, those that still are not, those that are not any more; and whether status and quarantine are the same as before.

        Of a refused delivery no line is used, whatever is wrong with each.
        """
        judged, was_accepted, is_accepted = staged.judgement, last.body["status"] == "accepted", not staged.refusal
        quarantine = last.body["quarantine"]
        then = self._faults(self.home.quarantine / quarantine["path"] if quarantine else None)
        now = self._faults(staged.quarantine)
        before, after = ({fault[:2] for fault in faults} for faults in (then, now))
        told = {"rows_recovered": 0, "rows_still_bad": judged.rows_quarantined, "rows_newly_bad": 0}
        if was_accepted:
            told = {
                "rows_recovered": len(before - after),
                "rows_still_bad": len(before & after),
                "rows_newly_bad": len(after - before),
            }
        elif is_accepted:
            told["rows_recovered"] = judged.rows_accepted
        return told, was_accepted == is_accepted and then == now

    def _faults(self, path: Path | None) -> set[tuple]:
        """Each broken rule of a quarantine: file, line, column, rule."""
        if path is None:
            return set()
        with self.connections.of_this_thread() as con:
            return set(
                con.execute(f"select file_name, line_number, column_name, rule_id from {_parquet(path)}").fetchall()
            )

    def _has_same_rows(self, last: Event, admitted: Admitted, staged: Staged) -> bool:
        """Whether the rows in force would stay as they are: its own, or where it changed nothing those of the delivery before it."""
        place = "file_name, line_number, "
        if last.body.get("is_unchanged"):
            # They stand where the delivery before it had them.
            last, place = holding(self.ledger, ("slice",))[last.body["first_receipt_id"]], ""
        if last.body["slice"] is None or staged.slice is None:
            return last.body["slice"] is None
        columns = f"{place}{identifiers(admitted.contract.column_names)}"
        then, now = (
            f"select {columns} from {_parquet(path)} where rule_mask = 0"
            for path in (self.home.parquet / last.body["slice"]["path"], staged.slice)
        )
        with self.connections.of_this_thread() as con:
            differing = f"select count(*) from (({then} except all {now}) union all ({now} except all {then}))"
            return con.execute(differing).fetchall()[0][0] == 0


def _decided(earlier: list[Event]) -> Event:
    """The newest judgement that decided anything."""
    return [event for event in earlier if event.body["status"] != UNCHANGED][-1]


def _nothing(last: Event) -> dict[str, Any]:
    """The counts of a judgement that stays, without files of its own."""
    kept = {name: last.body[name] for name in ("rows_received", "rows_accepted", "rows_quarantined", "files")}
    return kept | {"rule_counts": [], "slice": None, "quarantine": None}


def _parquet(path: Path) -> str:
    return f"read_parquet({quoted(str(path))})"


def _line(event: Event) -> str:
    body = event.body
    counts = f"{body['rows_recovered']} rows recovered, {body['rows_still_bad']} still bad"
    more = f", {body['rows_newly_bad']} refused by now" if body["rows_newly_bad"] else ""
    return f"{receipt_of(event)}: {body['status']}, {counts}{more}"
