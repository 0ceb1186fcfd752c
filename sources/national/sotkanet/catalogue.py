"""The indicators that are taken from Sotkanet, and whose turn it is tonight.

Belongs here: reading indicators.csv and the rotation of the nightly probes. Does not belong here: what Sotkanet itself says of an indicator (metadata.py).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = Path(__file__).parent / "indicators.csv"
NIGHTS_OF_A_ROUND = 7
_HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Indicator:
    """One row of the catalogue. `unit`, `theme` and `direction` are this project's words; `verification` says how the row came to be known."""

    indicator_id: int
    indicator_key: str
    name_fi: str
    name_sv: str
    name_en: str
    theme: str
    unit: str
    direction: str
    levels_seen: str
    sex_split: str
    years_seen: str
    verification: str


@cache
def catalogue() -> tuple[Indicator, ...]:
    """Every indicator taken, in the order of ids."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in Indicator.__dataclass_fields__ if name != "indicator_id"]
    listed = [Indicator(int(row["indicator_id"]), **{name: row[name] for name in names}) for row in rows]
    return tuple(sorted(listed, key=lambda indicator: indicator.indicator_id))


def probed_on(at: datetime) -> frozenset[int]:
    """Ids of the indicators whose turn the night of `at` is: one in seven by its date in Finland, each once in seven nights."""
    turn = at.astimezone(_HELSINKI).date().toordinal() % NIGHTS_OF_A_ROUND
    return frozenset(i.indicator_id for place, i in enumerate(catalogue()) if place % NIGHTS_OF_A_ROUND == turn)
