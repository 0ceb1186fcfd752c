"""What the simulated datasets of the themes are made with: people, days, words and months.

Belongs here: the tools that several datasets share. Does not belong here: what happens to anybody (a module a dataset).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from sources.simulator.event_times import year_of
from sources.simulator.events import SAMPLE_SHARE, SEXES
from sources.simulator.randomness import generator, hexadecimal
from sources.simulator.residents import DAYS_OF_YEAR, Residents, residents
from sources.simulator.senders import senders
from sources.simulator.tables import counties, flows

_EPOCH = date(1970, 1, 1)


def first_and_last(period: str) -> tuple[int, int]:
    """The first and the last day of a month 'YYYY-MM', as days since 1970-01-01."""
    first = date.fromisoformat(f"{period}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return (first - _EPOCH).days, (last - _EPOCH).days


def months_until(period: str, count: int) -> list[str]:
    """So many months, the given one last."""
    months = [period]
    while len(months) < count:
        months.append(f"{date.fromisoformat(f'{months[-1]}-01') - timedelta(days=1):%Y-%m}")
    return months[::-1]


def days(values: np.ndarray) -> pl.Series:
    """Days since 1970-01-01 as dates."""
    return pl.Series(values.astype(np.int32)).cast(pl.Date)


def decimals(values: np.ndarray, digits: int) -> pl.Series:
    """Numbers that are not negative as DECIMAL(digits, 2), rounded to hundredths."""
    hundredths = pl.Series(np.round(100 * values).astype(np.int64))
    text = (hundredths // 100).cast(pl.String) + "." + (hundredths % 100).cast(pl.String).str.zfill(2)
    return text.cast(pl.Decimal(digits, 2))


def drawn(rng: np.random.Generator, weights: Mapping[str, float], count: int) -> pl.Series:
    """So many words, each as likely as its weight."""
    shares = np.array(list(weights.values())) / sum(weights.values())
    return pl.Series(list(weights), dtype=pl.String).gather(pl.Series(rng.choice(len(weights), count, p=shares)))


def numbered(prefix: str, organiser_code: str, period: str, count: int) -> pl.Series:
    """Identifiers of a month's new rows, unique in the sender."""
    number = pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(6)
    return pl.Series([f"{prefix}{organiser_code}-{period.replace('-', '')}-"], dtype=pl.String) + number


def as_known_on(frame: pl.DataFrame, day: int, columns: Iterable[str]) -> pl.DataFrame:
    """What had not happened by that day (since 1970-01-01) is empty."""
    last = pl.lit(day).cast(pl.Int32).cast(pl.Date)
    return frame.with_columns(pl.when(pl.col(name) <= last).then(pl.col(name)).alias(name) for name in columns)


def residents_of(organiser_code: str) -> float:
    """How many residents an organiser has."""
    return float(counties().population[counties().codes.index(organiser_code)])


def lasting(seed: int, dataset: str, organiser_code: str, what: str, sigma: float = 0.15) -> float:
    """A lasting difference of one sender from the others, about 1."""
    return float(np.exp(sigma * generator(seed, dataset, "lasting", organiser_code, what).standard_normal()))


def expected_rows(organiser_code: str, per_1000_a_year: float, provider: str, seed: int) -> np.ndarray:
    """Rows to be expected in a month, by home county, of an event that so many of 1,000 residents have in a year. `provider` is county or hospital (tables.flows)."""
    sample = residents(seed, SAMPLE_SHARE).by_county
    row = tuple(senders()).index(organiser_code)
    return per_1000_a_year / 1000 / 12 * sample * flows(provider)[row]


def people(
    rng: np.random.Generator, expected: np.ndarray, profile: str, period_start: int, seed: int
) -> tuple[pl.DataFrame, np.ndarray]:
    """Sampled residents to whom something happened, likelier the more care of that profile (residents.PROFILES) they use: the four columns of a person, and the years of
    age on the day `period_start`. `expected` are rows by county; counts are rounded systematically, so that rates do not wander."""
    sample = residents(seed, SAMPLE_SHARE)
    counts = np.diff(np.floor(np.cumsum(expected) + rng.random()), prepend=0).astype(np.int64)
    home = np.repeat(np.arange(len(counts)), counts)
    person = sample.draw(profile, home, rng.random(len(home)))
    birth_day = sample.birth_day[person]
    # In months before the reference day the youngest would not be born yet: they are then others of the same birthday, years older.
    birth_day = birth_day - 366 * np.maximum(0, -(-(birth_day - period_start + 1) // 366))
    return _columns_of(sample, person, birth_day), (period_start - birth_day) / DAYS_OF_YEAR


def own_people(
    rng: np.random.Generator, organiser_code: str, day: int, per_1000: np.ndarray, age_from: np.ndarray, seed: int
) -> tuple[pl.DataFrame, np.ndarray]:
    """Sampled residents of a sender to whom something happened, so many of 1,000 of each age band (`age_from` are its first years) as of that day (since 1970-01-01): the
    four columns of a person, and the index of the band. Nobody twice, nobody unborn; drawn systematically, so that rates do not wander."""
    sample = residents(seed, SAMPLE_SHARE)
    county = counties().codes.index(organiser_code)
    first, end = np.searchsorted(sample.county, [county, county + 1])
    band = np.searchsorted(age_from, (day - sample.birth_day[first:end]) / DAYS_OF_YEAR, side="right") - 1
    running = np.cumsum(np.where(band >= 0, per_1000[band], 0) / 1000)
    chosen = np.flatnonzero(np.diff(np.floor(running + rng.random()), prepend=0))
    person = first + chosen
    return _columns_of(sample, person, sample.birth_day[person]), band[chosen]


def _columns_of(sample: Residents, person: np.ndarray, birth_day: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "client_id": pl.Series(hexadecimal(sample.pseudonym[person]), dtype=pl.String),
            "birth_year": pl.Series(year_of(birth_day)),
            "sex": _words(SEXES, sample.sex[person]),
            "home_municipality_code": _words(sample.municipality_codes, sample.municipality[person]),
        }
    )


def _words(values: Sequence[str], index: np.ndarray) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String).gather(pl.Series(index.astype(np.uint32)))
