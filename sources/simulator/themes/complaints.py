"""Simulated complaints as rows of the contract: objections, complaints, reports of patient injury, and when they were answered.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import (
    as_known_on,
    days,
    drawn,
    first_and_last,
    lasting,
    months_until,
    numbered,
    residents_of,
)

DATASET = "complaints"
# Of 10,000 residents in a year: made up, as all figures here.
PER_10000_A_YEAR = 24.0
KINDS = {"objection": 0.6, "complaint": 0.2, "patient_injury": 0.15, "other": 0.05}
SUBJECTS = {"access": 0.3, "care": 0.4, "conduct": 0.2, "data": 0.05, "other": 0.05}
SERVICES = {"2536": 0.35, "2612": 0.3, "2601": 0.1, "2241": 0.1, "2545": 0.05, "2606": 0.1}
# Days until the answer: most within a month, some never while anybody looks.
MEDIAN_DAYS, SPREAD = 24.0, 0.6
MONTHS_OPEN = 6


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: what arrived, was answered or was still open in it. Equal arguments give equal rows."""
    first, last = first_and_last(period)
    frame = pl.concat([_arrived(organiser_code, month, seed) for month in months_until(period, MONTHS_OPEN)])
    moved = frame.filter(
        (pl.col("answered_on").cast(pl.Int32) >= first) | (pl.col("received_on").cast(pl.Int32) >= first)
    )
    return as_known_on(moved, last, ["answered_on"]).with_columns(status_on=days(np.array([last]))[0])


def _arrived(organiser_code: str, month: str, seed: int) -> pl.DataFrame:
    """What arrived in a month, with the day of the answer, whenever that will be."""
    rng = generator(seed, organiser_code, DATASET, month)
    first, last = first_and_last(month)
    rate = PER_10000_A_YEAR * lasting(seed, DATASET, organiser_code, "rate")
    count = rng.poisson(residents_of(organiser_code) / 10_000 / 12 * rate)
    received = rng.integers(first, last + 1, count)
    waits = MEDIAN_DAYS * lasting(seed, DATASET, organiser_code, "answer") * np.exp(SPREAD * rng.standard_normal(count))
    return pl.DataFrame(
        {
            "complaint_id": numbered("M", organiser_code, month, count),
            "service_class_code": drawn(rng, SERVICES, count),
            "complaint_kind": drawn(rng, KINDS, count),
            "subject": drawn(rng, SUBJECTS, count),
            "received_on": days(received),
            "answered_on": days(received + np.maximum(1, np.round(waits))),
        }
    )
