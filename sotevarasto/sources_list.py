"""`sotevarasto sources list`: every national source with what it last gave.

Belongs here: reading the ledger and the sources' settings into one table. Does not belong here: when a source is stale (sources/freshness.py), the counties (`dq.delivery`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sources.freshness import Freshness, every_source, national_settings
from sources.home import Home, current_profile, default_home
from sources.ledger import Event, Ledger


@dataclass(frozen=True)
class Line:
    """One source. Dates are Finnish calendar days (YYYY-MM-DD), None where there is none; `rows` are those of the newest snapshot of each of its objects.

    `origin` is published, synthetic or mixed; `freshness` is fresh, stale, never answered or no limit.
    """

    source_code: str
    title: str
    last_fetch: str | None
    last_change: str | None
    objects: int
    rows: int
    licence: str
    origin: str
    freshness: str


def show_sources(form: str) -> None:
    """Print the table of the default home, as a table or as JSON. The moment is that of the home's last night, or now in a live home."""
    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    with Ledger(home.ledger) as ledger:
        at = _moment(ledger, profile)
        lines = source_lines(ledger, at)
    if form == "json":
        print(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1))
        return
    from rich.table import Table

    from sotevarasto.terminal import Terminal

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("source", "last fetch", "last change", "objects", "rows", "licence", "origin", "freshness"):
        table.add_column(name, justify="right" if name in ("objects", "rows") else "left", no_wrap=name == "source")
    for line in lines:
        table.add_row(
            line.source_code,
            line.last_fetch or "never",
            line.last_change or "never",
            str(line.objects),
            f"{line.rows:,}",
            line.licence,
            line.origin,
            line.freshness,
        )
    Terminal().print(table)


def source_lines(ledger: Ledger, at: datetime) -> list[Line]:
    """Every national source that has settings or has ever given anything, as known at `at` (aware), in the order of their codes."""
    settings = national_settings()
    newest: dict[str, dict[str, Event]] = {}
    for event in ledger.events("snapshot"):
        if event.at <= at:
            newest.setdefault(event.body["source_code"], {})[event.body["object"]] = event
    return [
        _line(found, settings.get(found.source_code), newest.get(found.source_code, {}).values(), at)
        for found in every_source(ledger, at)
        if found.organiser_code is None
    ]


def _line(found: Freshness, settings: dict | None, events: Iterable[Event], at: datetime) -> Line:
    events = list(events)
    licences = {event.body["licence"] for event in events} or ({settings["licence"]} if settings else set())
    origins = {event.body["origin"] for event in events}
    return Line(
        source_code=found.source_code,
        title=settings["title"]["en"] if settings else found.source_code,
        last_fetch=_day(found.answered_at),
        last_change=_day(found.rows_known_from),
        objects=len(events),
        rows=sum(event.body["parquet"]["rows"] for event in events),
        licence=", ".join(sorted(licences)) or "unknown",
        origin=origins.pop() if len(origins) == 1 else "mixed" if origins else "nothing yet",
        freshness=_freshness(found, at),
    )


def _freshness(found: Freshness, at: datetime) -> str:
    if found.within_days is None:
        return "no limit"
    if found.answered_at is None:
        return "never answered"
    return f"{'stale' if found.is_stale(at) else 'fresh'} ({found.within_days} days)"


def _day(moment: datetime | None) -> str | None:
    from zoneinfo import ZoneInfo

    return moment.astimezone(ZoneInfo("Europe/Helsinki")).date().isoformat() if moment else None


def _moment(ledger: Ledger, profile: str) -> datetime:
    nights = [event.at for event in ledger.events("night")]
    return max(nights) if profile == "simulated" and nights else datetime.now(UTC)
