"""Collecting the projection: the population table's way, with its edition and its own municipal division noted on every row.

Belongs here: which edition is asked for and which division its areas are of. Does not belong here: requests and replies (statfin/), today's municipalities (dbt_project).
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sources.home import Home
from sources.http import Client
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Plan
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.settings import SourceSettings
from sources.national.statfin.collect import Kept, collect_table, plan_table

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "population_projection.yml"
OBJECTS = "population_projection"
# The stamp of the classification that a variable's code ends in: alue_23_20240101.
_STAMP = re.compile(r"_([0-9]{4})[0-9]{4}$")


def collect_projection(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the projection of the edition in source.yml up to date, one object an edition and year. An earlier edition's snapshots stay."""
    return collect_table(_kept(settings), home, ledger, landing, client, settings, at)


def plan_projection(known: History) -> Plan:
    """What the next visit will ask."""
    return plan_table(_kept(known.settings), known)


def _kept(settings: SourceSettings) -> Kept:
    edition = int(settings.options["edition"])

    def with_edition(rows: pl.DataFrame, area_variable: str) -> pl.DataFrame:
        return _with_edition(rows, edition, _division_year(area_variable))

    # Whether the published projection's totals are the sums of their rounded parts is not known.
    return Kept(f"{OBJECTS}/{edition}", CONTRACT, with_edition, adds_up=False)


def _with_edition(rows: pl.DataFrame, edition: int, division_year: int) -> pl.DataFrame:
    import polars as pl

    own = {"edition": edition, "division_year": division_year}
    return rows.with_columns(pl.lit(value, dtype=pl.Int16).alias(name) for name, value in own.items())


def _division_year(area_variable: str) -> int:
    """The year of the municipal division that the areas are of. Raises SourceError when the code does not say: a guess would move residents."""
    found = _STAMP.search(area_variable)
    if found is None:
        raise SourceError(
            f"HVA-PRJ-0-001: the area variable {area_variable} does not say the year of its municipal division: refused whole"
        )
    return int(found[1])
