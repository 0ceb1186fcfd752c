"""Simulated referrals to specialised care as rows of the contract: when they arrived and were handled, who waits and whose treatment began.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.tables import month_factor
from sources.simulator.themes.kit import (
    as_known_on,
    days,
    drawn,
    expected_rows,
    first_and_last,
    lasting,
    months_until,
    numbered,
    people,
)

DATASET = "specialised_care"
SOMATIC = {
    "internal_medicine": 0.24,
    "surgery": 0.3,
    "gynaecology": 0.1,
    "ophthalmology": 0.14,
    "ear_nose_throat": 0.08,
    "neurology": 0.07,
    "oncology": 0.03,
    "other": 0.04,
}
# Which care's users are referred (residents.PROFILES), how many of 1,000 residents in a year, and to which specialties: made up, as all figures here.
LINES = (
    ("general", 270.0, SOMATIC),
    ("adult_psychiatry", 16.0, {"adult_psychiatry": 1.0}),
    ("youth_psychiatry", 9.0, {"youth_psychiatry": 1.0}),
)
# Of all care this share is given by the resident's own county also where a joint authority has the hospitals.
OWN_SHARE = 0.1
CHILD_UNTIL, CHILD_PSYCHIATRY_UNTIL = 16, 13
# Days until a referral is handled, and from the queue to treatment: medians, and the spread of their logarithm.
HANDLED_MEDIAN, HANDLED_SPREAD = 7.0, 0.75
TREATED_MEDIAN, TREATED_SPREAD, LONGEST_WAIT = 55.0, 0.8, 330
QUEUED_SHARE = 0.5
DAYS_TO_QUEUE = 21
MONTHS_OPEN = 15


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: the referrals that arrived, were handled or led to treatment in it, or wait at its end. Equal arguments give equal rows."""
    first, last = (_day(number) for number in first_and_last(period))
    frame = pl.concat([_arrived(organiser_code, month, seed) for month in months_until(period, MONTHS_OPEN)])
    known = as_known_on(frame, first_and_last(period)[1], ["referral_handled_on", "queue_entered_on", "seen_on"])
    moved = pl.any_horizontal(
        pl.col(name) >= first for name in ("referral_arrived_on", "referral_handled_on", "queue_entered_on", "seen_on")
    )
    unhandled = pl.col("referral_handled_on").is_null()
    waiting = pl.col("queue_entered_on").is_not_null() & pl.col("seen_on").is_null()
    return known.filter(moved.fill_null(value=False) | unhandled | waiting).with_columns(status_on=last)


@lru_cache(maxsize=1024)
def _arrived(organiser_code: str, month: str, seed: int) -> pl.DataFrame:
    """What arrived in a month, with all days that will follow."""
    rng = generator(seed, organiser_code, DATASET, month)
    first, last = first_and_last(month)
    parts = [_referred(rng, organiser_code, month, line, seed) for line in LINES]
    frame = pl.concat(parts)
    count = frame.height
    arrived = rng.integers(first, last + 1, count)
    handled = arrived + _waits(rng, organiser_code, "handled", HANDLED_MEDIAN, HANDLED_SPREAD, seed, count)
    queued = handled + rng.integers(0, DAYS_TO_QUEUE + 1, count)
    seen = queued + _waits(rng, organiser_code, "treated", TREATED_MEDIAN, TREATED_SPREAD, seed, count)
    has_queue = pl.Series(rng.random(count) < QUEUED_SHARE)
    return frame.with_columns(
        numbered("L", organiser_code, month, count).alias("referral_id"),
        days(arrived).alias("referral_arrived_on"),
        days(handled).alias("referral_handled_on"),
        days(queued).set(~has_queue, None).alias("queue_entered_on"),
        days(seen).set(~has_queue, None).alias("seen_on"),
    )


def _referred(rng: np.random.Generator, organiser_code: str, month: str, line: tuple, seed: int) -> pl.DataFrame:
    """People of a line with their specialty: what is a child's, a youth's or a woman's alone follows from who it is."""
    profile, rate, specialties = line
    rate *= lasting(seed, DATASET, organiser_code, profile) * month_factor(int(month[5:]))
    expected = (1 - OWN_SHARE) * expected_rows(organiser_code, rate, "hospital", seed)
    expected += OWN_SHARE * expected_rows(organiser_code, rate, "county", seed)
    frame, age = people(rng, expected, profile, first_and_last(month)[0], seed)
    specialty = pl.col("specialty")
    return frame.with_columns(drawn(rng, specialties, frame.height).alias("specialty")).with_columns(
        pl.when((specialty == "youth_psychiatry") & pl.Series(age < CHILD_PSYCHIATRY_UNTIL))
        .then(pl.lit("child_psychiatry"))
        .when(specialty.is_in(["internal_medicine", "neurology", "gynaecology"]) & pl.Series(age < CHILD_UNTIL))
        .then(pl.lit("paediatrics"))
        .when((specialty == "gynaecology") & (pl.col("sex") != "female"))
        .then(pl.lit("surgery"))
        .otherwise(specialty)
        .alias("specialty")
    )


def _waits(
    rng: np.random.Generator, organiser_code: str, what: str, median: float, spread: float, seed: int, count: int
) -> np.ndarray:
    """Whole days of so many waits of a sender, none longer than anybody follows."""
    waits = median * lasting(seed, DATASET, organiser_code, what) * np.exp(spread * rng.standard_normal(count))
    return np.minimum(np.round(waits), LONGEST_WAIT).astype(np.int64)


def _day(number: int) -> pl.Expr:
    return pl.lit(number).cast(pl.Int32).cast(pl.Date)
