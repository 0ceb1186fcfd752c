"""The sampled residents: the same people every month, so that one client's contacts belong together.

Belongs here: who they are and how much each uses which care. Does not belong here: what happens to them (events.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from sources.simulator.national.figures import population
from sources.simulator.randomness import generator
from sources.simulator.tables import counties, rows_of

# Everyone is born before the first simulated month; nobody is born or dies in the simulation.
REFERENCE = date(2026, 6, 30).toordinal() - date(1970, 1, 1).toordinal()
DAYS_OF_YEAR = 365.2425
PROFILES = ("general", "infant", "school", "student", "older", "family", "oral", "adult_psychiatry", "youth_psychiatry")
UNKNOWN_SEX_SHARE = 0.001


@dataclass(frozen=True)
class Residents:
    """Sampled residents of all counties, county by county; arrays run alike.

    `county` and `municipality` index `counties().codes` and `municipality_codes`; `birth_day` counts days from 1970-01-01; `sex` is 0 male, 1 female,
    2 unknown; `pseudonym` are two 64-bit words. `use[profile]` rises from county index to county index + 1 over a county's residents, by what each uses.
    """

    municipality_codes: tuple[str, ...]
    county: np.ndarray
    municipality: np.ndarray
    birth_day: np.ndarray
    sex: np.ndarray
    pseudonym: np.ndarray
    use: dict[str, np.ndarray]

    @property
    def by_county(self) -> np.ndarray:
        """Number of sampled residents of each county."""
        return np.bincount(self.county)

    def draw(self, profile: str, county: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Index of a resident of each given county, likelier the more care of that profile he or she uses; `u` is uniform on [0, 1)."""
        drawn = np.searchsorted(self.use[profile], county + u, side="right")
        ends = np.searchsorted(self.county, county, side="right")
        return np.minimum(drawn, ends - 1)


@lru_cache(maxsize=4)
def residents(seed: int, share: float) -> Residents:
    """That share of every county's residents, drawn from the newest year of the simulated population. The same seed gives the same people."""
    people = population(seed, restated=False)
    county_of = {r["municipality_code"]: r["hva_code"] for r in rows_of("municipality.csv")}
    # Municipality × single year of age × male, female; the first of each axis is a total.
    cells = people.counts[1:, 1:, 1:, -1]
    codes = people.areas[1:]
    parts = []
    for index, county in enumerate(counties().codes):
        own = np.array([i for i, code in enumerate(codes) if county_of[code] == county])
        parts.append(_county(generator(seed, "residents", county), index, own, cells[own], share))
    county, municipality, birth_day, sex, need, pseudonym, age = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    use = {profile: _cumulative(county, _by_age(profile, age) * need) for profile in PROFILES}
    return Residents(tuple(codes), county, municipality, birth_day, sex, pseudonym, use)


def _county(rng: np.random.Generator, index: int, municipalities: np.ndarray, cells: np.ndarray, share: float) -> tuple:
    """A county's sample. Drawn systematically over municipality, age and sex, so that each has its part."""
    running = np.cumsum(cells.ravel())
    count = round(running[-1] * share)
    cell = np.searchsorted(running, (np.arange(count) + rng.random()) * (running[-1] / count), side="right")
    municipality, age, is_female = np.unravel_index(np.minimum(cell, len(running) - 1), cells.shape)
    birth_day = REFERENCE - np.floor((age + rng.random(count)) * DAYS_OF_YEAR).astype(np.int64)
    sex = np.where(rng.random(count) < UNKNOWN_SEX_SHARE, 2, is_female)
    frailty = rng.gamma(1.2, 1 / 1.2, count) + 0.05
    need = frailty * np.where(is_female == 1, _by_age("women_use", age), 1.0)
    pseudonym = rng.integers(0, 2**64, size=(count, 2), dtype=np.uint64)
    return np.full(count, index), municipalities[municipality], birth_day, sex, need, pseudonym, age


def _by_age(column: str, age: np.ndarray) -> np.ndarray:
    """A column of age_use.csv for each age in years."""
    rows = rows_of("contacts/age_use.csv")
    starts, values = (np.array([float(r[name]) for r in rows]) for name in ("age_from", column))
    return values[np.searchsorted(starts, age, side="right") - 1]


def _cumulative(county: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Running share of each resident within the own county, plus the county's index: one rising array over all counties."""
    running = np.cumsum(weight)
    firsts = np.searchsorted(county, np.arange(county[-1] + 1))
    before = np.concatenate([[0.0], running])[firsts]
    total = np.diff(np.append(before, running[-1]))
    return county + (running - before[county]) / total[county]
