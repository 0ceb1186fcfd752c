"""The outlook beside a report: what the sender's month would come to if it closed now, and how that swings against the months before.

Belongs here: figures of the sender's own accepted rows by month, as known when the verdict was given, as JSON and as a page. Does not belong here: the report, which
follows from the delivery alone (report/); published figures (dbt_project); holding a delivery back for a swing.

The last accepted delivery of a month is in force, as everywhere. The figures of one slice never change, so those of all slices of a sender's dataset are read at once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import LANGUAGES, Contract, read_yaml
from sources.durable import fsync_dir, kill_point, write_atomic
from sources.home import Home
from sources.ledger import Ledger
from sources.regional.county import County
from sources.regional.harmoniser import quoted
from sources.regional.report.facts import texts
from sources.regional.report.page import template
from sources.regional.staging import Connections

if TYPE_CHECKING:
    import duckdb

# The month itself and the twelve before it, so that the same month of last year is among them.
MONTHS = 13
_FORMAT = 1
# Written before the folder is flushed.
_AT_ONCE = 50
_SUFFIXES = (".outlook.json", ".outlook.html")


@dataclass(frozen=True)
class _InForce:
    """The delivery of one month that is in force: its receipt, its sequence, its slice."""

    receipt_id: str
    sequence: int
    path: Path


@dataclass(frozen=True)
class _Sent:
    """What of a receipt an outlook says."""

    organiser_code: str
    dataset: str
    period: str
    sequence: int
    origin: str

    @classmethod
    def of(cls, receipt: Mapping[str, Any]) -> _Sent:
        return cls(*(receipt[f.name] for f in fields(cls)))


@dataclass(frozen=True)
class _Due:
    """An outlook to be written: the delivery, its verdict's status and time, and what was in force of each month right after the verdict."""

    receipt_id: str
    sent: _Sent
    status: str
    at: datetime
    months: dict[str, _InForce]


def write_outlooks(
    home: Home, ledger: Ledger, contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> list[str]:
    """Write the outlook of every judged delivery that has none. Returns a line for each sender's dataset whose outlooks could not be written."""
    problems: list[str] = []
    with Connections(home, 1) as connections:
        for (organiser, dataset), due in _due(home, ledger, contracts, counties).items():
            try:
                with connections.of_this_thread() as con:
                    found = _figures(con, dataset, due)
                for at in range(0, len(due), _AT_ONCE):
                    some = due[at : at + _AT_ONCE]
                    _write(
                        home.reports / organiser,
                        [_document(o, found, counties[organiser], contracts[dataset]) for o in some],
                    )
            except Exception as error:  # an outlook is no verdict: the night goes on, and the next one writes it
                failed = type(error).__name__
                problems.append(f"the outlooks of {organiser}, {dataset}, are not written ({failed}); run again")
    return problems


def _due(
    home: Home, ledger: Ledger, contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> dict[tuple[str, str], list[_Due]]:
    """By sender and dataset, in the order of verdicts."""
    erased = {receipt_id for e in ledger.events("erasure") for receipt_id in e.body["receipts"]}
    receipts = {
        e.subject: _Sent.of(e.body)
        for e in ledger.each("receipt")
        if e.subject not in erased and e.body["dataset"] in contracts and e.body["organiser_code"] in counties
    }
    in_force: dict[tuple[str, str], dict[str, _InForce]] = defaultdict(dict)
    due: dict[tuple[str, str], list[_Due]] = defaultdict(list)
    for verdict in ledger.each("verdict"):
        sent = receipts.get(verdict.subject)
        if sent is None:
            continue
        key = sent.organiser_code, sent.dataset
        months = in_force[key]
        known = months.get(sent.period)
        if verdict.body["slice"] and (known is None or sent.sequence > known.sequence):
            path = home.parquet / verdict.body["slice"]["path"]
            months[sent.period] = _InForce(verdict.subject, sent.sequence, path)
        if not (home.reports / key[0] / f"{verdict.subject}{_SUFFIXES[-1]}").exists():
            own = {p: months[p] for p in _before(sent.period) if p in months}
            due[key].append(_Due(verdict.subject, sent, verdict.body["status"], verdict.at, own))
    return due


def _before(period: str) -> list[str]:
    """The months of an outlook, the oldest first."""
    first = date.fromisoformat(f"{period}-01")
    months = (first.year * 12 + first.month - 1 - back for back in range(MONTHS))
    return sorted(f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months)


@cache
def figures() -> dict[str, dict[str, dict[str, Any]]]:
    """Dataset → figure → its SQL and its label in three languages."""
    return read_yaml(Path(__file__).with_suffix(".yml"))


def _figures(con: duckdb.DuckDBPyConnection, dataset: str, due: list[_Due]) -> dict[str, dict[str, Any]]:
    """Receipt id → the figures of its accepted rows."""
    slices = {month.path: month.receipt_id for outlook in due for month in outlook.months.values()}
    there = sorted(str(path) for path in slices if path.is_file())
    names = figures().get(dataset, {})
    if not there or not names:
        return {}
    columns = ", ".join(f'{figure["sql"]} as "{name}"' for name, figure in names.items())
    listed = ", ".join(map(quoted, there))
    rows = con.execute(
        f"select receipt_id, {columns} from read_parquet([{listed}], union_by_name = true) where rule_mask = 0 group by receipt_id"
    ).fetchall()
    return {receipt_id: dict(zip(names, values, strict=True)) for receipt_id, *values in rows}


def _document(due: _Due, found: Mapping[str, Mapping[str, Any]], county: County, contract: Contract) -> dict[str, Any]:
    """The outlook as data. Sums are texts, for they are exact; what is not known is null, never nought."""
    sent, periods = due.sent, _before(due.sent.period)
    values = {p: dict(found.get(due.months[p].receipt_id, {})) if p in due.months else {} for p in periods}
    names = figures().get(contract.name, {})
    now, month, year = periods[-1], periods[-2], periods[0]
    return {
        "format": _FORMAT,
        "receipt_id": due.receipt_id,
        "organiser_code": sent.organiser_code,
        "organiser_name": dict(county.name),
        "dataset": contract.name,
        "dataset_name": contract.label,
        "period": sent.period,
        "is_synthetic": sent.origin == "synthetic",
        "status": due.status,
        "as_of": due.at.isoformat(timespec="seconds"),
        "in_force_receipt_id": due.months[now].receipt_id if now in due.months else None,
        "figures": [
            {
                "figure": name,
                "label": figure["label"],
                "now": _told(values[now].get(name)),
                "last_month": _told(values[month].get(name)),
                "change_from_last_month_percent": _change(values[now].get(name), values[month].get(name)),
                "last_year": _told(values[year].get(name)),
                "change_from_last_year_percent": _change(values[now].get(name), values[year].get(name)),
            }
            for name, figure in names.items()
        ],
        "months": [
            {"period": p, "receipt_id": due.months[p].receipt_id if p in due.months else None, **_row(values[p], names)}
            for p in periods
        ],
    }


def _row(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {"figures": {name: _told(values.get(name)) for name in names}}


def _told(value: Any) -> int | str | None:
    return value if value is None or isinstance(value, int) else str(value)


def _change(now: Any, before: Any) -> str | None:
    """Per cent with one decimal; none where either is not known or the earlier one is nought."""
    if now is None or not before:
        return None
    change = 100 * (Decimal(now) - Decimal(before)) / abs(Decimal(before))
    return str(change.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _write(folder: Path, documents: list[dict[str, Any]]) -> None:
    """Write outlooks of one sender. A page stands for both its parts, so that it comes after them; one whose name a power cut took is written again."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for suffix, form in zip(_SUFFIXES, (_json, _page), strict=True):
        for document in documents:
            write_atomic(folder / f"{document['receipt_id']}{suffix}", form(document), flushes_folder=False)
            kill_point("outlook.written")
        fsync_dir(folder)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _page(document: dict[str, Any]) -> str:
    return template("outlook.html.j2").render(outlook=document, languages=list(_languages(document)))


def _languages(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for code in LANGUAGES:
        t = texts()[code]
        facts = {"organiser": document["organiser_name"][code], "dataset": document["dataset_name"][code]}
        title = t["outlook"]["title"].format(**facts, period=document["period"])
        yield {"code": code, "text": t, "title": title}
