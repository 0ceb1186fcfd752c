"""Collecting koodistot.suomi.fi: whether a list moved, and one snapshot of it when it did.

Belongs here: the requests and replies of that interface. Does not belong here: rows of codes and what must hold of them (sources/national/codeserver).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.codeserver.collect import collect_lists, keep_list, plan_lists
from sources.national.codeserver.rows import ITEM, ITEM_COLUMNS, typed
from sources.national.cost import Plan
from sources.national.fields import read_fields
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.settings import SourceSettings
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

ROOM = Path(__file__).parent
SETTINGS = ROOM / "source.yml"
SCHEMA = ROOM / "replies.schema.json"


def collect_codelist(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the list of occupations up to date.

    A list that did not move costs two small questions: how many codes it has, and whether one was modified since the last whole comparison. Otherwise, and every 30
    days, it is read page by page. A list that fails keeps its last good snapshot.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: _rows(body["object"], documents, settings.is_simulated, []))
    notes: list[str] = []
    return collect_lists(visit, wanted(), partial(_collect_list, notes=notes), notes)


def plan_codelist(known: History) -> Plan:
    """What the next visit will ask."""
    return plan_lists(known, {name: {"path": path} for name, path in wanted().items()})


@cache
def wanted() -> dict[str, str]:
    """Object → path of its codes."""
    said = yaml.safe_load((ROOM / "lists.yml").read_text(encoding="utf-8"))["lists"]
    return {
        f"{ITEM}/{name}": f"coderegistries/{where['registry']}/codeschemes/{where['scheme']}/codes/"
        for name, where in said.items()
    }


def _collect_list(visit: Visit, name: str, path: str, notes: list[str]) -> None:
    check = visit.last_check(name)
    if check is not None and check["path"] == path and not _has_moved(visit, name, path, check, notes):
        return
    size = int(visit.settings.options["page_size"])
    parts: list[Part] = []
    page: dict[str, Any] = {}
    # An empty page ends the list, whatever number of codes it tells.
    while not page or (page["results"] and len(parts) * size < page["meta"]["totalResults"]):
        parts.append(visit.get(path, {"format": "json", "pageSize": str(size), "from": str(len(parts) * size)}))
        page = _page(parts[-1].reply.json, name, notes)
    frame = _rows(name, [part.reply.json for part in parts], visit.settings.is_simulated, notes)
    keep_list(visit, name, parts, frame, {"path": path})


def _has_moved(visit: Visit, name: str, path: str, check: dict[str, Any], notes: list[str]) -> bool:
    one = {"format": "json", "pageSize": "1", "from": "0"}
    modified = _page(visit.get(path, one | {"after": f"{check['since']}T00:00:00Z"}).reply.json, name, notes)
    return modified["meta"]["totalResults"] > 0 or (
        _page(visit.get(path, one).reply.json, name, notes)["meta"]["totalResults"] != check["count"]
    )


def _page(document: Any, name: str, notes: list[str]) -> dict[str, Any]:
    notes += read_fields(SCHEMA, "page", document, name)
    return document


def _rows(name: str, documents: list[Any], simulated: bool, notes: list[str]) -> pl.DataFrame:
    """Codes of all pages. Broader codes come as addresses, whose last part is the code."""
    pages = [_page(document, name, notes) for document in documents]
    codes = [code for page in pages for code in page["results"]]
    totals = {page["meta"]["totalResults"] for page in pages}
    if totals != {len(codes)}:
        raise SourceError(
            f"HVA-COD-0-021: {name}: {len(codes)} codes came, {max(totals)} said: changed while it was read"
        )
    rows = [
        {
            "code_system": name.partition("/")[2],
            "code": code["codeValue"],
            **{f"code_name_{language}": code["prefLabel"].get(language) for language in ("fi", "sv", "en")},
            "parent_code": code.get("broaderCode", {}).get("uri", "").rpartition("/")[2],
            "status": code["status"],
            "valid_from": code.get("startDate"),
            "valid_to": code.get("endDate"),
        }
        for code in codes
    ]
    return typed(rows, ITEM_COLUMNS, name, simulated)
