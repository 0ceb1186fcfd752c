"""The figures that the simulated Sotkanet serves: published ones where they are known, plausible synthetic ones elsewhere.

Belongs here: the years, levels and sexes of an indicator, and its figures by region. Does not belong here: descriptions (sotkanet_texts.py) and the protocol (sotkanet.py).
The same seed and day give the same figures; published ones do not depend on the seed. No published figure is spread to another level: municipalities and the
like are always synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sources.national.sotkanet.catalogue import Indicator
from sources.national.sotkanet.cleaning import CATEGORIES, LEVEL_WORDS, SEXES
from sources.simulator.national.figures import read
from sources.simulator.national.sotkanet_regions import regions, residents, weights
from sources.simulator.randomness import generator

if TYPE_CHECKING:
    import numpy as np

FIRST_YEAR, LAST_YEAR = 2018, 2024
RESTATED_ID = 6  # from day 1 on; its turn to be probed is the night of day 1
RESTATED_YEARS = (2022, 2023, 2024)
COUNTRY = "FI"
COSTS = ("3764", "3766")  # published only as their sum
DECIMALS = {"persons": 0, "index": 2, "per_100000": 0, "ratio": 1, "years": 1}
_RATES = {"percent": 100, "per_1000": 1000, "per_10000": 10_000, "per_100000": 100_000}
_FEWEST_SHOWN = 5  # a numerator below this comes without its rate, as small counts do
# Synthetic level of the country by unit: lowest and highest, drawn by ratio.
_LEVELS = {
    "percent": (4, 60),
    "per_1000": (15, 900),
    "per_10000": (20, 300),
    "per_100000": (200, 2000),
    "eur_per_resident": (80, 900),
    "persons": (4000, 90_000),
    "index": (25, 100),
    "days": (4, 60),
    "ratio": (50, 75),
    "years": (80, 84),
}
_WHOLE_POPULATION = frozenset({"population", "forecast_2030", "forecast_2040"})


@dataclass(frozen=True)
class Series:
    """One indicator's figures; arrays are region × year × sex, NaN where there is no row.

    `numerators` are NaN where none is sent. `published` tells real figures from synthetic ones.
    """

    years: tuple[int, ...]
    sexes: tuple[str, ...]
    values: np.ndarray
    numerators: np.ndarray
    published: np.ndarray


def years_of(indicator: Indicator) -> tuple[int, int]:
    """First and last year of an indicator: those seen, those of its published figures, or the simulator's own."""
    known = [
        int(row["year"]) for row in _published_rows() if str(indicator.indicator_id) in row["sotkanet_id"].split("+")
    ]
    if known:
        return min(known), max(known)
    if indicator.years_seen:
        first, last = indicator.years_seen.split("-")
        return int(first), int(last)
    return FIRST_YEAR, LAST_YEAR


def sexes_of(indicator: Indicator) -> tuple[str, ...]:
    """What the indicator has rows of. The published figures are of both sexes together."""
    if _real(indicator) is not None:
        return SEXES[:1]
    if indicator.sex_split:
        return SEXES if indicator.sex_split == "yes" else SEXES[:1]
    return SEXES if indicator.indicator_id % 4 == 0 or indicator.indicator_id == 127 else SEXES[:1]


def levels_of(indicator: Indicator) -> tuple[str, ...]:
    """The categories that the indicator has rows of."""
    if indicator.verification == "exact_metadata":
        found = {LEVEL_WORDS.get(word.strip().lower()) for word in indicator.levels_seen.split(",")}
        return tuple(category for category in CATEGORIES if category in found)
    if indicator.levels_seen == "county, country":
        return ("HYVINVOINTIALUE", "YTA", "MAA")
    return ("KUNTA", "MAAKUNTA", "HYVINVOINTIALUE", "YTA", "SAIRAANHOITOPIIRI", "ERVA", "NUTS1", "MAA")


@cache
def _published_rows() -> list[dict[str, str]]:
    return read("sotkanet/primary_care")


def series(indicator: Indicator, years: tuple[int, ...], restated: bool, seed: int) -> Series:
    """The figures of an indicator for the given years, which need not be its own: a year that it lacks has no rows."""
    import numpy as np

    first, last = years_of(indicator)
    years = tuple(year for year in years if first <= year <= last)
    sexes = sexes_of(indicator)
    counties, real = _counties(indicator, years, sexes, restated, seed)
    values = _by_region(indicator, counties, seed)
    published = np.zeros(values.shape, dtype=bool)
    if real is not None:
        _set_published(values, published, years, real)
    values[~np.isin([region.category for region in regions()], levels_of(indicator))] = np.nan
    _leave_out(indicator, values, published, years, seed)
    values = np.round(values, DECIMALS.get(indicator.unit, 1))
    numerators = _numerators(indicator, values, published)
    small = numerators < _FEWEST_SHOWN
    return Series(years, sexes, np.where(small, np.nan, values), numerators, published)


def _counties(
    indicator: Indicator, years: tuple[int, ...], sexes: tuple[str, ...], restated: bool, seed: int
) -> tuple[np.ndarray, dict[tuple[str, int], float] | None]:
    """Figures of counties, county × year × sex, and the published ones by (county or FI, year) where there are any."""
    import numpy as np

    codes = list(residents())
    values = _synthetic(indicator, years, sexes, seed)
    if restated and indicator.indicator_id == RESTATED_ID:
        rng = generator(seed, "sotkanet", "restated")
        again = np.isin(years, RESTATED_YEARS)
        chosen = rng.choice(len(codes), 3, replace=False)
        values[np.ix_(chosen, again)] *= 1.04
    real = _real(indicator)
    if real is None:
        return values, None
    known = np.array([[real.get((code, year), np.nan) for year in years] for code in codes])[:, :, None]
    if str(indicator.indicator_id) in COSTS:
        part = _cost_share(codes, seed)[:, None, None]
        return known * (part if str(indicator.indicator_id) == COSTS[0] else 1 - part), None
    values[:, :, :1] = known
    return np.where(np.isnan(known), np.nan, values), real


@cache
def _real(indicator: Indicator) -> dict[tuple[str, int], float] | None:
    rows = [
        row
        for row in _published_rows()
        if str(indicator.indicator_id) in row["sotkanet_id"].split("+") and row["value"]
    ]
    return {(row["hva_code"], int(row["year"])): float(row["value"]) for row in rows} or None


def _cost_share(codes: list[str], seed: int) -> np.ndarray:
    """What part of the published sum of two costs the first of them is: synthetic."""
    return generator(seed, "sotkanet", "cost share").uniform(0.25, 0.4, len(codes))


def _synthetic(indicator: Indicator, years: tuple[int, ...], sexes: tuple[str, ...], seed: int) -> np.ndarray:
    import numpy as np

    size = np.array(list(residents().values()), dtype=float)
    rng = generator(seed, "sotkanet", indicator.indicator_id)
    low, high = _LEVELS[indicator.unit]
    level = low * (high / low) ** rng.uniform()
    if indicator.unit == "persons":
        share = 1.0 if indicator.indicator_key in _WHOLE_POPULATION else level / size.sum()
        level, spread = size * share, 0.0
    else:
        spread = 0.02 if indicator.unit in ("years", "ratio") else 0.12
    county = np.exp(spread * rng.standard_normal(len(size)))
    trend = (1 + rng.uniform(-0.02, 0.02)) ** (np.array(years, dtype=float) - 2021)
    noise = np.exp(
        spread / 6 * generator(seed, "sotkanet", indicator.indicator_id, "noise").standard_normal((len(size), 200))
    )
    noise = noise[:, [year - 1900 for year in years]]
    tilt = rng.uniform(0.02, 0.2)
    by_sex = {"total": 1.0, "male": 1 - tilt, "female": 1 + tilt}
    halves = 2 if indicator.unit == "persons" else 1
    sex = np.array([by_sex[name] / (1 if name == "total" else halves) for name in sexes])
    values = (level * county)[:, None] * trend[None, :] * noise
    values = values[:, :, None] * sex[None, None, :]
    return np.clip(values, 0, 100) if indicator.unit == "percent" else values


def _by_region(indicator: Indicator, counties: np.ndarray, seed: int) -> np.ndarray:
    """Every region's figure out of the counties': their mean weighted by residents, or their sum; municipalities differ from their county at random."""
    import numpy as np

    adds_up = indicator.unit == "persons"
    share = weights(adds_up)
    known = ~np.isnan(counties)
    total = np.tensordot(share, np.where(known, counties, 0), axes=1)
    weight = np.tensordot(share, known.astype(float), axes=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(weight > 0, total if adds_up else total / weight, np.nan)
    municipal = np.array([region.category == "KUNTA" for region in regions()])
    if not adds_up:
        rng = generator(seed, "sotkanet", indicator.indicator_id, "municipalities")
        own = np.exp(0.15 * rng.standard_normal(municipal.sum()))
        values[municipal] *= own[:, None, None]
    return np.clip(values, 0, 100) if indicator.unit == "percent" else values


def _set_published(
    values: np.ndarray, published: np.ndarray, years: tuple[int, ...], real: dict[tuple[str, int], float]
) -> None:
    """Counties and the country, both sexes together, exactly as published; a county that was not published then has no row."""
    import numpy as np

    for row, region in enumerate(regions()):
        if region.category in ("HYVINVOINTIALUE", "MAA"):
            code = COUNTRY if region.category == "MAA" else region.counties[0]
            known = np.array([real.get((code, year), np.nan) for year in years])
            values[row, :, 0] = known
            published[row, :, 0] = ~np.isnan(known)


def _leave_out(
    indicator: Indicator, values: np.ndarray, published: np.ndarray, years: tuple[int, ...], seed: int
) -> None:
    """Rows that are not there, without a word why: some municipalities, and now and then a county's year. Published figures stay."""
    import numpy as np

    rng = generator(seed, "sotkanet", indicator.indicator_id, "absent")
    rate = {"KUNTA": 0.06, "HYVINVOINTIALUE": 0.01}
    shares = np.array([rate.get(region.category, 0) for region in regions()])
    absent = rng.uniform(size=(len(shares), 200))[:, [year - 1900 for year in years]] < shares[:, None]
    values[absent[:, :, None] & ~published] = np.nan


def _numerators(indicator: Indicator, values: np.ndarray, published: np.ndarray) -> np.ndarray:
    """The absolute numbers behind the rates of every other indicator, of a group that is a fifth of the residents; none beside a published figure."""
    import numpy as np

    scale = _RATES.get(indicator.unit)
    if scale is None or indicator.indicator_id % 2:
        return np.full(values.shape, np.nan)
    group = 0.2 * np.array([region.residents for region in regions()], dtype=float)
    numerators = np.rint(values * group[:, None, None] / scale)
    return np.where(published, np.nan, numerators)
