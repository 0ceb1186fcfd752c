"""Collecting the municipality map: the list of tables, a cheap look at their pairs, and one snapshot a year that is new.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (listing.py, maps.py).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.home import Home
from sources.http import Client, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.classifications.listing import find_tables, listed_pairs, pairs_digest, table_path
from sources.national.classifications.maps import LANGUAGES, municipality_map, require_no_loss
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.settings import SourceSettings
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
COUNTY, AREA = "hyvinvointialue", "yhteistyoalue"
_JSON = {"format": "json"}


def collect_municipality_map(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the municipality map up to date, one object a year.

    A year already known costs two small lists of code pairs; a year that is new or whose pairs moved costs its two tables in three languages. What cannot
    be had or used ends in a `failed` outcome with one line; the years that came whole are kept, the others keep their last good snapshot.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(_restored)
    try:
        tables = find_tables(visit.get("correspondenceTables", _JSON).reply.json)
        years, note = _wanted_years(tables, visit)
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    faults: list[FetchError | SourceError] = []
    for year in years:
        try:
            _collect_year(visit, year, (tables[year, COUNTY], tables[year, AREA]))
        except SourceError as error:
            faults.append(error)
        except FetchError as error:
            return visit.outcome([*faults, error])
    return visit.outcome(faults, note)


def plan_municipality_map(known: History) -> Plan:
    """What the next visit will ask, if the tables of this year are out."""
    years = range(known.settings.first_year, known.at.year + 1)
    names = [f"municipality_map/{year}" for year in years]
    believed = sum(known.last_check(str(year)) is not None for year in years)
    whole = 2 * len(LANGUAGES)
    return plan_of(
        known,
        names,
        (
            Ask("list of tables", 1, 1),
            Ask("pairs of codes", 2 * believed, 2 * believed),
            Ask("tables in three languages", whole * (len(names) - believed), whole * len(names)),
        ),
    )


def _wanted_years(tables: dict[tuple[int, str], str], visit: Visit) -> tuple[list[int], str | None]:
    """Every year from the first to this one, and a note where this year's tables are not out yet: they come in January, some years late."""
    this_year = visit.at.year
    years = list(range(visit.settings.first_year, this_year + 1))
    lacking = [year for year in years if (year, COUNTY) not in tables or (year, AREA) not in tables]
    serious = [year for year in lacking if year != this_year or f"municipality_map/{year}" in visit.known_objects()]
    if serious:
        raise SourceError(
            f"the list has no tables from municipalities of {serious[0]} to {COUNTY} and {AREA}: the last good maps stay"
        )
    note = f"the tables of {this_year} are not published yet" if lacking else None
    return [year for year in years if year not in lacking], note


def _collect_year(visit: Visit, year: int, tables: tuple[str, str]) -> None:
    name = f"municipality_map/{year}"
    check = visit.last_check(str(year))
    if check is not None and check["tables"] == list(tables) and check["pairs"] == _pairs(visit, tables):
        return
    parts = [_part(visit, table, language) for table in tables for language in LANGUAGES]
    documents = [part.reply.json for part in parts]
    frame = _typed(year, tables, documents)
    before = visit.latest(name)
    if before is not None:
        require_no_loss(frame, before)
    visit.keep(
        name, parts, frame, content_digest(frame), {"source_updated": None, "year": year, "tables": list(tables)}
    )
    in_finnish = (documents[0], documents[len(LANGUAGES)])
    pairs = [pairs_digest((m["sourceItem"]["code"], m["targetItem"]["code"]) for m in maps) for maps in in_finnish]
    visit.note_check(str(year), {"tables": list(tables), "pairs": pairs})


def _pairs(visit: Visit, tables: tuple[str, str]) -> list[str]:
    """What the short lists of both tables say, to compare with the last whole comparison."""
    return [listed_pairs(visit.get(table_path(table), _JSON).reply.json, table) for table in tables]


def _part(visit: Visit, table: str, language: str) -> Part:
    return visit.get(table_path(table), {"content": "data", "meta": "min", "lang": language} | _JSON)


def _typed(year: int, tables: tuple[str, str], documents: list[Any]) -> pl.DataFrame:
    """Rows of one year out of its replies: the county table in each language, then the area table in each."""
    counties, areas = documents[: len(LANGUAGES)], documents[len(LANGUAGES) :]
    return municipality_map(
        year, dict(zip(LANGUAGES, counties, strict=True)), dict(zip(LANGUAGES, areas, strict=True)), tables
    )


def _restored(body: dict[str, Any], documents: list[Any]) -> pl.DataFrame:
    return _typed(body["year"], tuple(body["tables"]), documents)
