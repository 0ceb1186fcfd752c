"""Redo: a judgement's files made again from the landed bytes, where they are missing or damaged.

Belongs here: finding what is missing of one receipt, reading the delivery again, and putting back what comes out the same. Does not belong here: another judgement
(replay.py), the landed bytes themselves, which only a backup has.

Nothing is put back that is not what the ledger names: a slice must give the hash that stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sources.contract import Contract
from sources.durable import replace_file
from sources.errors import SotevarastoError
from sources.home import Home
from sources.landing import Landing, file_sha256
from sources.ledger import Event, Ledger
from sources.regional.admission import Admitted, admit
from sources.regional.basis import basis_of, fingerprint_of
from sources.regional.county import County
from sources.regional.intake import write_reports
from sources.regional.judgements import UNCHANGED, judgements, receipt_of
from sources.regional.manifest import FULL, Refused
from sources.regional.outlook import write_outlooks
from sources.regional.staging import Connections, Staged, stage


class RedoError(SotevarastoError):
    """Files of a delivery cannot be made again; the message says why and what can be done."""


def redo(
    home: Home,
    ledger: Ledger,
    landing: Landing,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    receipt_id: str,
    at: datetime,
) -> list[str]:
    """Make again what is missing of a receipt's (or one of its judgements') files; returns what was put back, as paths in the home.

    RedoError: no such receipt, one that was erased, one that comes out otherwise than it was. LandingError when the bytes are gone.
    """
    from sources.regional.rules import compile_rules

    receipt, found = _judged(ledger, receipt_id)
    made: list[str] = []
    with Connections(home, 1) as connections:
        for judgement in found:
            if not (missing := _missing(home, judgement)):
                continue
            try:
                admitted = admit(receipt.subject, receipt.body, landing, contracts, counties, at)
            except Refused as refusal:
                raise RedoError(
                    f"{receipt_id}: would not be admitted by now ({refusal}); restore it from a backup"
                ) from None
            if "slice" in missing and admitted.manifest.mode != FULL:
                raise RedoError(
                    f"{receipt_id}: a {admitted.manifest.mode} stands on the deliveries before it and is not made again alone: restore it from a backup"
                )
            _refuse_other_basis(judgement, admitted)
            again = replace(admitted, receipt_id=judgement.subject)
            staged = stage(connections, again, compile_rules(admitted.contract))
            try:
                made += _put_back(home, judgement, staged, missing)
            finally:
                staged.discard()
    made += [str(path.relative_to(home.root)) for path in _reports(home, ledger, contracts, counties, receipt)]
    return made


def _judged(ledger: Ledger, receipt_id: str) -> tuple[Event, list[Event]]:
    known = judgements(ledger)
    asked = next((receipt_of(e) for events in known.values() for e in events if e.subject == receipt_id), receipt_id)
    receipt = ledger.get("receipt", asked)
    if receipt is None:
        raise RedoError(f"{receipt_id} is no receipt; take it from dq.delivery")
    if any(asked in event.body["receipts"] for event in ledger.events("erasure")):
        raise RedoError(
            f"{receipt_id}: its rows were erased and are not made again; `sotevarasto ledger verify` says more"
        )
    if asked not in known:
        raise RedoError(f"{receipt_id} is not judged yet; the next night does it")
    return receipt, [event for event in known[asked] if event.body["status"] != UNCHANGED]


def _missing(home: Home, judgement: Event) -> dict[str, Path]:
    """Which of a judgement's files are not there, or are not what the ledger says."""
    places = {"slice": home.parquet, "quarantine": home.quarantine}
    missing = {}
    for part, folder in places.items():
        if named := judgement.body[part]:
            path = folder / named["path"]
            if not path.is_file() or named.get("sha256") not in (None, file_sha256(path)):
                missing[part] = path
    return missing


def _refuse_other_basis(judgement: Event, admitted: Admitted) -> None:
    """A fingerprint tells before reading that another file would come out; judgements from before there were any are tried."""
    judged_by = judgement.body.get("judged_by")
    if judged_by not in (None, fingerprint_of(basis_of(admitted.contract, admitted.dialect))):
        raise RedoError(
            f"{judgement.subject}: the rules, the dialect or the mappings have changed since it was judged (basis {judged_by}); "
            "run this with the code of then, restore it from a backup, or ask the sender to deliver again"
        )


def _put_back(home: Home, judgement: Event, staged: Staged, missing: Mapping[str, Path]) -> list[str]:
    names = {"slice": staged.slice, "quarantine": staged.quarantine}
    for part in missing:
        there = judgement.body[part]
        is_same = names[part] is not None and (
            file_sha256(names[part]) == there["sha256"] if part == "slice" else staged.quarantine_rows == there["rows"]
        )
        if not is_same:
            raise RedoError(
                f"{judgement.subject}: its {part} comes out otherwise than it was; nothing is put back: restore it from a backup, or run this with the code of then"
            )
    for part, path in missing.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(names[part], path)
    return [str(path.relative_to(home.root)) for path in missing.values()]


def _reports(
    home: Home,
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    receipt: Event,
) -> list[Path]:
    """The receipt's reports that were missing and are written now."""
    folder = home.reports / receipt.body["organiser_code"]

    def there() -> set[Path]:
        return set(folder.glob(f"{receipt.subject}*"))

    before = there()
    if problems := [
        *write_reports(home, ledger, contracts, counties),
        *write_outlooks(home, ledger, contracts, counties),
    ]:
        raise RedoError(problems[0])
    return sorted(there() - before)
