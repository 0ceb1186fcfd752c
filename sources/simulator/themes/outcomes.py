"""Simulated pairs of measurements as rows of the contract: how clients were at the beginning, and at the follow-up.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import (
    days,
    decimals,
    drawn,
    expected_rows,
    first_and_last,
    lasting,
    numbered,
    people,
)

DATASET = "outcomes"
# Follow-ups due of 1,000 residents in a year: made up, as all figures here.
PER_1000_A_YEAR = 120.0
SERVICES = {"2535": 0.35, "2453": 0.3, "2235": 0.2, "2601": 0.1, "2612": 0.05}
INSTRUMENTS = {"functioning": 0.45, "mood": 0.35, "quality_of_life": 0.2}
# Points of 100: where clients begin, what they gain in the mean, and how much they differ. A follow-up is made of so many, within so many days of the day it
# was due.
BEGIN, GAIN, SPREAD, FOLLOWED_UP, WITHIN = 44.0, 9.0, 13.0, 0.62, 10
FOLLOW_UP_DAYS = 90


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month of follow-ups that were due. Equal arguments give equal rows."""
    rng, (first, last) = generator(seed, organiser_code, DATASET, period), first_and_last(period)
    expected = expected_rows(organiser_code, PER_1000_A_YEAR, "county", seed)
    persons, _ = people(rng, expected, "general", first, seed)
    count = persons.height
    due = np.sort(rng.integers(first, last + 1, count))
    begin = np.clip(BEGIN + SPREAD * rng.standard_normal(count), 0, 100)
    gain = GAIN * lasting(seed, DATASET, organiser_code, "gain", 0.2) + SPREAD * rng.standard_normal(count)
    share = min(0.95, FOLLOWED_UP * lasting(seed, DATASET, organiser_code, "followed up", 0.15))
    missing = pl.Series(rng.random(count) >= share)
    # A delivery tells nothing of days after its month.
    measured = np.minimum(due + rng.integers(-WITHIN, WITHIN + 1, count), last)
    return persons.with_columns(
        numbered("O", organiser_code, period, count).alias("measurement_id"),
        drawn(rng, SERVICES, count).alias("service_class_code"),
        drawn(rng, INSTRUMENTS, count).alias("instrument"),
        days(due - FOLLOW_UP_DAYS).alias("baseline_on"),
        decimals(begin, 5).alias("baseline_score"),
        days(due).alias("follow_up_due_on"),
        days(measured).set(missing, None).alias("follow_up_on"),
        decimals(np.clip(begin + gain, 0, 100), 5).set(missing, None).alias("follow_up_score"),
    )
