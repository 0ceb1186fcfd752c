"""Queries that show the rows behind a figure, for a reader to run.

What belongs here: filling a text of warehouse/queries/rows_*.sql for one cell. What does not: running it, and what else is known of the cell (explaining.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from warehouse.cells import TOTAL
from warehouse.sql import literal, query

# Which rows the figures of a source are made of; of every other source the figure stands in its snapshot as it is.
_ROWS = {
    "care_contacts": "rows_care_contacts",
    "costs": "rows_costs",
    "statfin_population": "rows_population",
    "treasury": "rows_treasury",
}
_OTHERWISE = "rows_inputs"
_GROUPS = {"sex": "c.sex", "language_status": "t.language_status", "municipality_type": "t.municipality_type"}
_SERVICE_GROUP = "net_costs_per_resident_eur__"
_AGE = "year(c.period_start) - 1 - c.birth_year"


def row_query(cell: Mapping[str, Any], at: datetime | None) -> str:
    """SQL on the release that gives the rows behind `cell` (a row of mart.minimum_dataset), as known at `at` (aware; None: now)."""
    text = query(_ROWS.get(cell["source_code"], _OTHERWISE))
    told = {name: str(value).replace("'", "''") for name, value in cell.items()}
    told |= {f"{alias}_known": _known(alias, at) for alias in ("c", "p", "l", "o")}
    told |= {"year": cell["period_start"].year, "groups": _groups(cell), "service_group": _service_group(cell)}
    return text.format_map(told).strip()


def _known(alias: str, at: datetime | None) -> str:
    if at is None:
        return f"{alias}.known_to is null"
    moment = f"timestamp {literal(at.astimezone(UTC).replace(tzinfo=None))}"
    return f"{alias}.known_from <= {moment} and ({alias}.known_to is null or {moment} < {alias}.known_to)"


def _groups(cell: Mapping[str, Any]) -> str:
    asked = [f"{column} = {literal(cell[group])}" for group, column in _GROUPS.items() if cell[group] != TOTAL]
    if cell["age_group"] != TOTAL:
        first, *last = map(int, re.findall(r"[0-9]+", cell["age_group"]))
        # Born since the day of the population counts as 0: the youngest group has no lower end.
        asked += ([f"{_AGE} >= {first}"] if first else []) + [f"{_AGE} <= {age}" for age in last]
    return "".join(f"\n  and {condition}" for condition in asked)


def _service_group(cell: Mapping[str, Any]) -> str:
    indicator = cell["indicator_code"]
    if indicator.startswith(_SERVICE_GROUP):
        return f"s.service_group = {literal(indicator.removeprefix(_SERVICE_GROUP))}"
    return "s.service_group <> 'rescue'"
