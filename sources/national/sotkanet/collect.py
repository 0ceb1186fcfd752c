"""Collecting Sotkanet: whose turn it is, what each indicator says of itself, and one snapshot of its rows when they moved.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (metadata.py, regions.py, observations.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, Expect, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.sotkanet.catalogue import NIGHTS_OF_A_ROUND, catalogue, probed_on
from sources.national.sotkanet.metadata import Metadata, metadata_rows, read_metadata
from sources.national.sotkanet.observations import (
    Asked,
    UnknownRegionError,
    observation_rows,
    require_some,
)
from sources.national.sotkanet.regions import known_regions, region_rows, require_whole
from sources.national.visit import Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "sotkanet_observation.yml"
OBSERVATION, INDICATOR, REGION = "sotkanet_observation", "sotkanet_indicator", "sotkanet_region/all"
_REGIONS_TOPIC = "regions"
# After so many indicators in a row that got no answer, the service is down and the rest is left for the next night.
MOST_UNANSWERED = 3
_ANY_ROWS = Expect(
    ("application/json",), "json", min_rows=0
)  # an indicator without rows answers so; what that means is judged here
_NO_ANSWER = frozenset({"dns", "connect", "proxy", "tls", "timeout", "cut", "rate"})


def collect_sotkanet(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the indicators of the catalogue up to date.

    A night asks one indicator in seven how it describes itself; where `data-updated` and the years are those that were last compared whole, that is all.
    Otherwise all its years and sexes are fetched in one request and compared. An indicator never had, or left out for too long, is asked besides. What
    fails is told by indicator in one line; the others are collected, and the failed ones keep their last good snapshot.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: _restored(body, documents, landing, settings.is_simulated))
    regions = _Regions(visit, landing)
    faults: dict[int, FetchError | SourceError] = {}
    due = _due(visit)
    unanswered = 0
    for place, indicator_id in enumerate(due):
        try:
            _collect_indicator(visit, regions, indicator_id)
            unanswered = 0
        except (FetchError, SourceError) as error:
            faults[indicator_id] = error
            unanswered = unanswered + 1 if _is_unanswered(error) else 0
        if unanswered == MOST_UNANSWERED:
            return visit.outcome([_told(faults, len(due) - place - 1)])
    return visit.outcome([_told(faults, 0)] if faults else ())


def plan_sotkanet(known: History) -> Plan:
    """What the next visit will ask. Of an indicator whose turn it is only its description tells whether its rows moved."""
    due, every = _due(known), [f"{OBSERVATION}/{i.indicator_id}" for i in catalogue()]
    moved = sum(known.last_check(str(indicator_id)) is None for indicator_id in due)
    listed = int(bool(moved) and known.last_check(_REGIONS_TOPIC) is None)
    return plan_of(
        known,
        every,
        (
            Ask("descriptions of indicators", len(due), len(due)),
            Ask("rows of indicators", moved, len(due)),
            Ask("list of regions", listed, int(bool(due))),
        ),
        known_bytes=known.bytes_of(f"{OBSERVATION}/{indicator_id}" for indicator_id in due),
    )


def _due(visit: History) -> list[int]:
    """Whose turn it is, who was never had, and whose whole comparison is overdue because its turn fell on nights that did not run."""
    turn, known = probed_on(visit.at), visit.known_objects()
    overdue = visit.settings.full_compare + timedelta(days=NIGHTS_OF_A_ROUND)
    return [
        i.indicator_id
        for i in catalogue()
        if i.indicator_id in turn
        or f"{OBSERVATION}/{i.indicator_id}" not in known
        or visit.checked_before(str(i.indicator_id), visit.at - overdue)
    ]


def _is_unanswered(error: FetchError | SourceError) -> bool:
    return isinstance(error, FetchError) and (error.reason in _NO_ANSWER or (error.status or 0) >= 500)


def _told(faults: dict[int, FetchError | SourceError], left: int) -> SourceError:
    """All faults in one line: the first in its own words, the others by their indicator."""
    ids = ", ".join(map(str, faults))
    rest = f"; {left} more were not asked tonight" if left else ""
    first = next(iter(faults.values()))
    return SourceError(
        f"indicator{'s' if len(faults) > 1 else ''} {ids} failed ({first}){rest}; their last good rows stay"
    )


class _Regions:
    """The list of regions: that of the last snapshot while it is recent, fetched at most once a night, and only when rows are to be typed."""

    def __init__(self, visit: Visit, landing: Landing) -> None:
        self._visit, self._landing = visit, landing
        self._found: tuple[pl.DataFrame, str] | None = None
        self._fault: FetchError | SourceError | None = None
        self._is_asked = False

    def known(self) -> tuple[pl.DataFrame, str]:
        """What an observation's region may be, and the SHA-256 of the reply it was read from. Errors: FetchError, SourceError."""
        if self._found is None:
            latest = self._visit.latest(REGION)
            recent = latest is not None and self._visit.last_check(_REGIONS_TOPIC) is not None
            if recent and self._landing.has(latest["sha256"]):
                simulated = self._visit.settings.is_simulated
                self._found = _regions_of(self._landing, latest["sha256"], simulated), latest["sha256"]
            else:
                self.renewed()
        return self._found

    def renewed(self) -> bool:
        """Fetch the list, unless that was done tonight: False. Errors: FetchError, SourceError, the same all night."""
        if self._fault is not None:
            raise self._fault
        if self._is_asked:
            return False
        self._is_asked = True
        try:
            self._fetch()
        except (FetchError, SourceError) as error:
            self._fault = error
            raise
        return True

    def _fetch(self) -> None:
        visit = self._visit
        part = visit.get("regions")
        frame = region_rows(part.reply.json, visit.settings.is_simulated)
        require_whole(frame)
        visit.keep(REGION, [part], frame, content_digest(frame), {"source_updated": None})
        visit.note_check(_REGIONS_TOPIC, {"rows": frame.height})
        self._found = known_regions(frame), visit.latest(REGION)["sha256"]


def _regions_of(landing: Landing, sha256: str, simulated: bool) -> pl.DataFrame:
    return known_regions(region_rows(json.loads(landing.path(sha256).read_bytes()), simulated))


def _collect_indicator(visit: Visit, regions: _Regions, indicator_id: int) -> None:
    """Probe one indicator and fetch it whole when it moved. Errors: FetchError, SourceError."""
    part = visit.get(f"indicators/{indicator_id}")
    metadata = read_metadata(part.reply.json, indicator_id, visit.settings.is_simulated)
    frame = metadata_rows(metadata)
    facts = {"source_updated": metadata.updated, "indicator_id": indicator_id}
    visit.keep(f"{INDICATOR}/{indicator_id}", [part], frame, content_digest(frame), facts)
    asked = _asked(visit, metadata)
    found = {"updated": metadata.updated, "years": [asked.years[0], asked.years[-1]], "sexes": list(asked.sexes)}
    if visit.last_check(str(indicator_id)) == found:
        return
    _collect_observations(visit, regions, asked, metadata.updated)
    visit.note_check(str(indicator_id), found)


def _asked(visit: Visit, metadata: Metadata) -> Asked:
    first = max(metadata.first_year, visit.settings.first_year)
    if first > metadata.last_year:
        # An old series is kept as far back as it goes rather than not at all.
        first = metadata.first_year
    return Asked(metadata.indicator_id, tuple(range(first, metadata.last_year + 1)), metadata.sexes)


def _collect_observations(visit: Visit, regions: _Regions, asked: Asked, updated: str) -> None:
    name, simulated = f"{OBSERVATION}/{asked.indicator_id}", visit.settings.is_simulated
    known, sha256 = regions.known()
    part = visit.get("json", _query(asked), _ANY_ROWS)
    try:
        frame = observation_rows(part.reply.json, asked, known, simulated)
    except UnknownRegionError:
        if not regions.renewed():
            raise
        known, sha256 = regions.known()
        frame = observation_rows(part.reply.json, asked, known, simulated)
    require_some(frame, visit.latest(name))
    require_rows(_contract(), frame)
    facts = {
        "source_updated": updated,
        "indicator_id": asked.indicator_id,
        "years": list(asked.years),
        "sexes": list(asked.sexes),
        "values": frame["value"].count(),
        "regions_sha256": sha256,
    }
    visit.keep(name, [part], frame, content_digest(frame), facts)


def _query(asked: Asked) -> dict[str, str | Sequence[str]]:
    """One key a year and sex: a list with commas is refused. No region: what the server makes of one has not been seen."""
    return {
        "indicator": str(asked.indicator_id),
        "years": [str(year) for year in asked.years],
        "genders": list(asked.sexes),
    }


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)


def _restored(body: dict[str, Any], documents: list[Any], landing: Landing, simulated: bool) -> pl.DataFrame:
    """The rows of a snapshot out of its landed replies."""
    if body["object"] == REGION:
        return region_rows(documents[0], simulated)
    if body["object"].startswith(INDICATOR):
        return metadata_rows(read_metadata(documents[0], body["indicator_id"], simulated))
    asked = Asked(body["indicator_id"], tuple(body["years"]), tuple(body["sexes"]))
    return observation_rows(documents[0], asked, _regions_of(landing, body["regions_sha256"], simulated), simulated)
