"""The sampled residents: the same people every month, so that one client's contacts belong together.

Belongs here: who they are and how much each uses which care. Does not belong here: what happens to them (events.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from sources.simulator.randomness import generator
from sources.simulator.tables import counties, municipalities, rows_of

# Everyone is born before the first simulated month; nobody is born or dies in the simulation.
REFERENCE = date(2026, 6, 30).toordinal() - date(1970, 1, 1).toordinal()
OLDEST = 97
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

    def draw(self, profile: str, county: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Index of a resident of each given county, likelier the more care of that profile he or she uses; `u` is uniform on [0, 1)."""
        drawn = np.searchsorted(self.use[profile], county + u, side="right")
        ends = np.searchsorted(self.county, county, side="right")
        return np.minimum(drawn, ends - 1)


@lru_cache(maxsize=4)
def residents(seed: int, share: float) -> Residents:
    """A sample of that share of every county's residents. The same seed gives the same people, whatever is asked of them."""
    parts, codes, first = [], [], 0
    bands = _Bands()
    for index, code in enumerate(counties().codes):
        own, people = municipalities()[code]
        rng = generator(seed, "residents", code)
        count = round(counties().population[index] * share)
        parts.append(_county(rng, index, count, people / people.sum(), first, bands))
        codes += own
        first += len(own)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    county, municipality, birth_day, sex, band, frailty, pseudonym = columns
    need = frailty * np.where(sex == 1, bands.women_use[band], 1.0)
    use = {name: _cumulative(county, bands.use[name][band] * need) for name in PROFILES}
    return Residents(tuple(codes), county, municipality, birth_day, sex, pseudonym, use)


class _Bands:
    """age_use.csv as arrays over age bands."""

    def __init__(self) -> None:
        rows = rows_of("contacts/age_use.csv")
        self.start = np.array([int(r["age_from"]) for r in rows])
        self.end = np.append(self.start[1:], OLDEST)
        self.people = np.array([float(r["residents"]) for r in rows])
        self.women = np.array([float(r["women_share"]) for r in rows])
        self.women_use = np.array([float(r["women_use"]) for r in rows])
        self.use = {name: np.array([float(r[name]) for r in rows]) for name in PROFILES}

    def weights(self, share_65: float) -> np.ndarray:
        """Share of residents by band for a county with that share of people of 65 or more."""
        old = self.start >= 65
        within = self.people / np.where(old, self.people[old].sum(), self.people[~old].sum())
        return within * np.where(old, share_65, 1 - share_65)


def _county(rng: np.random.Generator, index: int, count: int, people: np.ndarray, first: int, bands: _Bands) -> tuple:
    band = np.searchsorted(np.cumsum(bands.weights(counties().share_65[index]))[:-1], rng.random(count), side="right")
    age_days = (bands.start[band] + rng.random(count) * (bands.end - bands.start)[band]) * 365.2425
    sex = (rng.random(count) < bands.women[band]).astype(np.int8)
    sex[rng.random(count) < UNKNOWN_SEX_SHARE] = 2
    municipality = first + np.searchsorted(np.cumsum(people)[:-1], rng.random(count), side="right")
    frailty = rng.gamma(1.2, 1 / 1.2, count) + 0.05
    pseudonym = rng.integers(0, 2**64, size=(count, 2), dtype=np.uint64)
    birth_day = REFERENCE - np.floor(age_days).astype(np.int64)
    return np.full(count, index), municipality, birth_day, sex, band, frailty, pseudonym


def _cumulative(county: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Running share of each resident within the own county, plus the county's index: one rising array over all counties."""
    running = np.cumsum(weight)
    firsts = np.searchsorted(county, np.arange(county[-1] + 1))
    before = np.concatenate([[0.0], running])[firsts]
    total = np.diff(np.append(before, running[-1]))
    return county + (running - before[county]) / total[county]
