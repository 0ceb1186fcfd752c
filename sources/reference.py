"""Reference lists shared by the rules and the warehouse: municipalities, regions, service classes and accounts.

Belongs here: reading the lists that stand as dbt seeds, so that a code is written in one place only, and what became of codes that ended.
Does not belong here: models over them (dbt_project) and the national services they were carried from (sources/national).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sources.errors import SotevarastoError

SEEDS = Path(__file__).parent.parent / "dbt_project" / "seeds"


@dataclass(frozen=True)
class Ended:
    """What became of a code: the first day on which it no longer held, and the code that took its place."""

    ended_on: date
    successor: str


def _rows(seed: str) -> list[dict[str, str]]:
    path = SEEDS / f"{seed}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise SotevarastoError(
            f"reference list {path.name} cannot be read ({error.strerror}); restore it from the repository"
        ) from error


def _municipality() -> tuple[str, ...]:
    return tuple(r["municipality_code"] for r in _rows("raw__municipality"))


def _ended_municipality() -> dict[str, Ended]:
    return {
        r["municipality_code"]: Ended(date.fromisoformat(r["dissolved_on"]), r["successor_code"])
        for r in _rows("raw__municipality")
        if r["dissolved_on"]
    }


def _service_class() -> tuple[str, ...]:
    return tuple(r["code"] for r in _rows("raw__service_class") if r["code_system"] == "HVA_STANDIN")


def _account(*kinds: str) -> tuple[str, ...]:
    return tuple(r["account_code"] for r in _rows("raw__account") if not kinds or r["kind"] in kinds)


def _organiser_or_country() -> tuple[str, ...]:
    kinds = ("wellbeing_services_county", "city_as_organiser", "whole_country")
    return tuple(r["region_code"] for r in _rows("raw__region") if r["kind"] in kinds)


def business_ids() -> dict[str, str]:
    """Region → business id, of the few that are known."""
    return {row["region_code"]: row["business_id"] for row in _rows("raw__region") if row["business_id"]}


def service_classes() -> list[dict[str, str]]:
    """The counties' service classes as the seed has them."""
    return [row for row in _rows("raw__service_class") if row["code_system"] == "HVA_STANDIN"]


_LISTS = {
    "organiser_or_country": _organiser_or_country,
    "municipality": _municipality,
    "service_class": _service_class,
    "account": _account,
    "account_income": lambda: _account("income"),
    "account_expense": lambda: _account("expense"),
}
_ENDED = {"municipality": _ended_municipality}
# Seed, the column of its codes, and what a row must hold to be of the list.
_NAMED = {
    "municipality": ("raw__municipality", "municipality_code", {}),
    "service_class": ("raw__service_class", "code", {"code_system": "HVA_STANDIN"}),
    "account": ("raw__account", "account_code", {}),
}


@cache
def code_list(name: str) -> tuple[str, ...]:
    """Codes of a reference list, sorted, those that have ended too (`ended`). Raises SotevarastoError when the list is unknown or empty."""
    codes = tuple(sorted(set(_LISTS[name]()))) if name in _LISTS else ()
    if not codes:
        raise SotevarastoError(f"reference list {name!r} is unknown or empty; known lists: {', '.join(sorted(_LISTS))}")
    return codes


@cache
def code_names(name: str) -> Mapping[str, tuple[str, ...]]:
    """What each code of a list is called, in the languages that its seed has; nothing for a list without names."""
    if name not in _NAMED:
        return MappingProxyType({})
    seed, key, wanted = _NAMED[name]
    rows = [r for r in _rows(seed) if all(r[column] == value for column, value in wanted.items())]
    names = ("name_fi", "name_sv", "name_en")
    return MappingProxyType({r[key]: tuple(r[n] for n in names if r.get(n)) for r in rows})


@cache
def ended(name: str) -> Mapping[str, Ended]:
    """The codes of a list that have ended, and what became of each; nothing for a list whose codes all hold, or for none."""
    return MappingProxyType(_ENDED[name]() if name in _ENDED else {})


def successor(name: str, code: str, day: date) -> str:
    """The code that holds on that day in the place of `code`: the chain of successors as far as it had come by then; the code itself while it holds."""
    followed = {code}
    while (what := ended(name).get(code)) is not None and what.ended_on <= day:
        if what.successor in followed:
            raise SotevarastoError(f"reference list {name!r}: {code} succeeds itself; mend its successor in the seed")
        code = what.successor
        followed.add(code)
    return code
