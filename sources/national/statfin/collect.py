"""Collecting a table of population by area, sex, age and year: limits, metadata, probe, and one snapshot a year whose figures are new.

Belongs here: the order of the requests and what is compared with what, and the population table itself. Does not belong here: reading the replies (metadata.py, cube.py,
population.py), and other tables of the same shape (projection/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.statfin.cube import Cube, parse_cube
from sources.national.statfin.metadata import (
    Limits,
    PopulationTable,
    population_table,
    read_limits,
    table_of_shape,
)
from sources.national.statfin.planner import Selection, cells
from sources.national.statfin.population import (
    in_order,
    population_rows,
    require_asked,
    require_no_loss,
    require_totals,
)
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "population.yml"
LANGUAGE = "fi"  # the texts that variables are known by are Finnish


@dataclass(frozen=True)
class Kept:
    """A table as it is kept here. `objects` begins the names of its snapshots (their folder first), `contract` judges its rows.

    `extra` adds columns after CONTENT: it gets the typed rows and the code of the area variable. `adds_up`: totals are known to be the sums of their parts.
    """

    objects: str
    contract: Path
    extra: Callable[[pl.DataFrame, str], pl.DataFrame] | None = None
    adds_up: bool = True


def collect_population(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the population of 31 December up to date; see `collect_table`."""
    return collect_table(Kept("population", CONTRACT), home, ledger, landing, client, settings, at)


def plan_population(known: History) -> Plan:
    """What the next visit will ask."""
    return plan_table(Kept("population", CONTRACT), known)


def collect_table(
    kept: Kept,
    home: Home,
    ledger: Ledger,
    landing: Landing,
    client: Client,
    settings: SourceSettings,
    at: datetime,
) -> SourceOutcome:
    """Bring a table up to date.

    An unchanged table costs three small requests: limits, metadata and one cell, whose `updated` is the release the ledger already has. A year that was not compared
    whole under that release is fetched and compared; those that say something new become snapshots. What cannot be had or used ends in a `failed` outcome with
    one line; the years that came whole are kept and not asked again, the others keep their last good snapshot.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(
        lambda body, documents: _rows(kept, [parse_cube(d) for d in documents], settings, body["area_variable"])
    )
    try:
        # Written into the path because the server knows a bare `?config` only, not `?config=`.
        limits = read_limits(visit.get(f"{LANGUAGE}/?config").reply.json)
        visit.set_rate(limits.max_calls, limits.window_seconds)
        path = f"{LANGUAGE}/{settings.options['table']}"
        table = population_table(visit.get(path).reply.json, settings.options["measure"])
        years = _wanted_years(kept, table, visit)
        due, believed = due_years(kept, visit, years, table.area.code)
        if believed:
            released = _release(visit, path, table, years[-1])
            due = sorted([*due, *(year for year, updated in believed.items() if updated != released)])
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    facts = _facts(table, limits)
    if visit.noted(kept.objects) != facts:
        visit.note_check(kept.objects, facts)
    return visit.outcome(_collect_years(kept, visit, path, table, limits, due))


def _facts(table: PopulationTable, limits: Limits) -> dict[str, Any]:
    """What a plan needs to know of the table and its server."""
    years = sorted(table.time.values)
    return {
        "area_variable": table.area.code,
        "shape": table.shape,
        "years": [years[0], years[-1]],
        "limits": {"cells": limits.max_cells, "calls": limits.max_calls, "window_seconds": limits.window_seconds},
    }


def due_years(
    kept: Kept, known: History, years: list[str], area_variable: str | None
) -> tuple[list[str], dict[str, str]]:
    """The years that are fetched whatever the release is, and those that were compared whole, each with the release that it was compared under."""
    checks = {year: known.last_check(_object(kept, year)) for year in years}
    believed = {y: c["updated"] for y, c in checks.items() if c is not None and c["area_variable"] == area_variable}
    return [year for year in years if year not in believed], believed


def plan_table(kept: Kept, known: History) -> Plan:
    """What `collect_table` will ask: of the table as the last visit noted it, before that as source.yml expects it."""
    facts = known.noted(kept.objects) or known.settings.expected
    first, last = (int(year) for year in facts["years"])
    years = [str(year) for year in range(max(first, known.settings.first_year), last + 1)]
    due, believed = due_years(kept, known, years, facts.get("area_variable"))
    table, most_cells = table_of_shape(**facts["shape"]), facts["limits"]["cells"]
    requests = {year: table.requests(year, most_cells) for year in years}

    def count(of: Iterable[str]) -> int:
        return sum(len(requests[year]) for year in of)

    return plan_of(
        known,
        [_object(kept, year) for year in years],
        (
            Ask("limits, metadata and the release", 2 + bool(believed), 2 + bool(believed)),
            Ask("years", count(due), count(due) + count(believed)),
        ),
        calls=facts["limits"]["calls"],
        window_seconds=facts["limits"]["window_seconds"],
        kept=sum(name.startswith(f"{kept.objects}/") for name in known.known_objects()),
        cells=max((cells(part) for parts in requests.values() for part in parts), default=0),
        max_cells=most_cells,
    )


def _wanted_years(kept: Kept, table: PopulationTable, visit: Visit) -> list[str]:
    """The table's years from the first one wanted. A year that was there before must still be."""
    known = {name for name in visit.known_objects() if name.startswith(f"{kept.objects}/")}
    if lost := sorted(known - {_object(kept, year) for year in table.time.values}):
        raise SourceError(f"{lost[0]} is no longer in the table: the last good snapshot stays")
    years = sorted(year for year in table.time.values if int(year) >= visit.settings.first_year)
    if not years:
        raise SourceError(f"the table has no year from {visit.settings.first_year} on: check first_year in source.yml")
    return years


def _object(kept: Kept, year: str) -> str:
    return f"{kept.objects}/{year}"


def _release(visit: Visit, path: str, table: PopulationTable, year: str) -> str:
    """The time stamp of the table's release, from one cell. The listing's time is no help: it is stamped in bulk."""
    probe = visit.post(path, query(table.probe(year)))
    cube = parse_cube(probe.reply.json)
    require_asked(cube, table.probe(year))
    return cube.updated


def _collect_years(
    kept: Kept, visit: Visit, path: str, table: PopulationTable, limits: Limits, years: list[str]
) -> list[FetchError | SourceError]:
    """Fetch and keep each year; the faults on the way. A fault of the connection ends the visit, a bad reply only its year."""
    contract = _contract(kept.contract)
    faults: list[FetchError | SourceError] = []
    for year in years:
        try:
            _collect_year(kept, visit, path, table, limits, contract, year)
        except SourceError as error:
            faults.append(SourceError(f"{year}: {error}"))
        except FetchError as error:
            return [*faults, error]
    return faults


def _collect_year(
    kept: Kept, visit: Visit, path: str, table: PopulationTable, limits: Limits, contract: Contract, year: str
) -> None:
    """Fetch one year in as many parts as the limit asks for, keep it if it is new, and note under which release it was compared."""
    selections = table.requests(year, limits.max_cells)
    parts = [visit.post(path, query(selection)) for selection in selections]
    cubes = [_asked_cube(part, selection) for part, selection in zip(parts, selections, strict=True)]
    updated = sorted({cube.updated for cube in cubes})
    if len(updated) > 1:
        raise SourceError(
            f"the table was released anew while it was read ({updated[0]}, {updated[-1]}): the next night takes it"
        )
    frame = _rows(kept, cubes, visit.settings, table.area.code)
    before = visit.latest(_object(kept, year))
    if frame["population"].count() == 0:
        raise SourceError("HVA-POP-0-005: the reply has no figure at all: the last good snapshot stays")
    if before is not None:
        require_no_loss(frame, before, table.area.code)
    require_rows(contract, frame)
    if kept.adds_up:
        require_totals(frame)
    facts = {"source_updated": updated[0], "values": frame["population"].count(), "area_variable": table.area.code}
    visit.keep(_object(kept, year), parts, frame, content_digest(frame), facts)
    visit.note_check(_object(kept, year), {"updated": updated[0], "area_variable": table.area.code})


@cache
def _contract(path: Path) -> Contract:
    return load_contract(path)


def _asked_cube(part: Part, selection: Selection) -> Cube:
    cube = parse_cube(part.reply.json)
    require_asked(cube, selection)
    return cube


def _rows(kept: Kept, cubes: list[Cube], settings: SourceSettings, area_variable: str) -> pl.DataFrame:
    import polars as pl

    rows = in_order(pl.concat([population_rows(cube, settings.is_simulated) for cube in cubes]))
    return rows if kept.extra is None else kept.extra(rows, area_variable)


def query(selection: Selection) -> dict[str, Any]:
    """The query that asks for the selected cells."""
    asked = [{"code": code, "selection": {"filter": "item", "values": list(v)}} for code, v in selection.items()]
    return {"query": asked, "response": {"format": "json-stat2"}}
