"""Collecting a table of population by area, sex, age and year: limits, metadata, probe, and one snapshot a year whose figures are new.

Belongs here: the order of the requests and what is compared with what, and the population table itself. Does not belong here: reading the replies (metadata.py, cube.py,
population.py), and other tables of the same shape (projection/).
"""

from __future__ import annotations

from collections.abc import Callable
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
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.statfin.cube import Cube, parse_cube
from sources.national.statfin.metadata import Limits, PopulationTable, population_table, read_limits
from sources.national.statfin.planner import Selection, split
from sources.national.statfin.population import (
    content_digest,
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

    An unchanged table costs three small requests: limits, metadata and one cell, whose `updated` is the release the ledger already has. Otherwise each
    year is fetched and compared; those that say something new become snapshots. What cannot be had or used ends in a `failed` outcome with one line;
    the years that came whole are kept, the others keep their last good snapshot.
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
        if _is_known(kept, visit, path, table, years):
            return visit.outcome()
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    return visit.outcome(_collect_years(kept, visit, path, table, limits, years))


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


def _is_known(kept: Kept, visit: Visit, path: str, table: PopulationTable, years: list[str]) -> bool:
    """Whether the table's release is the one that was last compared whole. The listing's time is no help: it is stamped in bulk."""
    check = visit.last_check(kept.objects)
    if check is None or check["years"] != years or check["area_variable"] != table.area.code:
        return False
    probe = visit.post(path, _query(table.probe(years[-1])))
    cube = parse_cube(probe.reply.json)
    require_asked(cube, table.probe(years[-1]))
    return cube.updated == check["updated"]


def _collect_years(
    kept: Kept, visit: Visit, path: str, table: PopulationTable, limits: Limits, years: list[str]
) -> list[FetchError | SourceError]:
    """Fetch and keep each year; the faults on the way. A fault of the connection ends the visit, a bad reply only its year."""
    contract = _contract(kept.contract)
    faults: list[FetchError | SourceError] = []
    releases = set()
    for year in years:
        try:
            releases.add(_collect_year(kept, visit, path, table, limits, contract, year))
        except SourceError as error:
            faults.append(SourceError(f"{year}: {error}"))
        except FetchError as error:
            return [*faults, error]
    if not faults and len(releases) == 1:
        visit.note_check(kept.objects, {"updated": releases.pop(), "years": years, "area_variable": table.area.code})
    return faults


def _collect_year(
    kept: Kept, visit: Visit, path: str, table: PopulationTable, limits: Limits, contract: Contract, year: str
) -> str:
    """Fetch one year in as many parts as the limit asks for, and keep it if it is new. Returns its release's time stamp."""
    selections = split(table.selection(year), limits.max_cells, (table.area.code, table.age.code, table.sex.code))
    parts = [visit.post(path, _query(selection)) for selection in selections]
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
    return updated[0]


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


def _query(selection: Selection) -> dict[str, Any]:
    query = [{"code": code, "selection": {"filter": "item", "values": list(v)}} for code, v in selection.items()]
    return {"query": query, "response": {"format": "json-stat2"}}
