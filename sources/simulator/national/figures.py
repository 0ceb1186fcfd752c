"""The simulated population: real figures where they are known, synthetic ones that add up to them elsewhere.

Belongs here: reading `sources/simulator/figures/*.csv` and spreading known totals over years, municipalities, ages and sexes. Does not belong here: the
protocol that serves them. Every year is on the newest division: dissolved municipalities are counted in their successors, as the real table does.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FIGURES = Path(__file__).parent.parent / "figures"
YEARS = tuple(range(2018, 2026))
KNOWN_YEAR = 2022  # the year in which every municipality's real figure is known
AGES = 101  # 0 to 99, and 100 and over
OLD = 65
RESTATED_YEAR = 2025
RESTATED_MUNICIPALITIES = 4

# Synthetic shape of the age pyramid: relative size of one year of age at these ages, and the share of men there.
_SHAPE_AGES = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100)
_SHAPE = (8, 9, 11, 11.5, 11, 11.8, 13, 13, 12.8, 12.2, 11.4, 12.8, 13, 12.6, 12.2, 11.4, 8, 4.8, 2.4, 0.7, 0.18)
_MEN = (51, 51, 51, 51, 51, 52, 52, 52, 51, 51, 51, 50, 49, 48, 47, 45, 41, 36, 29, 21, 15)


@dataclass(frozen=True)
class Population:
    """Counts and where they come from; both arrays are area × age × sex × year.

    `areas` is 'SSS' and then municipality codes in the order of their names, as the real table lists them. Age 0 on the axis is all ages, then 0 … 100;
    sex is total, male, female. `published` tells real figures from synthetic ones.
    """

    areas: tuple[str, ...]
    years: tuple[int, ...]
    counts: np.ndarray
    published: np.ndarray


def read(name: str) -> list[dict[str, str]]:
    """The rows of one figures file."""
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_name(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Rows in the order of the Finnish alphabet (… z å ä ö) of `name_fi`, which is neither the order of codes nor of code points."""
    alphabet = "abcdefghijklmnopqrstuvwxyzåäö"
    return sorted(rows, key=lambda row: [alphabet.find(letter) for letter in row["name_fi"].lower()])


@cache
def population(seed: int, restated: bool) -> Population:
    """The population of `YEARS`. The seed moves synthetic figures only; `restated` is the same with a few municipalities of 2025 counted anew."""
    import numpy as np

    rows = read("municipality")
    live = by_name([row for row in rows if not row["dissolved_on"]])
    totals, real = _municipality_totals(rows, live, seed)
    if restated:
        _restate(totals, real, seed)
    counties = {row["hva_code"]: row for row in read("county")}
    detail = np.stack([_spread(totals[:, i], live, counties, seed, year) for i, year in enumerate(YEARS)], axis=-1)
    by_age = np.concatenate([detail.sum(axis=1, keepdims=True), detail], axis=1)
    by_sex = np.concatenate([by_age.sum(axis=2, keepdims=True), by_age], axis=2)
    counts = np.concatenate([by_sex.sum(axis=0, keepdims=True), by_sex], axis=0)
    published = np.zeros(counts.shape, dtype=bool)
    published[1:, 0, 0, :] = real
    published[0, 0, 0, :] = real.all(axis=0)
    return Population(("SSS", *(row["municipality_code"] for row in live)), YEARS, counts, published)


def _municipality_totals(
    rows: list[dict[str, str]], live: list[dict[str, str]], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Persons by municipality × year, and which of them are real."""
    import numpy as np

    successor = {row["municipality_code"]: row["successor_code"] or row["municipality_code"] for row in rows}
    position = {row["municipality_code"]: i for i, row in enumerate(live)}
    at = np.array([position[successor[row["municipality_code"]]] for row in rows])
    known = {
        year: np.bincount(at, [int(row[f"population_{year}"]) for row in rows], len(live)) for year in (2012, 2022)
    }
    county = np.array([row["hva_code"] for row in live])
    growth = (known[2022] / known[2012]) ** 0.1
    jitter = _jitter(seed, len(live))
    by_year = {KNOWN_YEAR: known[2022]}
    for year in range(KNOWN_YEAR - 1, YEARS[0] - 1, -1):
        by_year[year] = _to_counties(by_year[year + 1] / growth * jitter[year], county, f"population_{year}")
    for year in range(KNOWN_YEAR + 1, YEARS[-1] + 1):
        by_year[year] = _to_counties(by_year[year - 1] * growth * jitter[year], county, f"population_{year}")
    totals = np.stack([by_year[year] for year in YEARS], axis=1)
    real = np.zeros(totals.shape, dtype=bool)
    real[:, YEARS.index(KNOWN_YEAR)] = True
    codes, members = np.unique(county, return_counts=True)
    # Where a county is one municipality, its total is the municipality's.
    real[np.isin(county, codes[members == 1]), YEARS.index(2024)] = True
    cities = np.array([bool(row["population_2025"]) for row in live])
    totals[cities, YEARS.index(2025)] = [int(row["population_2025"]) for row in live if row["population_2025"]]
    real[cities, YEARS.index(2025)] = True
    return totals, real


def _jitter(seed: int, municipalities: int) -> dict[int, np.ndarray]:
    """Noise by year. The years before 2021 have a stream of their own, so that the later figures stay what they were before these were served."""
    import numpy as np

    spans = ((1, range(2021, YEARS[-1] + 1)), (4, range(YEARS[0], 2021)))
    return {
        year: noise
        for stream, years in spans
        for year, noise in zip(
            years,
            1 + 0.002 * np.random.default_rng([seed, stream]).standard_normal((len(years), municipalities)),
            strict=True,
        )
    }


def _to_counties(estimate: np.ndarray, county: np.ndarray, column: str) -> np.ndarray:
    """Whole persons near `estimate` that add up to each county's known total; rounded where none is known."""
    import numpy as np

    known = {row["hva_code"]: int(row[column]) for row in read("county") if row.get(column)}
    if not known:
        return np.rint(estimate).astype(np.int64)
    codes = np.array(list(known))
    weights = np.where(county[None, :] == codes[:, None], estimate[None, :], 0.0)
    spread = apportion(weights, np.array(list(known.values()))).sum(axis=0)
    return np.where(np.isin(county, codes), spread, np.rint(estimate)).astype(np.int64)


def _restate(totals: np.ndarray, real: np.ndarray, seed: int) -> None:
    import numpy as np

    rng = np.random.default_rng([seed, 2])
    year = YEARS.index(RESTATED_YEAR)
    chosen = rng.choice(np.flatnonzero(~real[:, year]), RESTATED_MUNICIPALITIES, replace=False)
    totals[chosen, year] += rng.integers(3, 30, len(chosen))


def _spread(
    totals: np.ndarray, live: list[dict[str, str]], counties: dict[str, dict[str, str]], seed: int, year: int
) -> np.ndarray:
    """Municipality × age × sex (male, female) adding up to the totals, with each county's real share of people of 65 and over (2023) as the aim."""
    import numpy as np

    ages = np.arange(AGES)
    shape, men = np.interp(ages, _SHAPE_AGES, _SHAPE), np.interp(ages, _SHAPE_AGES, _MEN) / 100
    pyramid = np.stack([shape * men, shape * (1 - men)], axis=1)
    shares = {
        code: int(row["population_65plus_2023"]) / int(row["population_2023"])
        for code, row in counties.items()
        if row["population_2023"]
    }
    mean = float(np.mean(list(shares.values())))
    rng = np.random.default_rng([seed, 3])
    old_share = np.array([shares.get(row["hva_code"], mean) for row in live])
    old_share = np.clip(old_share * (1 + 0.012 * (year - 2023) + 0.04 * rng.standard_normal(len(live))), 0.08, 0.5)
    old = (ages >= OLD)[None, :, None]
    young_weight, old_weight = pyramid[:OLD].sum(), pyramid[OLD:].sum()
    factor = np.where(old, (old_share / old_weight)[:, None, None], ((1 - old_share) / young_weight)[:, None, None])
    weights = pyramid[None] * factor * (1 + 0.03 * rng.standard_normal((len(live), AGES, 2)))
    return apportion(weights.reshape(len(live), -1), totals).reshape(weights.shape)


def apportion(weights: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Whole numbers proportional to each row of `weights` that add up to that row's total (largest remainders; ties go to the first)."""
    import numpy as np

    shares = weights / weights.sum(axis=1, keepdims=True) * totals[:, None]
    whole = np.floor(shares)
    missing = (totals - whole.sum(axis=1)).astype(np.int64)
    order = np.argsort(whole - shares, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(weights.shape[1])[None, :], axis=1)
    return (whole + (rank < missing[:, None])).astype(np.int64)
