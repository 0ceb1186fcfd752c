"""Simulated periods of long-term care as rows of the contract: home care, informal care, housing and institutions, with the newest RAI assessment.

Belongs here: one sender's month. Does not belong here: how a sender writes it (writer.py), what is wrong in it (row_faults.py).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from sources.simulator.randomness import generator
from sources.simulator.themes.kit import as_known_on, days, drawn, first_and_last, lasting, numbered, own_people

DATASET = "care_periods"
# Periods that begin in a year among 1,000 residents of an age band (its first year), and their mean length in days: made up, as all figures here.
AGE_FROM = np.array([0, 18, 65, 75, 85])
BEGUN_PER_1000 = {
    "home_care": (0.0, 2.0, 15.0, 75.0, 200.0),
    "informal_care": (3.0, 1.5, 8.0, 22.0, 30.0),
    "communal_housing": (0.0, 0.3, 1.5, 4.0, 12.0),
    "housing_24h": (0.0, 1.0, 3.0, 20.0, 65.0),
    "institution": (0.0, 0.1, 0.5, 2.0, 6.0),
}
MEAN_DAYS = {"home_care": 480, "informal_care": 700, "communal_housing": 600, "housing_24h": 800, "institution": 300}
# Who gives it: the share of companies and of associations; the rest is the organiser's own.
COMPANY = {"home_care": 0.12, "informal_care": 0.0, "communal_housing": 0.4, "housing_24h": 0.42, "institution": 0.1}
ASSOCIATION = {
    "home_care": 0.02,
    "informal_care": 0.0,
    "communal_housing": 0.15,
    "housing_24h": 0.12,
    "institution": 0.05,
}
# Of whom a RAI assessment is made at all, how many days lie between two of them (median, spread of the logarithm), and the shares of MAPLe classes 1 to 5.
RAI_SHARE = {"home_care": 0.95, "informal_care": 0.2, "communal_housing": 0.9, "housing_24h": 0.96, "institution": 0.9}
RAI_DAYS, RAI_SPREAD = 160.0, 0.35
AT_HOME = {"1": 0.14, "2": 0.12, "3": 0.36, "4": 0.27, "5": 0.11}
IN_HOUSING = {"1": 0.01, "2": 0.02, "3": 0.17, "4": 0.38, "5": 0.42}
# Nothing began before this year.
FIRST_YEAR = 2018


def rows(organiser_code: str, period: str, seed: int) -> pl.DataFrame:
    """A sender's month: what went on in it for a day at least. Equal arguments give equal rows."""
    first, last = first_and_last(period)
    years = range(FIRST_YEAR, int(period[:4]) + 1)
    begun = pl.concat([_begun(organiser_code, year, form, seed) for year in years for form in BEGUN_PER_1000])
    # Nobody has two periods of one form at once: what would begin during another is left out, whenever that one ends.
    earlier = pl.col("ended_on").cum_max().shift(1).over("client_id", "service_form")
    frame = begun.sort("started_on", "period_id").filter((pl.col("started_on") > earlier).fill_null(value=True))
    frame = frame.filter(
        pl.col("started_on").cast(pl.Int32) <= last,
        pl.col("ended_on").cast(pl.Int32) >= first,
    )
    return as_known_on(_assessed(frame, last), last, ["ended_on"]).with_columns(status_on=days(np.array([last]))[0])


def _begun(organiser_code: str, year: int, form: str, seed: int) -> pl.DataFrame:
    """What began in a year, with its last day, whenever that will be, and the rhythm of its assessments."""
    rng = generator(seed, organiser_code, DATASET, form, year)
    first = (date(year, 1, 1) - date(1970, 1, 1)).days
    per_1000 = np.array(BEGUN_PER_1000[form]) * lasting(seed, DATASET, organiser_code, form)
    people, _ = own_people(rng, organiser_code, first, per_1000, AGE_FROM, seed)
    count = people.height
    started = first + rng.integers(0, 365, count)
    lengths = np.maximum(1, np.round(rng.exponential(MEAN_DAYS[form], count)))
    private = lasting(seed, DATASET, organiser_code, "private")
    sectors = {"company": private * COMPANY[form], "association": private * ASSOCIATION[form]}
    sectors["own"] = max(0.0, 1 - sum(sectors.values()))
    at_home = form in ("home_care", "informal_care")
    between = RAI_DAYS * lasting(seed, DATASET, organiser_code, "rai") * np.exp(RAI_SPREAD * rng.standard_normal(count))
    return people.with_columns(
        period_id=numbered(f"P{list(BEGUN_PER_1000).index(form)}", organiser_code, str(year), count),
        service_form=pl.lit(form),
        provider_sector=drawn(rng, sectors, count),
        started_on=days(started),
        ended_on=days(started + lengths),
        is_assessed=pl.Series(rng.random(count) < RAI_SHARE[form]),
        days_between=pl.Series(np.maximum(30, np.round(between)).astype(np.int32)),
        days_until_first=pl.Series(rng.integers(0, 60, count).astype(np.int32)),
        rai_maple=drawn(rng, AT_HOME if at_home else IN_HOUSING, count).cast(pl.Int32),
    )


def _assessed(frame: pl.DataFrame, last: int) -> pl.DataFrame:
    """The newest assessment until that day, or until the period's own last day; empty while there is none."""
    first_time = pl.col("started_on").cast(pl.Int32) + pl.col("days_until_first")
    until = pl.min_horizontal(pl.col("ended_on").cast(pl.Int32), pl.lit(last, dtype=pl.Int32))
    times = (until - first_time) // pl.col("days_between")
    newest = (first_time + times * pl.col("days_between")).cast(pl.Date)
    has_one = pl.col("is_assessed") & (until >= first_time)
    return frame.with_columns(
        rai_assessed_on=pl.when(has_one).then(newest),
        rai_maple=pl.when(has_one).then("rai_maple"),
    )
