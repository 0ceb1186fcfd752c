"""The simulated datasets of the themes: what each sender's month holds besides contacts and costs.

Belongs here: which dataset is made by which module, what share of the residents it is of, and what a correction does to a month. Does not belong here: what
the rows say (a module a dataset), how a sender writes them (writer.py), what is wrong in them (row_faults.py). Every row made here keeps every rule of
its contract, and every rate in these modules is made up unless its comment names a source.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import polars as pl

from sources.regional.catalogue import dataset_contract
from sources.simulator.events import SAMPLE_SHARE, Correction
from sources.simulator.randomness import SEED, generator
from sources.simulator.themes import (
    care_periods,
    complaints,
    customer_feedback,
    development,
    hospital_episodes,
    outcomes,
    personnel,
    social_services,
    specialised_care,
)

Rows = Callable[[str, str, int], pl.DataFrame]
# By dataset: the module's rows of (organiser code, period, seed), and what share of the residents they are of.
THEMES: MappingProxyType[str, tuple[Rows, float]] = MappingProxyType(
    {
        complaints.DATASET: (complaints.rows, 1),
        specialised_care.DATASET: (specialised_care.rows, SAMPLE_SHARE),
        hospital_episodes.DATASET: (hospital_episodes.rows, SAMPLE_SHARE),
        social_services.DATASET: (social_services.rows, SAMPLE_SHARE),
        care_periods.DATASET: (care_periods.rows, SAMPLE_SHARE),
        customer_feedback.DATASET: (customer_feedback.rows, 1),
        development.DATASET: (development.rows, 1),
        outcomes.DATASET: (outcomes.rows, SAMPLE_SHARE),
        personnel.DATASET: (personnel.rows, 1),
    }
)
# Of the rows of a month a correction takes out this share: recorded twice, or another's.
REMOVED = 0.02

__all__ = ["SAMPLE_SHARE", "THEMES", "corrected_theme"]


def corrected_theme(
    dataset: str, organiser_code: str, period: str, revision: int = 1, seed: int = SEED
) -> tuple[pl.DataFrame, Correction | None]:
    """A sender's month of a dataset as typed columns of its contract, after `revision` − 1 corrections, and what the last of them did; KeyError for another dataset.

    Equal arguments give equal rows, whatever was made before.
    """
    make, _ = THEMES[dataset]
    frame = make(organiser_code, period, seed).select(dataset_contract(dataset).column_names)
    correction = None
    for number in range(2, revision + 1):
        rng = generator(seed, organiser_code, dataset, period, number)
        gone = np.zeros(frame.height, dtype=bool)
        gone[rng.permutation(frame.height)[: max(1, round(frame.height * REMOVED))]] = True
        frame, correction = frame.filter(pl.Series(~gone)), Correction(0, int(gone.sum()), 0)
    return frame, correction
