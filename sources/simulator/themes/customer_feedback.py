"""Simulated answers of clients as rows of the contract.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import days, drawn, first_and_last, lasting, numbered, residents_of

DATASET = "customer_feedback"
# Answers of 10,000 residents in a year: made up, as all figures here.
PER_10000_A_YEAR = 90.0
SERVICES = {"2536": 0.4, "2545": 0.15, "2235": 0.1, "2211": 0.05, "2181": 0.05, "2612": 0.2, "2601": 0.05}
LANGUAGES = {"fi": 0.90, "sv": 0.06, "other": 0.04}
# How content clients are, on a scale that each question cuts in its own way; answers that leave a question out.
CONTENT, SPREAD, LEFT_OUT = 0.72, 0.22, 0.06


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month of answers. Equal arguments give equal rows."""
    rng, (first, last) = generator(seed, organiser_code, DATASET, period), first_and_last(period)
    rate = PER_10000_A_YEAR * lasting(seed, DATASET, organiser_code, "rate", 0.3)
    count = rng.poisson(residents_of(organiser_code) / 10_000 / 12 * rate)
    mean = CONTENT * lasting(seed, DATASET, organiser_code, "content", 0.05)
    content = mean + SPREAD * rng.standard_normal(count)
    return pl.DataFrame(
        {
            "response_id": numbered("V", organiser_code, period, count),
            "service_class_code": drawn(rng, SERVICES, count),
            "answered_on": days(np.sort(rng.integers(first, last + 1, count))),
            "language": drawn(rng, LANGUAGES, count),
            "recommendation": _answers(rng, content, 0, 10),
            "got_help": _answers(rng, content, 1, 5),
            "was_heard": _answers(rng, content + 0.03, 1, 5),
        }
    )


def _answers(rng: np.random.Generator, content: np.ndarray, low: int, high: int) -> pl.Series:
    """Whole numbers from low to high, a few of them missing."""
    found = np.clip(np.round(low + (high - low) * (content + 0.08 * rng.standard_normal(len(content)))), low, high)
    return pl.Series(found.astype(np.int32)).set(pl.Series(rng.random(len(content)) < LEFT_OUT), None)
