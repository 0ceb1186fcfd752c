"""The simulated population projection: the synthetic population of the last measured year, carried on year by year.

Belongs here: a plain cohort model on the projection's own municipal division. Does not belong here: the protocol (pxweb.py) and the measured years (figures.py).
Every figure is synthetic; the real projection knows migration and more, this one does not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sources.simulator.national.figures import YEARS, Population, apportion, by_name, population, read

if TYPE_CHECKING:
    import numpy as np

DIVISION_YEAR = 2024
PROJECTED = tuple(range(2024, 2046))
# Synthetic: the share of an age that dies within a year doubles every nine years of age from this one on; births a woman of 20 to 39 a year.
_DEATHS_AT_40, _BIRTHS, _BOYS = 0.001, 0.055, 0.512


@cache
def projection(seed: int) -> Population:
    """`PROJECTED` years on the municipalities of `DIVISION_YEAR`; arrays as in `Population`."""
    import numpy as np

    base = population(seed, False)
    areas, now = _on_own_division(base)
    years = [now]
    for _ in PROJECTED[1:]:
        years.append(_next_year(years[-1]))
    detail = np.rint(np.stack(years, axis=-1)).astype(np.int64)
    by_age = np.concatenate([detail.sum(axis=1, keepdims=True), detail], axis=1)
    by_sex = np.concatenate([by_age.sum(axis=2, keepdims=True), by_age], axis=2)
    counts = np.concatenate([by_sex.sum(axis=0, keepdims=True), by_sex], axis=0)
    return Population(("SSS", *areas), PROJECTED, counts, np.zeros(counts.shape, dtype=bool))


def _on_own_division(base: Population) -> tuple[list[str], np.ndarray]:
    """Municipalities of the division year in the order of their names, and their persons by age and sex (male, female) in the projection's first year.

    A municipality dissolved since gets its share of its successor, by the figures of 2022.
    """
    import numpy as np

    rows = read("municipality")
    own = by_name([row for row in rows if not row["dissolved_on"] or int(row["dissolved_on"][:4]) > DIVISION_YEAR])
    position = {code: i for i, code in enumerate(base.areas)}
    first = base.counts[:, 1:, 1:, YEARS.index(PROJECTED[0])]
    successor = {row["municipality_code"]: row["successor_code"] or row["municipality_code"] for row in own}
    at = np.array([position[successor[row["municipality_code"]]] for row in own])
    weight = np.array([int(row["population_2022"]) for row in own], dtype=float)
    together = np.bincount(at, weight, len(base.areas))
    whole = first[at].reshape(len(own), -1)
    shares = apportion(
        np.stack([weight / together[at], 1 - weight / together[at]], axis=1).repeat(whole.shape[1], axis=0),
        whole.ravel(),
    )
    return [row["municipality_code"] for row in own], shares[:, 0].reshape(len(own), *first.shape[1:]).astype(float)


def _next_year(persons: np.ndarray) -> np.ndarray:
    """One year on: everybody a year older, some dead, some born. `persons` is area × age × sex, ages 0 to 100 and over."""
    import numpy as np

    ages = np.arange(persons.shape[1])
    living = persons * (1 - np.minimum(_DEATHS_AT_40 * 2 ** ((ages - 40) / 9), 0.5))[None, :, None]
    older = np.empty_like(persons)
    older[:, 1:] = living[:, :-1]
    older[:, -1] += living[:, -1]
    births = persons[:, 20:40, 1].sum(axis=1) * _BIRTHS
    older[:, 0, 0], older[:, 0, 1] = births * _BOYS, births * (1 - _BOYS)
    return older
