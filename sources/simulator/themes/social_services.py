"""Simulated cases of the social services as rows of the contract: what came up, was assessed, decided and carried out, and what was open.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import (
    as_known_on,
    days,
    first_and_last,
    lasting,
    months_until,
    numbered,
    own_people,
)

DATASET = "social_services"
# Cases that come up in a year among 1,000 residents of an age band (its first year), by task: made up, as all figures here.
AGE_FROM = np.array([0, 18, 65, 75, 85])
PER_1000_A_YEAR = {
    "older_people": (0.0, 0.0, 45.0, 130.0, 260.0),
    "disability": (8.0, 10.0, 12.0, 10.0, 6.0),
    "families": (70.0, 9.0, 0.0, 0.0, 0.0),
    "child_welfare": (110.0, 0.0, 0.0, 0.0, 0.0),
    "adults": (0.0, 26.0, 9.0, 3.0, 1.0),
    "substance_abuse": (1.0, 11.0, 4.0, 1.0, 0.0),
}
TASKS = tuple(PER_1000_A_YEAR)
URGENT_SHARE, UNASSESSED_SHARE, GRANTED_SHARE = 0.08, 0.12, 0.86
# Median days of a step, and the spread of its logarithm: until the assessment began (those of 75 first), it was done, it was decided, it was carried out.
BEGUN, BEGUN_75, DONE, DECIDED, CARRIED_OUT = (9.0, 0.7), (3.5, 0.7), (24.0, 0.5), (9.0, 0.8), (16.0, 1.0)
LONGEST_DAYS = 270
MONTHS_OPEN = 10


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: what came up, moved or was still open in it. Equal arguments give equal rows."""
    first, last = first_and_last(period)
    frame = pl.concat([_came_up(organiser_code, month, seed) for month in months_until(period, MONTHS_OPEN)])
    closed = pl.coalesce("implemented_on", "decided_on").cast(pl.Int32)
    moved = frame.filter(closed >= first).with_columns(
        decision=pl.when(pl.col("decided_on").cast(pl.Int32) <= last).then("decision")
    )
    steps = ["assessment_started_on", "assessed_on", "decided_on", "implemented_on"]
    return as_known_on(moved, last, steps).with_columns(status_on=days(np.array([last]))[0])


def _came_up(organiser_code: str, month: str, seed: int) -> pl.DataFrame:
    """What came up in a month, with the days of all its steps, whenever they will be."""
    rng = generator(seed, organiser_code, DATASET, month)
    first, last = first_and_last(month)
    rates = np.array(list(PER_1000_A_YEAR.values()))
    monthly = rates.sum(axis=0) / 12 * lasting(seed, DATASET, organiser_code, "rate")
    people, band = own_people(rng, organiser_code, first, monthly, AGE_FROM, seed)
    count = people.height
    likely = np.cumsum(rates / rates.sum(axis=0), axis=0).T[band]
    task = (rng.random(count)[:, None] >= likely[:, :-1]).sum(axis=1)
    is_urgent = rng.random(count) < URGENT_SHARE
    is_assessed = rng.random(count) >= UNASSESSED_SHARE
    is_granted = rng.random(count) < GRANTED_SHARE
    pace = lasting(seed, DATASET, organiser_code, "pace")
    begins = np.where(band >= 3, _waits(rng, BEGUN_75, count), _waits(rng, BEGUN, count))
    initiated = np.minimum(_office_day(rng.integers(first, last + 1, count)), last)
    started = _office_day(initiated + np.where(is_urgent, 0, np.round(pace * begins)))
    assessed = _office_day(started + np.round(_waits(rng, DONE, count)))
    before = np.where(is_assessed, assessed, started)
    decided = _office_day(before + np.round(pace * _waits(rng, DECIDED, count)))
    longest = np.maximum(initiated + LONGEST_DAYS, decided)
    implemented = np.minimum(_office_day(decided + np.round(_waits(rng, CARRIED_OUT, count))), longest)
    return people.with_columns(
        case_id=numbered("A", organiser_code, month, count),
        service_task=pl.Series(TASKS, dtype=pl.String).gather(pl.Series(task)),
        urgency=_either(is_urgent, "urgent", "non_urgent"),
        initiated_on=days(initiated),
        assessment_started_on=_where(days(started), is_assessed),
        assessed_on=_where(days(assessed), is_assessed),
        decided_on=days(decided),
        decision=_either(is_granted, "granted", "refused"),
        implemented_on=_where(days(implemented), is_granted),
    )


def _waits(rng: np.random.Generator, median_and_spread: tuple[float, float], count: int) -> np.ndarray:
    median, spread = median_and_spread
    return np.minimum(median * np.exp(spread * rng.standard_normal(count)), LONGEST_DAYS / 4)


def _office_day(day: np.ndarray) -> np.ndarray:
    """Saturdays and Sundays become the Monday after; 1970-01-01 was a Thursday. Public holidays are days like others here."""
    weekday = (day.astype(np.int64) + 3) % 7
    return day.astype(np.int64) + np.where(weekday > 4, 7 - weekday, 0)


def _either(is_it: np.ndarray, yes: str, no: str) -> pl.Series:
    return pl.Series([no, yes], dtype=pl.String).gather(pl.Series(is_it.astype(np.uint32)))


def _where(values: pl.Series, condition: np.ndarray) -> pl.Series:
    return pl.select(pl.when(pl.Series(condition)).then(values)).to_series()
