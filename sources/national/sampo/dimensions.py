"""The tree of a cube's dimensions, and which of its nodes are the ones wanted.

Belongs here: finding dimensions, regions, periods, categories and the measure by label or code, anew for every run. Does not belong here: cells (cube.py).
A node's number (sid) holds for one version of a dimension only and is never written down.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from sources.national.fields import read_fields
from sources.national.outcome import SourceError
from sources.national.sampo.definitions import TOTAL, Cube, region_names
from sources.national.sampo.replies import SCHEMA

ROLES = ("region", "period", "category", "measure")
_MONTHS = ("tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu")
_MONTH_CODE = re.compile(r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})")
_MONTH_NUMBER = re.compile(r"(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
_MONTH_NAME = re.compile(rf"(?P<name>{'|'.join(_MONTHS)})kuu (?P<year>[0-9]{{4}})", re.IGNORECASE)
_MONTH_END = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")


@dataclass(frozen=True)
class Node:
    """One node of a dimension. `sid` is the number that this version of the tree gives it."""

    sid: str
    label: str
    code: str | None
    stage: str | None
    is_leaf: bool


@dataclass(frozen=True)
class Selection:
    """What of a cube is asked: the dimension that plays each role, and in it sid → our code (a month is its first day)."""

    dimensions: dict[str, str]
    nodes: dict[str, dict[str, str]]

    def query(self, role: str) -> str:
        """Exactly these nodes: without the last dot the first one's children would come instead."""
        return f"{self.dimensions[role]}-{'.'.join(self.nodes[role])}."


def select(cube: Cube, tree: Any, first_year: int, notes: list[str]) -> Selection:
    """What of a cube is to be asked, found in its tree of dimensions. Raises SourceError naming the label that is not there."""
    notes += read_fields(SCHEMA, "dimensions", tree, f"the dimensions of {cube.topic}")
    found = {role: _dimension(cube, tree, role) for role in ROLES}
    if len({dimension["id"] for dimension in found.values()}) != len(ROLES):
        raise SourceError(
            "HVA-SAM-0-003: one dimension fits two of region, period, category and measure: mend cubes.yml"
        )
    nodes = {role: list(_nodes(dimension["children"])) for role, dimension in found.items()}
    return Selection(
        {role: dimension["id"] for role, dimension in found.items()},
        {
            "region": _regions(cube, nodes["region"]),
            "period": _months(nodes["period"], first_year),
            "category": _categories(cube, nodes["category"]),
            "measure": {_one(nodes["measure"], cube.measure, "measure"): "count"},
        },
    )


def _dimension(cube: Cube, tree: list[dict[str, Any]], role: str) -> dict[str, Any]:
    fitting = [d for d in tree if cube.dimensions[role].fullmatch(d["label"].strip())]
    if len(fitting) != 1:
        labels = "; ".join(d["label"] for d in tree)[:120]
        raise SourceError(
            f"HVA-SAM-0-003: {len(fitting)} dimensions fit the label of the {role} (there: {labels}): mend cubes.yml"
        )
    return fitting[0]


def _nodes(children: list[dict[str, Any]]) -> Iterator[Node]:
    for child in children:
        below = child.get("children") or []
        yield Node(str(child["sid"]), child["label"].strip(), child.get("code"), child.get("stage"), not below)
        yield from _nodes(below)


def _regions(cube: Cube, nodes: list[Node]) -> dict[str, str]:
    """Regions by label; by code only where every code of the same stage that can be checked by its label is right."""
    names = {label: cube.country if code == "FI" else code for label, code in region_names().items()}
    known = {node.sid: names[node.label.casefold()] for node in nodes if node.label.casefold() in names}
    for stage in {node.stage for node in nodes if node.sid in known}:
        here = [node for node in nodes if node.stage == stage]
        checked = [node for node in here if node.sid in known]
        if all(node.code == known[node.sid] for node in checked):
            codes = set(names.values())
            known |= {node.sid: str(node.code) for node in here if node.sid not in known and node.code in codes}
    if twice := sorted({code for code in known.values() if list(known.values()).count(code) > 1}):
        raise SourceError(f"HVA-SAM-0-004: two nodes are region {twice[0]}: which one is right is not guessed")
    counted = len([code for code in known.values() if not code.startswith("FI")])
    if counted < cube.regions_at_least or not {"FI", "FI1"} & set(known.values()):
        strangers = [node.label for node in nodes if node.sid not in known]
        nearest = [label for label in strangers if get_close_matches(label.casefold(), names, 1, 0.75)] or strangers
        raise SourceError(
            f"HVA-SAM-0-005: {counted} regions are known by label, at least {cube.regions_at_least} and the country expected; "
            f"not known: {'; '.join(nearest[:3])[:120] or 'none'}"
        )
    return known


def _months(nodes: list[Node], first_year: int) -> dict[str, str]:
    """Months from the first year on. What is above them (years, the whole) is not a figure of a month and is left out."""
    months = {}
    for node in nodes:
        if node.is_leaf:
            month = month_of(node)
            if month is None:
                raise SourceError(
                    f"HVA-SAM-0-006: {node.label[:60]!r} is no month: the periods of the cube have changed"
                )
            if month.year >= first_year:
                months[node.sid] = month.isoformat()
    if not months or len(set(months.values())) != len(months):
        raise SourceError(f"HVA-SAM-0-006: {len(months)} months from {first_year} on, or one of them twice: not usable")
    return months


def month_of(node: Node) -> date | None:
    """First day of the month that a node stands for, by its code or label; a state on a last day of a month is that month's. None when it is neither."""
    for text in (node.code or "", node.label):
        text = text.strip()
        for pattern in (_MONTH_CODE, _MONTH_NUMBER, _MONTH_NAME, _MONTH_END):
            if found := pattern.fullmatch(text):
                return _first_day(found.groupdict())
    return None


def _first_day(said: Mapping[str, str]) -> date | None:
    year = int(said["year"])
    month = _MONTHS.index(said["name"].lower()) + 1 if "name" in said else int(said["month"])
    if not (1 <= month <= 12 and 1900 <= year <= 2100):
        return None
    if "day" in said and int(said["day"]) != monthrange(year, month)[1]:
        return None
    return date(year, month, 1)


def _categories(cube: Cube, nodes: list[Node]) -> dict[str, str]:
    """Every category by its label, the whole among them. A value that nobody knows would make parts of the wrong whole: it is refused."""
    found = {_one(nodes, pattern, code): code for code, pattern in cube.categories.items()}
    strangers = [node.label for node in nodes if node.sid not in found and node.is_leaf]
    if strangers:
        raise SourceError(
            f"HVA-SAM-0-008: {strangers[0][:60]!r} is a value that {cube.topic} did not have: add it to cubes.yml once it is understood"
        )
    if TOTAL not in found.values():
        raise SourceError(f"HVA-SAM-0-009: cubes.yml names no {TOTAL} for {cube.topic}: add it")
    return found


def _one(nodes: list[Node], pattern: re.Pattern[str], what: str) -> str:
    fitting = [node for node in nodes if pattern.fullmatch(node.label)]
    if len(fitting) != 1:
        labels = "; ".join(node.label for node in nodes)[:120]
        raise SourceError(f"HVA-SAM-0-007: {len(fitting)} labels fit {what} (there: {labels}): mend cubes.yml")
    return fitting[0].sid
