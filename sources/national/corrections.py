"""Corrections: known errors of a national dataset, put right openly, in `<dataset>.corrections.yml` beside its contract.

Belongs here: reading and refusing such a file (HVA-COR-0-001 … 004), and telling the ledger from which night on each correction holds. Does not belong here: putting a
value right (dbt_project, macros/corrections.sql), and what has become of each (dq.correction).

A snapshot stays as its body gave it, in landing and in Parquet. A correction is a fact of its own with a time of its own: figures are corrected from the night on which the
ledger first heard of it, and what was known before that stays as it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sources.contract import Contract, load_contract
from sources.errors import SotevarastoError
from sources.ledger import Ledger

EVENT = "correction"
ROOMS = Path(__file__).parent
# Which column of which dataset the models put right. A dataset comes here with the lines in its int__…_observation.sql.
CORRECTABLE = {"sotkanet_observation": "value", "sampo_observation": "value"}
_SUFFIX = ".corrections.yml"
_HELSINKI = ZoneInfo("Europe/Helsinki")


class CorrectionError(SotevarastoError):
    """A file of corrections cannot be used; nothing is corrected by guess, so the night stops before it builds."""


@dataclass(frozen=True)
class Correction:
    """One correction of one file. `body` is what the ledger keeps of it."""

    correction_id: str
    body: dict[str, Any]


def read_corrections(rooms: Path = ROOMS) -> list[Correction]:
    """Every correction of the files under `rooms`, in the order of their ids. Raises CorrectionError."""
    found = [c for path in sorted(rooms.glob(f"*/*{_SUFFIX}")) for c in _of_file(path)]
    _refuse_repeated(found)
    return sorted(found, key=lambda correction: correction.correction_id)


def record_corrections(ledger: Ledger, corrections: list[Correction], at: datetime) -> int:
    """Tell the ledger what holds from business time `at` (aware) on: new and changed corrections, and those that are gone. Returns how many moved.

    Again with the same changes nothing, also after a crash half-way.
    """
    newest: dict[str, dict[str, Any]] = {}
    count: Counter[str] = Counter()
    for event in ledger.events(EVENT):
        correction_id = event.body["correction_id"]
        newest[correction_id] = event.body
        count[correction_id] += 1
    wanted = {c.correction_id: c.body for c in corrections}
    gone = [i for i, body in newest.items() if i not in wanted and body["is_in_force"]]
    wanted |= {i: {"correction_id": i, "is_in_force": False} for i in gone}
    moved = {i: body for i, body in sorted(wanted.items()) if newest.get(i) != body}
    for correction_id, body in moved.items():
        ledger.append(EVENT, f"{correction_id}/{count[correction_id] + 1}", body, at)
    return len(moved)


def _of_file(path: Path) -> Iterator[Correction]:
    dataset = path.name.removesuffix(_SUFFIX)
    contract_path = path.with_name(f"{dataset}.yml")
    if dataset not in CORRECTABLE or not contract_path.is_file():
        raise CorrectionError(
            f"HVA-COR-0-001: {path}: {dataset} is no dataset that can be corrected; these can: {', '.join(sorted(CORRECTABLE))}"
        )
    contract = load_contract(contract_path)
    for entry in _entries(path):
        keys = [_row_key(path, entry["id"], contract, row) for row in entry["rows"]]
        yield Correction(entry["id"], _body(path, dataset, entry, keys))


def _entries(path: Path) -> list[dict[str, Any]]:
    from jsonschema import Draft202012Validator

    try:
        # Days stay text: what the ledger keeps is JSON.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (BaseLoader makes text only)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CorrectionError(
            f"HVA-COR-0-002: {path}: not readable as YAML ({' '.join(str(error).split())[:160]}); mend the file"
        ) from error
    document = _absent_for_null(document)
    problem = next(Draft202012Validator(_schema()).iter_errors(document), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "top level"
        raise CorrectionError(f"HVA-COR-0-002: {path}: {place}: {problem.message[:200]}; see corrections.schema.json")
    return document["corrections"]


def _absent_for_null(document: Any) -> Any:
    """`expected` and `new` of null are absent figures; every other value stays the text that it is."""
    if isinstance(document, dict) and isinstance(document.get("corrections"), list):
        for entry in document["corrections"]:
            if isinstance(entry, dict):
                entry.update({name: None for name in ("expected", "new") if entry.get(name) == "null"})
    return document


@cache
def _schema() -> dict[str, Any]:
    return json.loads((ROOMS / "corrections.schema.json").read_text(encoding="utf-8"))


def _row_key(path: Path, correction_id: str, contract: Contract, row: dict[str, str]) -> str:
    """The row's key as the models write it: the contract's key columns in their order."""
    if set(row) != set(contract.key):
        raise CorrectionError(
            f"HVA-COR-0-003: {path}: {correction_id} tells a row by {', '.join(sorted(row))}; its key is {', '.join(contract.key)}"
        )
    return "; ".join(f"{column}={row[column]}" for column in contract.key)


def _body(path: Path, dataset: str, entry: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    try:
        last_day = date.fromisoformat(entry["expires"])
        date.fromisoformat(entry["told"]["on"])
    except ValueError as error:
        raise CorrectionError(
            f"HVA-COR-0-002: {path}: {entry['id']} has a day that is none ({error}); mend it"
        ) from None
    if (
        entry["expected"] is not None
        and entry["new"] is not None
        and Decimal(entry["expected"]) == Decimal(entry["new"])
    ):
        raise CorrectionError(f"HVA-COR-0-003: {path}: {entry['id']} changes nothing: expected and new are the same")
    ends = datetime.combine(last_day + timedelta(days=1), time(), _HELSINKI).astimezone(UTC)
    return {
        "correction_id": entry["id"],
        "is_in_force": True,
        "dataset": dataset,
        "column": CORRECTABLE[dataset],
        "rows": keys,
        "expected": entry["expected"],
        "new": entry["new"],
        "reason": entry["reason"],
        "source": entry["source"],
        "told": entry["told"],
        "decided_by": entry["decided_by"],
        "expires_on": entry["expires"],
        "ends_at": ends.replace(tzinfo=None).isoformat(sep=" "),
    }


def _refuse_repeated(corrections: list[Correction]) -> None:
    ids = Counter(c.correction_id for c in corrections)
    rows = Counter((c.body["dataset"], key) for c in corrections for key in c.body["rows"])
    if repeated := [i for i, count in ids.items() if count > 1]:
        raise CorrectionError(f"HVA-COR-0-004: {repeated[0]} is used twice; give every correction an id of its own")
    if repeated := [row for row, count in rows.items() if count > 1]:
        raise CorrectionError(
            f"HVA-COR-0-004: two corrections are of one row ({repeated[0][1]} of {repeated[0][0]}); which one holds is not guessed"
        )
