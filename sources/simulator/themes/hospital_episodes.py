"""Simulated hospital episodes as rows of the contract: who was discharged, after how long, with what, to where, and who came back at once.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.tables import month_factor
from sources.simulator.themes.kit import days, drawn, expected_rows, first_and_last, lasting, numbered, people

DATASET = "hospital_episodes"
# Main diagnoses of each specialty (ICD-10) with their weights: a few that are common, made up, as all figures here.
DIAGNOSES = {
    "internal_medicine": {
        "I50.9": 0.1,
        "J44.1": 0.06,
        "E11.9": 0.03,
        "J45.9": 0.02,
        "I10": 0.02,
        "J18.9": 0.17,
        "I48.9": 0.12,
        "I21.9": 0.1,
        "N39.0": 0.18,
        "A41.9": 0.2,
    },
    "surgery": {"S72.0": 0.25, "M17.9": 0.25, "K35.8": 0.2, "K80.2": 0.2, "I70.2": 0.1},
    "gynaecology": {"N81.2": 0.45, "D25.9": 0.35, "N83.2": 0.2},
    "paediatrics": {"J21.9": 0.4, "A08.4": 0.3, "J45.9": 0.15, "E10.9": 0.15},
    "ear_nose_throat": {"J35.0": 0.5, "J36": 0.5},
    "neurology": {"I63.9": 0.6, "G40.9": 0.4},
    "oncology": {"C50.9": 0.4, "C18.9": 0.3, "C61": 0.3},
    "adult_psychiatry": {"F20.0": 0.4, "F32.2": 0.4, "F10.2": 0.2},
    "youth_psychiatry": {"F32.1": 0.6, "F50.0": 0.4},
    "other": {"R07.4": 0.4, "R55": 0.3, "Z03.8": 0.3},
}
SOMATIC = {
    "internal_medicine": 0.44,
    "surgery": 0.28,
    "gynaecology": 0.09,
    "ear_nose_throat": 0.03,
    "neurology": 0.08,
    "oncology": 0.04,
    "other": 0.04,
}
# Which care's users are in hospital (residents.PROFILES), how many of 1,000 residents end an episode in a year, where, and after how many days (median).
LINES = (
    ("general", 150.0, SOMATIC, 3.0),
    ("adult_psychiatry", 6.0, {"adult_psychiatry": 1.0}, 14.0),
    ("youth_psychiatry", 1.5, {"youth_psychiatry": 1.0}, 10.0),
)
# Of all care this share is given by the resident's own county also where a joint authority has the hospitals.
OWN_SHARE = 0.2
CHILD_UNTIL = 16
SPREAD, LONGEST_STAY = 0.8, 300
ADMISSION = {"emergency": 0.62, "elective": 0.32, "transfer": 0.06}
CAME_FROM = {"home": 0.93, "residential_care": 0.07}
DISCHARGED_TO = {"home": 0.8, "home_care": 0.08, "residential_care": 0.05, "hospital": 0.05, "died": 0.02}
AWAITED = {"residential_care": 0.5, "home_care": 0.3, "hospital": 0.2}
# Who waits for a place elsewhere, from which age, and for how many days at most; who is back within so many days.
DELAYED_SHARE, DELAYED_FROM_AGE, LONGEST_DELAY = 0.18, 65, 14
BACK_SHARE, BACK_WITHIN_DAYS = 0.025, 2


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: the episodes that ended in it. Equal arguments give equal rows."""
    rng = generator(seed, organiser_code, DATASET, period)
    frame = pl.concat([_discharged(rng, organiser_code, period, line, seed) for line in LINES])
    frame = pl.concat([frame, _back(rng, organiser_code, frame, period, seed)])
    return frame.with_columns(numbered("J", organiser_code, period, frame.height).alias("episode_id"))


def _discharged(rng: np.random.Generator, organiser_code: str, period: str, line: tuple, seed: int) -> pl.DataFrame:
    """Episodes of a line without those who come back at once."""
    profile, rate, specialties, median = line
    first, last = first_and_last(period)
    rate *= lasting(seed, DATASET, organiser_code, profile, 0.08) * month_factor(int(period[5:]))
    expected = (1 - OWN_SHARE) * expected_rows(organiser_code, rate, "hospital", seed)
    expected += OWN_SHARE * expected_rows(organiser_code, rate, "county", seed)
    frame, age = people(rng, expected, profile, first, seed)
    count = frame.height
    left = rng.integers(first, last + 1, count)
    stay = np.minimum(np.round(median * np.exp(SPREAD * rng.standard_normal(count))), LONGEST_STAY).astype(np.int64)
    share = DELAYED_SHARE * lasting(seed, DATASET, organiser_code, "delayed")
    delay = np.where(
        (age >= DELAYED_FROM_AGE) & (rng.random(count) < share), rng.integers(1, LONGEST_DELAY + 1, count), 0
    )
    is_delayed = pl.Series(delay > 0)
    came, kind = drawn(rng, CAME_FROM, count), drawn(rng, ADMISSION, count)
    awaited, went = drawn(rng, AWAITED, count), drawn(rng, DISCHARGED_TO, count)
    frame = frame.with_columns(
        _specialty(drawn(rng, specialties, count), age).alias("specialty"),
        kind.alias("admission_kind"),
        days(left - delay - stay).alias("admitted_on"),
        days(left).alias("discharged_on"),
        days(left - delay).set(~is_delayed, None).alias("transfer_ready_on"),
        pl.when(kind == "transfer").then(pl.lit("hospital")).otherwise(came).alias("came_from"),
        pl.when(is_delayed).then(awaited).otherwise(went).alias("discharged_to"),
    )
    return _diagnosed(rng, frame)


def _specialty(drawn_specialty: pl.Series, age: np.ndarray) -> pl.Expr:
    """Children are in the children's hospital; a woman's specialty is a woman's alone."""
    return (
        pl.when(pl.Series(age < CHILD_UNTIL) & drawn_specialty.is_in(list(SOMATIC)))
        .then(pl.lit("paediatrics"))
        .when((drawn_specialty == "gynaecology") & (pl.col("sex") != "female"))
        .then(pl.lit("surgery"))
        .otherwise(drawn_specialty)
    )


def _diagnosed(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Each episode with a main diagnosis of its specialty."""
    choice = pl.lit(None, dtype=pl.String)
    for specialty, weights in DIAGNOSES.items():
        of_it = drawn(rng, weights, frame.height)
        choice = pl.when(pl.col("specialty") == specialty).then(of_it).otherwise(choice)
    return frame.with_columns(choice.alias("main_diagnosis_code"))


def _back(rng: np.random.Generator, organiser_code: str, frame: pl.DataFrame, period: str, seed: int) -> pl.DataFrame:
    """Later episodes of those who had gone home and came back as emergencies within two days, where the later one ended in the month too."""
    _, last = first_and_last(period)
    share = BACK_SHARE * lasting(seed, DATASET, organiser_code, "back", 0.3)
    chosen = pl.Series(rng.random(frame.height) < share) & frame["discharged_to"].is_in(["home", "home_care"])
    left = frame["discharged_on"].cast(pl.Int32).to_numpy().astype(np.int64)
    admitted = left + rng.integers(0, BACK_WITHIN_DAYS + 1, frame.height)
    ended = admitted + rng.integers(1, 6, frame.height)
    back = frame.with_columns(
        pl.lit("emergency").alias("admission_kind"),
        days(admitted).alias("admitted_on"),
        days(ended).alias("discharged_on"),
        pl.lit(None, dtype=pl.Date).alias("transfer_ready_on"),
        pl.lit("home").alias("came_from"),
        pl.lit("home").alias("discharged_to"),
    )
    return back.filter(chosen & pl.Series(ended <= last))
