"""Queries that show the rows behind a figure, for a reader to run.

What belongs here: filling a text of warehouse/queries/rows_*.sql for one cell. What does not: running it, and what else is known of the cell (explaining.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from warehouse.cells import MUNICIPALITY, TOTAL
from warehouse.sql import literal, query

# Which rows the figures of a source are made of; of every other source the figure stands in its snapshot as it is.
_ROWS = {
    "care_contacts": "rows_care_contacts",
    "costs": "rows_costs",
    "statfin_population": "rows_population",
    "treasury": "rows_treasury",
}
# Of the other datasets of the senders: the table that has the rows, and whether they are of persons.
_EVENTS = {
    "costs": ("core.fct_cost", False),
    "specialised_care": ("core.fct_referral", True),
    "hospital_episodes": ("core.fct_hospital_episode", True),
    "social_services": ("core.fct_social_services_case", True),
    "care_periods": ("core.fct_care_period", True),
    "complaints": ("core.fct_complaint", False),
    "customer_feedback": ("core.fct_customer_feedback", False),
    "development": ("core.fct_development_item", False),
    "outcomes": ("core.fct_outcome", True),
    "personnel": ("core.fct_personnel", False),
}
_OTHERWISE = "rows_inputs"
_GROUPS = {"sex": "c.sex", "language_status": "t.language_status", "municipality_type": "t.municipality_type"}
_SERVICE_GROUP = "net_costs_per_resident_eur__"
# Costs that are worked out in a way of their own; every other indicator of costs is made of events.
_NET_COSTS = ("net_costs_per_resident_eur", "need_adjusted_net_costs_per_resident_eur")
_PLACES = """
join core.dim_municipality as m on m.year = year(c.period_start) and m.municipality_code = c.home_municipality_code
join core.dim_municipality as t on t.year = m.year and t.municipality_code = m.current_municipality_code"""
_COUNTY = "case when '{basis}' = 'organiser' and s.is_organiser then c.organiser_code else t.county_code end"
_AGE = "year(c.period_start) - 1 - c.birth_year"


def row_query(cell: Mapping[str, Any], at: datetime | None) -> str:
    """SQL on the release that gives the rows behind `cell` (a row of mart.minimum_dataset), as known at `at` (aware; None: now)."""
    text = query(_text_of(cell))
    told = {name: str(value).replace("'", "''") for name, value in cell.items()}
    told |= {f"{alias}_known": _known(alias, at) for alias in ("c", "p", "l", "o")}
    told |= {"year": cell["period_start"].year, "groups": _groups(cell), "service_group": _service_group(cell)}
    fact, has_persons = _EVENTS.get(cell["source_code"], ("", False))
    told |= {"dataset": cell["source_code"], "fact": fact, "places": _PLACES if has_persons else ""}
    told |= {"region": _region(told)}
    told |= {"county": _COUNTY.format_map(told) if has_persons else "c.organiser_code"}
    return text.format_map(told).strip()


def _text_of(cell: Mapping[str, Any]) -> str:
    source, indicator = cell["source_code"], cell["indicator_code"]
    is_of_events = source in _EVENTS and not (source == "costs" and indicator.startswith(_NET_COSTS))
    return "rows_events" if is_of_events else _ROWS.get(source, _OTHERWISE)


def _region(told: Mapping[str, str]) -> str:
    """Which county's delivery a row needs, over `a` (core.region_county_assn): a municipality's is its own county's."""
    if told["region_level"] == MUNICIPALITY:
        return "a.region_level = 'county' and a.region_code = t.county_code"
    return f"a.region_level = '{told['region_level']}' and a.region_code = '{told['region_code']}'"


def _known(alias: str, at: datetime | None) -> str:
    if at is None:
        return f"{alias}.known_to is null"
    moment = f"timestamp {literal(at.astimezone(UTC).replace(tzinfo=None))}"
    return f"{alias}.known_from <= {moment} and ({alias}.known_to is null or {moment} < {alias}.known_to)"


def _groups(cell: Mapping[str, Any]) -> str:
    asked = [f"t.municipality_code = {literal(cell['region_code'])}"] if cell["region_level"] == MUNICIPALITY else []
    asked += [f"{column} = {literal(cell[group])}" for group, column in _GROUPS.items() if cell[group] != TOTAL]
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
