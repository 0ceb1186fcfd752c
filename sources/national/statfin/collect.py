"""Collecting the population table: limits, metadata, probe, and one snapshot a year whose figures are new.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (metadata.py, cube.py, population.py).
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
TOPIC = "population"


def collect_population(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the population up to date.

    An unchanged table costs three small requests: limits, metadata and one cell, whose `updated` is the release the ledger already has. Otherwise each
    year is fetched and compared; those that say something new become snapshots. What cannot be had or used ends in a `failed` outcome with one line;
    the years that came whole are kept, the others keep their last good snapshot.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(
        lambda body, documents: _rows([parse_cube(document) for document in documents], settings.is_simulated)
    )
    try:
        # Written into the path because the server knows a bare `?config` only, not `?config=`.
        limits = read_limits(visit.get(f"{LANGUAGE}/?config").reply.json)
        visit.set_rate(limits.max_calls, limits.window_seconds)
        path = f"{LANGUAGE}/{settings.options['table']}"
        table = population_table(visit.get(path).reply.json, settings.options["measure"])
        years = _wanted_years(table, visit)
        if _is_known(visit, path, table, years):
            return visit.outcome()
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    return visit.outcome(_collect_years(visit, path, table, limits, years))


def _wanted_years(table: PopulationTable, visit: Visit) -> list[str]:
    """The table's years from the first one wanted. A year that was there before must still be."""
    if lost := sorted(visit.known_objects() - {_object(year) for year in table.time.values}):
        raise SourceError(f"{lost[0]} is no longer in the table: the last good snapshot stays")
    years = sorted(year for year in table.time.values if int(year) >= visit.settings.first_year)
    if not years:
        raise SourceError(f"the table has no year from {visit.settings.first_year} on: check first_year in source.yml")
    return years


def _object(year: str) -> str:
    return f"population/{year}"


def _is_known(visit: Visit, path: str, table: PopulationTable, years: list[str]) -> bool:
    """Whether the table's release is the one that was last compared whole. The listing's time is no help: it is stamped in bulk."""
    check = visit.last_check(TOPIC)
    if check is None or check["years"] != years or check["area_variable"] != table.area.code:
        return False
    probe = visit.post(path, _query(table.probe(years[-1])))
    cube = parse_cube(probe.reply.json)
    require_asked(cube, table.probe(years[-1]))
    return cube.updated == check["updated"]


def _collect_years(
    visit: Visit, path: str, table: PopulationTable, limits: Limits, years: list[str]
) -> list[FetchError | SourceError]:
    """Fetch and keep each year; the faults on the way. A fault of the connection ends the visit, a bad reply only its year."""
    contract = _contract()
    faults: list[FetchError | SourceError] = []
    releases = set()
    for year in years:
        try:
            releases.add(_collect_year(visit, path, table, limits, contract, year))
        except SourceError as error:
            faults.append(SourceError(f"{year}: {error}"))
        except FetchError as error:
            return [*faults, error]
    if not faults and len(releases) == 1:
        visit.note_check(TOPIC, {"updated": releases.pop(), "years": years, "area_variable": table.area.code})
    return faults


def _collect_year(
    visit: Visit, path: str, table: PopulationTable, limits: Limits, contract: Contract, year: str
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
    frame = _rows(cubes, visit.settings.is_simulated)
    before = visit.latest(_object(year))
    if frame["population"].count() == 0:
        raise SourceError("HVA-POP-0-005: the reply has no figure at all: the last good snapshot stays")
    if before is not None:
        require_no_loss(frame, before, table.area.code)
    require_rows(contract, frame)
    require_totals(frame)
    facts = {"source_updated": updated[0], "values": frame["population"].count(), "area_variable": table.area.code}
    visit.keep(_object(year), parts, frame, content_digest(frame), facts)
    return updated[0]


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)


def _asked_cube(part: Part, selection: Selection) -> Cube:
    cube = parse_cube(part.reply.json)
    require_asked(cube, selection)
    return cube


def _rows(cubes: list[Cube], simulated: bool) -> pl.DataFrame:
    import polars as pl

    return in_order(pl.concat([population_rows(cube, simulated) for cube in cubes]))


def _query(selection: Selection) -> dict[str, Any]:
    query = [{"code": code, "selection": {"filter": "item", "values": list(v)}} for code, v in selection.items()]
    return {"query": query, "response": {"format": "json-stat2"}}
