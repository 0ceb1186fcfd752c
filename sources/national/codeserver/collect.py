"""Collecting THL's code server: whether a list moved, and one snapshot of it when it did.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (csapi.py, rows.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.codeserver.csapi import concepts, item_row, organisation_row, read_page
from sources.national.codeserver.rows import (
    ITEM,
    ITEM_COLUMNS,
    ORGANISATION,
    ORGANISATION_COLUMNS,
    require_list,
    typed,
)
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

ROOM = Path(__file__).parent
SETTINGS = ROOM / "source.yml"
CONTRACTS = {ITEM: ROOM / "code_list_item.yml", ORGANISATION: ROOM / "care_organisation.yml"}
_NOBODY_THERE = frozenset({"dns", "connect", "proxy", "tls", "timeout"})


def collect_codeserver(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring service classes, contact modes, specialties and organisations up to date.

    A list that did not move costs two small questions: how many codes are active, and whether one was modified since the last whole comparison. Otherwise, and every
    30 days, it is read page by page. A list that fails keeps its last good snapshot and stops no other.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: _rows(body["object"], documents, settings.is_simulated, []))
    notes: list[str] = []
    return collect_lists(visit, wanted(), partial(_collect_list, notes=notes), notes)


def plan_codeserver(known: History) -> Plan:
    """What the next visit will ask."""
    return plan_lists(known, {name: {"oid": oid} for name, oid in wanted().items()})


def plan_lists(known: History, lists: dict[str, dict[str, str]]) -> Plan:
    """What is asked of lists, each known by `lists`: two small questions of one that is believed, else its pages. How many pages a list has that never came, its first page tells."""
    size = int(known.settings.options["page_size"])
    believed = [name for name, by in lists.items() if _is_believed(known, name, by)]
    pages = {name: _pages(known.noted(name).get("count"), size) for name in lists}
    read = [name for name in lists if name not in believed]
    most = None if None in pages.values() else sum(pages.values())
    return plan_of(
        known,
        lists,
        (
            Ask("whether lists moved", 2 * len(believed), 2 * len(believed)),
            Ask("pages of lists", sum(pages[name] or 1 for name in read), most),
        ),
    )


def _is_believed(known: History, name: str, known_by: dict[str, str]) -> bool:
    check = known.last_check(name)
    return check is not None and known_by.items() <= check.items()


def _pages(count: int | None, size: int) -> int | None:
    return None if count is None else max(1, ceil(count / size))


def collect_lists(
    visit: Visit, lists: dict[str, Any], collect: Callable[[Visit, str, Any], None], notes: list[str]
) -> SourceOutcome:
    """Collect each list by itself; a server that nobody answers at is asked once."""
    faults: list[FetchError | SourceError] = []
    for name, where in lists.items():
        try:
            collect(visit, name, where)
        except SourceError as error:
            faults.append(SourceError(f"{name}: {error}"))
        except FetchError as error:
            faults.append(error)
            if error.reason in _NOBODY_THERE:
                break
    return visit.outcome(faults, "; ".join(dict.fromkeys(notes)) or None)


@cache
def wanted() -> dict[str, str]:
    """Object → OID."""
    said = yaml.safe_load((ROOM / "lists.yml").read_text(encoding="utf-8"))
    return {f"{ITEM}/{name}": oid for name, oid in said["lists"].items()} | {
        f"{ORGANISATION}/all": said["organisations"]
    }


def _collect_list(visit: Visit, name: str, oid: str, notes: list[str]) -> None:
    path = f"classifications/{oid}/conceptcodes"
    asked = {"status": "ACTIVE", "sortBy": "CONCEPTCODEID"}
    check = visit.last_check(name)
    if check is not None and check["oid"] == oid and not _has_moved(visit, path, asked, check, name, notes):
        return
    size = visit.settings.options["page_size"]
    parts: list[Part] = []
    page: dict[str, Any] = {}
    # An empty page ends the list, whatever number of pages it tells.
    while not page or (page["conceptCodes"] and len(parts) < page["totalPages"]):
        parts.append(visit.get(path, asked | {"pageSize": size, "page": str(len(parts) + 1)}))
        page = read_page(parts[-1].reply.json, name, notes)
    frame = _rows(name, [part.reply.json for part in parts], visit.settings.is_simulated, notes)
    keep_list(visit, name, parts, frame, {"oid": oid})


def keep_list(visit: Visit, name: str, parts: list[Part], frame: pl.DataFrame, known_by: dict[str, Any]) -> None:
    """Judge a whole list, keep it if it is new, and note by what it will be known. Raises SourceError."""
    require_list(frame, visit.latest(name), name)
    require_rows(contract_of(name), frame)
    visit.keep(name, parts, frame, content_digest(frame), {"source_updated": None})
    visit.note_check(name, known_by | {"count": frame.height, "since": since(visit)})


def since(visit: Visit) -> str:
    """The day from which a modification is news: the one before tonight, as a list may be modified on the evening it was read."""
    return (visit.at - timedelta(days=1)).date().isoformat()


def _has_moved(
    visit: Visit, path: str, asked: dict[str, str], check: dict[str, Any], name: str, notes: list[str]
) -> bool:
    """Whether codes were modified since, or their number is another: a code that is no longer active is in no list of active ones."""
    one = asked | {"pageSize": "1", "page": "1"}
    modified = read_page(visit.get(path, one | {"modifiedAfter": check["since"]}).reply.json, name, notes)
    return modified["totalItems"] > 0 or (
        read_page(visit.get(path, one).reply.json, name, notes)["totalItems"] != check["count"]
    )


def _rows(name: str, documents: list[Any], simulated: bool, notes: list[str]) -> pl.DataFrame:
    found = concepts([read_page(document, name, notes) for document in documents], name)
    kind, _, system = name.partition("/")
    if kind == ORGANISATION:
        return typed([organisation_row(concept) for concept in found], ORGANISATION_COLUMNS, name, simulated)
    return typed([item_row(concept, system) for concept in found], ITEM_COLUMNS, name, simulated)


@cache
def contract_of(name: str) -> Contract:
    """The contract of an object's rows."""
    return load_contract(CONTRACTS[name.partition("/")[0]])
