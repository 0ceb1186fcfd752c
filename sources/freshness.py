"""How long each source has given nothing usable: national sources, and every sender of every dataset.

Belongs here: when a source last answered, by the ledger, and the days after which that is too long ago. Does not belong here: telling anyone (orchestration, warehouse).
An answer without news is an answer: a source that says each night that nothing moved is fresh, whatever the age of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from sources.ledger import Ledger
from sources.regional import catalogue

VISIT = "visit"
_ROOMS = Path(__file__).parent / "national"


@dataclass(frozen=True)
class Freshness:
    """One source. `source_code` is a national source's or a dataset's, `organiser_code` None for the former.

    `answered_at` is the business time (aware UTC) of the newest usable answer or accepted delivery, `rows_known_from` that of the newest rows; None when there is none.
    `within_days` is None where nobody has set a limit.
    """

    source_code: str
    organiser_code: str | None
    answered_at: datetime | None
    rows_known_from: datetime | None
    within_days: int | None

    @property
    def stale_after(self) -> datetime | None:
        """The moment from which the source is stale; None when it has never answered or has no limit."""
        known = self.answered_at is not None and self.within_days is not None
        return self.answered_at + timedelta(days=self.within_days) if known else None

    def is_stale(self, at: datetime) -> bool:
        """Whether at `at` (aware) it is too long ago; a source with a limit that has never answered is stale."""
        if self.within_days is None:
            return False
        return self.stale_after is None or self.stale_after < at


def record_visit(ledger: Ledger, source_code: str, night_id: str, at: datetime) -> None:
    """Note that a national source answered usably on a night, also when it had nothing new. Once a night; again changes nothing."""
    ledger.append(VISIT, f"{source_code}/{night_id}", {}, at)


def every_source(ledger: Ledger, at: datetime) -> list[Freshness]:
    """All sources as known at `at` (aware), national ones first, in the order of their codes."""
    return [*_national(ledger, at), *_regional(ledger, at)]


def _national(ledger: Ledger, at: datetime) -> Iterator[Freshness]:
    rows = _newest((e.body["source_code"], e) for e in ledger.events("snapshot") if e.at <= at)
    visits = _newest((e.subject.partition("/")[0], e) for e in ledger.events(VISIT) if e.at <= at)
    limits = _limits()
    for code in sorted(limits.keys() | rows.keys() | visits.keys()):
        moments = [found[code] for found in (rows, visits) if code in found]
        yield Freshness(code, None, max(moments, default=None), rows.get(code), limits.get(code))


def _regional(ledger: Ledger, at: datetime) -> Iterator[Freshness]:
    receipts = {e.subject: e.body for e in ledger.events("receipt")}
    accepted = [e for e in ledger.events("verdict") if e.at <= at and e.body["status"] == "accepted"]
    bodies = [(receipts[e.subject], e) for e in accepted if e.subject in receipts]
    newest = _newest(((body["dataset"], body["organiser_code"]), e) for body, e in bodies)
    for name, contract in sorted(catalogue.dataset_contracts().items()):
        for code, county in sorted(catalogue.counties().items()):
            if name in county.dialects:
                moment = newest.get((name, code))
                yield Freshness(name, code, moment, moment, contract.extras.get("fresh_within_days"))


def _newest(events: Iterator[tuple]) -> dict:
    newest: dict = {}
    for key, event in events:
        newest[key] = max(event.at, newest.get(key, event.at))
    return newest


def _limits() -> dict[str, int]:
    """Days by source code, from the settings of each national source."""
    return {code: settings["fresh_within_days"] for code, settings in national_settings().items()}


@cache
def national_settings() -> dict[str, dict]:
    """The settings of each national source as its source.yml has them, by source code."""
    found = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_ROOMS.glob("*/source.yml"))]
    return {settings["source_code"]: settings for settings in found}
