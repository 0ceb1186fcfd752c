"""When a simulated contact was made, the need assessed, the visit booked and made: all in whole minutes of local wall time since 1970-01-01.

Belongs here: the order of the times and the waits between them. Does not belong here: who meets whom and what about (events.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np

from sources.simulator.randomness import generator
from sources.simulator.tables import activity, counties, rows_of

DAY = 1440
OPENING, SLOTS = 8 * 60, 94  # appointments begin every five minutes from 8:00 to 15:45
# Monday to Sunday; only emergencies come at the weekend.
WEEKDAYS = np.array([1.12, 1.05, 1.0, 0.98, 0.85, 0.0, 0.0])
# Emergencies by hour. None begins between three and four, the hour that the clock skips in March and repeats in October.
HOURS = np.array([5, 4, 3, 0, 3, 3, 4, 6, 12, 15, 16, 16, 15, 15, 15, 15, 16, 16, 15, 14, 12, 10, 8, 6], dtype=float)
LONGEST_WAIT_DAYS = 330
UNREALISED_SHARE = 0.03


@dataclass(frozen=True)
class Times:
    """Times of the contacts, in minutes; the masks say where one is given. `event` is the visit or, without one, the contact."""

    event: np.ndarray
    contacted: np.ndarray
    assessed: np.ndarray
    booked: np.ndarray
    is_assessed: np.ndarray
    is_booked: np.ndarray
    is_realised: np.ndarray


def days_of(period: str) -> np.ndarray:
    """The days of a month 'YYYY-MM', counted from 1970-01-01."""
    first = np.datetime64(period, "M")
    return np.arange(first.astype("M8[D]"), (first + 1).astype("M8[D]")).astype(np.int64)


def weekday(days: np.ndarray) -> np.ndarray:
    """0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday."""
    return (days + 3) % 7


def draw_times(
    rng: np.random.Generator, organiser_code: str, period: str, seed: int, draft: dict[str, np.ndarray]
) -> Times:
    """Times for the contacts of `draft`: `line`, `is_emergency`, `is_urgent`, `is_remote` and `birth_day`, arrays that run alike."""
    line, emergency, remote = draft["line"], draft["is_emergency"], draft["is_remote"]
    count = len(line)
    event = _event(rng, period, emergency)
    realised = emergency | (rng.random(count) >= UNREALISED_SHARE)
    first = realised & ~emergency & ~remote & (rng.random(count) < activity().first_visit[line])
    waited = _wait_days(rng, organiser_code, seed, line)
    waited = np.where(draft["is_urgent"], rng.integers(0, 3, count), waited)
    assessed = _before(rng, event, waited)
    referral = _whole_days(rng.exponential(1, count) * _referral_days()[line])
    contacted_first = _before(rng, assessed, referral)
    contacted_again = _before(rng, event, _whole_days(18 * np.exp(0.9 * rng.standard_normal(count))))
    called = _same_morning(event, event - 5 * rng.integers(0, 37, count))
    contacted = np.where(first, contacted_first, np.where(remote | emergency, called, contacted_again))
    contacted = np.where(realised, contacted, event)
    # A newborn is in no book before birth.
    born = draft["birth_day"] * DAY + OPENING
    contacted, assessed = np.maximum(contacted, born), np.maximum(assessed, born)
    booked = np.where(
        first, np.minimum(assessed + 5 * rng.integers(0, 7, count), event), contacted + 5 * rng.integers(0, 4, count)
    )
    booked = np.where(realised, np.minimum(booked, event), contacted + 5 * rng.integers(1, 4, count))
    walk_in = first & (event - assessed < DAY // 2) & (rng.random(count) < 0.4)
    is_booked = np.where(realised, ~(remote | emergency | walk_in), rng.random(count) < 0.6)
    return Times(event, contacted, assessed, booked, first, is_booked, realised)


def _event(rng: np.random.Generator, period: str, emergency: np.ndarray) -> np.ndarray:
    days, count = days_of(period), len(emergency)
    u = rng.random(count)
    planned = days[_pick(WEEKDAYS[weekday(days)], u)] * DAY + _slot(rng, count)
    hour = _pick(HOURS, rng.random(count))
    unplanned = days[(u * len(days)).astype(np.int64)] * DAY + hour * 60 + rng.integers(0, 60, count)
    return np.where(emergency, unplanned, planned)


def _pick(weights: np.ndarray, u: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.cumsum(weights) / weights.sum(), u, side="right").clip(0, len(weights) - 1)


def _slot(rng: np.random.Generator, count: int) -> np.ndarray:
    return OPENING + 5 * rng.integers(0, SLOTS, count)


def _before(rng: np.random.Generator, at: np.ndarray, days: np.ndarray) -> np.ndarray:
    """An office time so many days before `at`; on the day itself up to an hour before. What falls on a weekend moves to the nearest weekday."""
    day = at // DAY
    earlier = day - days
    of_week = weekday(earlier)
    earlier = np.where(days == 0, day, earlier - (of_week == 5) + (of_week == 6))
    return np.where(
        earlier >= day, _same_morning(at, at - 5 * rng.integers(1, 13, len(at))), earlier * DAY + _slot(rng, len(at))
    )


def _same_morning(at: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """`earlier`, but not before seven in the morning of the day of `at`; in the night the two fall together."""
    seven = at // DAY * DAY + 7 * 60
    return np.where(at < seven, at, np.maximum(earlier, seven))


def _waits() -> dict[str, dict[str, str]]:
    return {r["wait"]: r for r in rows_of("contacts/waits.csv")}


def _referral_days() -> np.ndarray:
    waits = _waits()
    return np.array([float(waits[w]["referral_days_mean"]) if w in waits else 0.0 for w in activity().wait])


def _wait_days(rng: np.random.Generator, organiser_code: str, seed: int, line: np.ndarray) -> np.ndarray:
    """Whole days from need assessment to visit, log-normal: over seven with the county's published or the line's own probability."""
    codes, waits = counties().codes, _waits()
    habit = generator(seed, "waits", organiser_code)
    location, spread = np.zeros(len(activity().lines)), np.ones(len(activity().lines))
    for index, name in enumerate(activity().wait):
        if name not in waits:
            continue
        over, sigma = waits[name]["over_7d_pct"], float(waits[name]["sigma"])
        if over:
            share, shift = float(over) / 100, 0.15 * habit.standard_normal()
        else:
            share = counties().over_7_days_share[codes.index(organiser_code)] if organiser_code in codes else 0.5
            shift = 0.0
        # "More than seven" whole days begins at 8.
        location[index], spread[index] = np.log(8) + sigma * NormalDist().inv_cdf(share) + shift, sigma
    return _whole_days(np.exp(location[line] + spread[line] * rng.standard_normal(len(line))))


def _whole_days(days: np.ndarray) -> np.ndarray:
    return np.floor(days).clip(0, LONGEST_WAIT_DAYS).astype(np.int64)


def full_years(birth_day: np.ndarray, on_day: np.ndarray) -> np.ndarray:
    """Age in full years on a day; both count days from 1970-01-01."""
    birth_year, birth_date = _year_and_date(birth_day)
    year, this_date = _year_and_date(on_day)
    return year - birth_year - (this_date < birth_date)


def year_of(day: np.ndarray) -> np.ndarray:
    """Calendar year of a day counted from 1970-01-01."""
    return _year_and_date(day)[0]


def _year_and_date(day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    dates = day.astype("M8[D]")
    months = dates.astype("M8[M]")
    of_month = (dates - months.astype("M8[D]")).astype(np.int64)
    return dates.astype("M8[Y]").astype(np.int64) + 1970, months.astype(np.int64) % 12 * 31 + of_month


def first_day(period: str) -> int:
    """The first day of a month 'YYYY-MM', counted from 1970-01-01."""
    year, month = map(int, period.split("-"))
    return date(year, month, 1).toordinal() - date(1970, 1, 1).toordinal()
