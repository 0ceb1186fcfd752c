"""Collecting the key figures: limits, metadata, probe, and one snapshot of all years when they moved.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (figures.py, statfin/).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.key_figures.figures import (
    KeyFigureTable,
    key_figure_rows,
    key_figure_table,
    require_no_loss,
)
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.statfin.collect import LANGUAGE, query
from sources.national.statfin.cube import Cube, parse_cube
from sources.national.statfin.metadata import Limits, read_limits
from sources.national.statfin.planner import Selection, cells, split
from sources.national.statfin.population import require_asked
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "key_figure.yml"
OBJECT, TABLE = "key_figure/all", "table"


def collect_key_figures(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the key figures up to date.

    An unchanged table costs three small requests: limits, metadata and one cell, whose `updated` is the release. Otherwise everything that is taken is fetched, in one
    request as long as the server's limit allows, and compared. What cannot be had or used ends in a `failed` outcome with one line; the last good snapshot stays.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: _rows([parse_cube(d) for d in documents], settings))
    try:
        limits = read_limits(visit.get(f"{LANGUAGE}/?config").reply.json)
        visit.set_rate(limits.max_calls, limits.window_seconds)
        path = f"{LANGUAGE}/{settings.options['table']}"
        table = key_figure_table(visit.get(path).reply.json)
        selection = table.selection(settings.first_year)
        _note(visit, selection, table, limits)
        if not _is_known(visit, path, table, selection):
            _collect(visit, path, table, selection, limits)
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    return visit.outcome()


def plan_key_figures(known: History) -> Plan:
    """What the next visit will ask: of the table as the last visit noted it, before that as source.yml expects it."""
    facts = known.noted(TABLE) or known.settings.expected
    first, last = (int(year) for year in facts["years"])
    years = tuple(str(year) for year in range(max(first, known.settings.first_year), last + 1))
    sizes = {name: tuple(map(str, range(size))) for name, size in facts["shape"].items()}
    parts = split(sizes | {"years": years}, facts["limits"]["cells"], ("years",))
    check = known.last_check(OBJECT)
    believed = check is not None and check["years"] == [years[0], years[-1]]
    return plan_of(
        known,
        [OBJECT],
        (
            Ask("limits, metadata and the release", 2 + believed, 2 + believed),
            Ask("figures", 0 if believed else len(parts), len(parts)),
        ),
        calls=facts["limits"]["calls"],
        window_seconds=facts["limits"]["window_seconds"],
        cells=max(map(cells, parts)),
        max_cells=facts["limits"]["cells"],
    )


def _note(visit: Visit, selection: Selection, table: KeyFigureTable, limits: Limits) -> None:
    """What a plan needs to know of the table and its server."""
    years = sorted(table.time.values)
    facts = {
        "shape": {"areas": len(selection[table.area.code]), "measures": len(selection[table.contents.code])},
        "years": [years[0], years[-1]],
        "limits": {"cells": limits.max_cells, "calls": limits.max_calls, "window_seconds": limits.window_seconds},
    }
    if visit.noted(TABLE) != facts:
        visit.note_check(TABLE, facts)


def _known_by(table: KeyFigureTable, selection: Selection, updated: str) -> dict[str, Any]:
    years = selection[table.time.code]
    return {"updated": updated, "years": [years[0], years[-1]], "areas": list(selection[table.area.code])}


def _is_known(visit: Visit, path: str, table: KeyFigureTable, selection: Selection) -> bool:
    """Whether the table's release is the one that was last compared whole, and the same is wanted of it."""
    check = visit.last_check(OBJECT)
    if check is None or check != _known_by(table, selection, check["updated"]):
        return False
    cube = _cube(visit.post(path, query(table.probe())), table.probe())
    return cube.updated == check["updated"]


def _collect(visit: Visit, path: str, table: KeyFigureTable, selection: Selection, limits: Limits) -> None:
    """Fetch everything that is taken and keep it if it is new. Errors: FetchError, SourceError."""
    selections = split(selection, limits.max_cells, (table.time.code,))
    parts = [visit.post(path, query(one)) for one in selections]
    cubes = [_cube(part, one) for part, one in zip(parts, selections, strict=True)]
    updated = sorted({cube.updated for cube in cubes})
    if len(updated) > 1:
        raise SourceError("HVA-KEY-0-009: the table was released anew while it was read: the next night takes it")
    frame = _rows(cubes, visit.settings)
    figures = require_no_loss(frame, visit.latest(OBJECT))
    require_rows(_contract(), frame)
    visit.keep(OBJECT, parts, frame, content_digest(frame), {"source_updated": updated[0], "values": figures})
    visit.note_check(OBJECT, _known_by(table, selection, updated[0]))


def _cube(part: Part, selection: Selection) -> Cube:
    cube = parse_cube(part.reply.json)
    require_asked(cube, selection)
    return cube


def _rows(cubes: list[Cube], settings: SourceSettings) -> pl.DataFrame:
    import polars as pl

    return pl.concat([key_figure_rows(cube, settings.is_simulated) for cube in cubes]).sort(
        "year", "area_code", "indicator_code"
    )


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)
