"""Reference lists shared by the rules and the warehouse: municipalities, regions, service classes and accounts.

Belongs here: reading the lists that stand as dbt seeds, so that a code is written in one place only.
Does not belong here: models over them (dbt_project) and the national services they were carried from (sources/national).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from sources.errors import SotevarastoError

SEEDS = Path(__file__).parent.parent / "dbt_project" / "seeds"


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
    return tuple(r["municipality_code"] for r in _rows("raw__municipality") if not r["dissolved_on"])


def _service_class() -> tuple[str, ...]:
    return tuple(r["code"] for r in _rows("raw__service_class") if r["code_system"] == "HVA_STANDIN")


def _account(*kinds: str) -> tuple[str, ...]:
    return tuple(r["account_code"] for r in _rows("raw__account") if not kinds or r["kind"] in kinds)


def _organiser_or_country() -> tuple[str, ...]:
    kinds = ("wellbeing_services_county", "city_as_organiser", "whole_country")
    return tuple(r["region_code"] for r in _rows("raw__region") if r["kind"] in kinds)


_LISTS = {
    "organiser_or_country": _organiser_or_country,
    "municipality": _municipality,
    "service_class": _service_class,
    "account": _account,
    "account_income": lambda: _account("income"),
    "account_expense": lambda: _account("expense"),
}


@cache
def code_list(name: str) -> tuple[str, ...]:
    """Codes in force of a reference list, sorted. Raises SotevarastoError when the list is unknown or empty."""
    codes = tuple(sorted(set(_LISTS[name]()))) if name in _LISTS else ()
    if not codes:
        raise SotevarastoError(f"reference list {name!r} is unknown or empty; known lists: {', '.join(sorted(_LISTS))}")
    return codes
