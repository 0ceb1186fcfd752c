"""What the simulated counties have reported to the Treasury: synthetic amounts of the size of their real budgets.

Belongs here: which documents there are on a day, and the amounts of their cells. Does not belong here: the protocol that serves them (treasury.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sources.reference import service_classes
from sources.simulator.national.figures import read
from sources.simulator.randomness import generator

VERSION = "htas-2025-01/2025-06-30"
RESTATED_FROM_DAY = 1
BUDGET, QUARTER, BY_SERVICE = "HTAS", "HHKNR", "HHTPP"
QUARTERS = ("2025C03", "2025C06", "2025C09", "2025C12", "2026C03", "2026C06")
PERIODS = {BUDGET: ("2025", "2026"), QUARTER: QUARTERS, BY_SERVICE: ("2025",)}
# The county whose newest quarter is restated, and those whose newest quarter, or budget, is approved anew.
RESTATED, APPROVED, BOTH_STAGES = "05", "06", ("05", "06")
_SUBPACKAGES = {BUDGET: "h-t05", QUARTER: "h-t01", BY_SERVICE: "h-t07"}
# How much of the year's expenditure is used by the end of a month.
_USED = {"03": 0.243, "06": 0.494, "09": 0.731, "12": 1.0, "": 1.0}


@dataclass(frozen=True)
class Cell:
    """A cell of a taxonomy. `share` is its part of the year's expenditure, `is_flow` whether it adds up over the year."""

    code: str
    label: str
    label_sv: str
    label_en: str
    share: float
    service: str | None = None
    is_flow: bool = True


@dataclass(frozen=True)
class Listed:
    """A document of the catalogue. `revision` counts how often it was restated."""

    county_code: str
    business_id: str
    package: str
    period: str
    stage: str
    revision: int


_WHOLE = (
    ("Toimintatulot", "Verksamhetsinkomster", "Operating income", 0.081, True),
    ("Toimintamenot", "Verksamhetsutgifter", "Operating expenditure", 1.0, True),
    ("Henkilöstömenot", "Personalutgifter", "Staff expenditure", 0.437, True),
    ("Palvelujen ostot", "Köp av tjänster", "Purchased services", 0.382, True),
    ("Investointimenot yhteensä (brutto)", "Investeringsutgifter totalt (brutto)", "Gross investments", 0.021, True),
    ("Lainakanta 31.12.", "Lånestock 31.12", "Loans on 31 December", 0.164, False),
)


def _whole(first: int) -> tuple[Cell, ...]:
    return tuple(Cell(str(first + 7 * n), *texts, None, is_flow) for n, (*texts, is_flow) in enumerate(_WHOLE))


@cache
def _by_service() -> tuple[Cell, ...]:
    names = {row["code"]: row["name_fi"] for row in service_classes()}
    weights = read("costs/services")
    total = sum(float(row["weight"]) for row in weights)
    return tuple(
        Cell(
            f"{base}{row['service_class_code']}", label, label_sv, label_en, factor * float(row["weight"]) / total, name
        )
        for row in weights
        if (name := names.get(row["service_class_code"]))
        for base, (label, label_sv, label_en, factor, _) in zip("12", _WHOLE[:2], strict=True)
    )


CELLS: dict[str, Callable[[], tuple[Cell, ...]]] = {
    BUDGET: lambda: _whole(1093),
    QUARTER: lambda: _whole(5000),
    BY_SERVICE: _by_service,
}


def subpackage(package: str) -> str:
    return _SUBPACKAGES[package]


@cache
def _business_ids() -> dict[str, str]:
    """County → business id: the real one where it is known, elsewhere one that was made up and that no county has."""
    from sources.reference import business_ids

    known = business_ids()
    counties = sorted(
        row["hva_code"] for row in read("county") if row["hva_code"].isdecimal() and row["hva_code"] < "90"
    )
    return {code: known.get(code) or f"99999{code}-0" for code in counties}


def is_invented(business_id: str) -> bool:
    return business_id.startswith("99999")


@cache
def listed(day: int) -> tuple[Listed, ...]:
    """The county documents of a day. From the second day on one is restated, and one is there in a more final stage besides."""
    is_later = day >= RESTATED_FROM_DAY
    found = []
    for code, business_id in _business_ids().items():
        for package, periods in PERIODS.items():
            for period in periods:
                is_newest = package == QUARTER and period == QUARTERS[-1]
                stage = "alustava" if is_newest else "lopullinen" if package == BUDGET else "hyvaksytty"
                revision = int(is_later and is_newest and code == RESTATED)
                found.append(Listed(code, business_id, package, period, stage, revision))
                if package == BUDGET and code in BOTH_STAGES:
                    found.append(Listed(code, business_id, package, period, "hyvaksytty", 0))
                if is_later and is_newest and code == APPROVED:
                    found.append(Listed(code, business_id, package, period, "hyvaksytty", 0))
    return tuple(found)


def cells_of(document: Listed, seed: int) -> list[tuple[str, str]]:
    """Code and amount of each cell, as text with two decimals."""
    year, _, month = document.period.partition("C")
    budget = _budget(document.county_code, int(year))
    own = generator(seed, "treasury", document.county_code, document.package, year)
    # One factor a cell and year, so that a quarter never falls behind the one before it; each stage and each revision moves a little.
    factors = 1 + 0.02 * own.standard_normal(len(CELLS[document.package]()))
    moved = 1 + 0.004 * document.revision - 0.003 * (document.stage == "hyvaksytty" and document.package == BUDGET)
    used = _USED[month]
    return [
        (cell.code, f"{budget * cell.share * factor * moved * (used if cell.is_flow else 1):.2f}")
        for cell, factor in zip(CELLS[document.package](), factors, strict=True)
    ]


@cache
def _budget(county_code: str, year: int) -> float:
    """Euros of a year's budget; years after the last known one repeat it."""
    rows = [row for row in read("costs/budgets") if row["hva_code"] == county_code and int(row["year"]) <= year]
    return float(max(rows, key=lambda row: row["year"])["operating_expenditure_meur"]) * 1e6
