"""Simulated complaints, answers of clients, personnel, outcomes and development work: equal arguments give equal rows, cases go on, and rates come out as they are steered."""

import datetime

import polars as pl
import pytest

from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.themes import (
    THEMES,
    complaints,
    corrected_theme,
    customer_feedback,
    development,
    outcomes,
    personnel,
)
from sources.simulator.themes.kit import lasting, residents_of

ORGANISERS = [s.organiser_code for s in senders().values() if not s.catchment]
MODULES = (complaints, customer_feedback, development, outcomes, personnel)
LAST_DAY = {"2026-07": datetime.date(2026, 7, 31), "2026-08": datetime.date(2026, 8, 31)}


def months(module, *periods: str) -> pl.DataFrame:
    return pl.concat(
        module.rows(code, period, SEED).with_columns(organiser_code=pl.lit(code), period=pl.lit(period))
        for code in ORGANISERS
        for period in periods or ("2026-08",)
    )


@pytest.mark.parametrize("module", MODULES)
def test_equal_arguments_give_equal_rows_and_other_ones_others(module):
    first, _ = corrected_theme(module.DATASET, "06", "2026-08")
    assert corrected_theme(module.DATASET, "06", "2026-08")[0].equals(first)
    for other in (("06", "2026-09"), ("08", "2026-08"), ("06", "2026-08", 1, 7)):
        assert not corrected_theme(module.DATASET, *other)[0].equals(first)
    corrected, what = corrected_theme(module.DATASET, "06", "2026-08", 2)
    assert (first.height - corrected.height, THEMES[module.DATASET][0]) == (what.removed, module.rows)


@pytest.mark.parametrize(
    ("module", "key", "kept", "end"),
    [
        (complaints, "complaint_id", ["service_class_code", "complaint_kind", "subject", "received_on"], "answered_on"),
        (development, "item_id", ["item_kind", "theme", "started_on", "votes", "adopted_from"], "ended_on"),
    ],
)
def test_what_is_open_comes_again_next_month_under_its_identifier_and_what_is_not_stays_away(module, key, kept, end):
    july, august = (months(module, period) for period in LAST_DAY)
    is_open = pl.col(end).is_null()
    both = july.filter(is_open).join(august, on=["organiser_code", key], suffix="_later")
    # A cohort is followed for so many months; of complaints hardly one is open longer.
    assert both.height >= 0.95 * july.filter(is_open).height > 0
    for name in kept:
        assert both[name].equals(both[f"{name}_later"]), name
    assert july.filter(~is_open).join(august, on=["organiser_code", key]).is_empty()


@pytest.mark.parametrize(
    ("module", "column"),
    [
        (complaints, "answered_on"),
        (customer_feedback, "answered_on"),
        (development, "ended_on"),
        (outcomes, "follow_up_on"),
    ],
)
def test_nothing_is_told_of_days_after_the_month(module, column):
    for period, last in LAST_DAY.items():
        assert months(module, period)[column].max() <= last


def test_complaints_come_as_often_as_is_said():
    found = months(complaints)
    came = found.filter(pl.col("received_on") >= datetime.date(2026, 8, 1))
    levels = sum(residents_of(code) * lasting(SEED, complaints.DATASET, code, "rate") for code in ORGANISERS)
    assert came.height == pytest.approx(complaints.PER_10000_A_YEAR / 12 * levels / 10_000, rel=0.1)
    for words, column in ((complaints.KINDS, "complaint_kind"), (complaints.SUBJECTS, "subject")):
        for word, share in words.items():
            assert (found[column] == word).mean() == pytest.approx(share, abs=0.04), word


def test_clients_answer_as_often_and_as_contentedly_as_is_said():
    found = months(customer_feedback)
    levels = sum(
        residents_of(code) * lasting(SEED, customer_feedback.DATASET, code, "rate", 0.3) for code in ORGANISERS
    )
    assert found.height == pytest.approx(customer_feedback.PER_10000_A_YEAR / 12 * levels / 10_000, rel=0.1)
    assert found["recommendation"].mean() == pytest.approx(10 * customer_feedback.CONTENT, abs=0.5)
    assert found["got_help"].is_null().mean() == pytest.approx(customer_feedback.LEFT_OUT, abs=0.02)
    assert (found["language"] == "sv").mean() == pytest.approx(customer_feedback.LANGUAGES["sv"], abs=0.02)


def test_staff_is_as_large_as_is_said():
    found = months(personnel).with_columns(pl.col("fte", "posts", "absence_days").cast(pl.Float64))
    thousands = sum(residents_of(code) for code in ORGANISERS) / 1000
    assert found["fte"].sum() == pytest.approx(sum(personnel.FTE_PER_1000.values()) * thousands, rel=0.1)
    own, agency = (found.filter(employment=word) for word in ("own", "agency"))
    doctors = agency.filter(profession="doctor")["fte"].sum() / found.filter(profession="doctor")["fte"].sum()
    assert doctors == pytest.approx(personnel.AGENCY_SHARE["doctor"], rel=0.5)
    assert own["absence_days"].sum() / own["fte"].sum() == pytest.approx(personnel.SICK_DAYS_PER_FTE, rel=0.1)
    in_24h = found.filter(service_class_code=personnel.CLASS_24H)
    assert in_24h["clients"].sum() / in_24h["fte"].sum() == pytest.approx(personnel.CLIENTS_PER_FTE, rel=0.1)
    assert found.filter(pl.col("service_class_code") != personnel.CLASS_24H)["clients"].is_null().all()


def test_changes_and_follow_ups_come_as_is_said():
    found = months(outcomes).with_columns(pl.col("baseline_score", "follow_up_score").cast(pl.Float64))
    assert found.height > 300
    assert found["baseline_score"].mean() == pytest.approx(outcomes.BEGIN, abs=2)
    assert found["follow_up_score"].is_not_null().mean() == pytest.approx(outcomes.FOLLOWED_UP, abs=0.08)
    assert (found["follow_up_score"] - found["baseline_score"]).mean() == pytest.approx(outcomes.GAIN, abs=2.5)
    assert (found["follow_up_on"].is_null() == found["follow_up_score"].is_null()).all()


def test_ten_areas_are_assessed_all_year_alike():
    by_month = [
        development.rows("06", period, SEED)
        .filter(item_kind="maturity")
        .select("item_id", "maturity_area", "maturity_level", "started_on")
        for period in LAST_DAY
    ]
    assert by_month[0].equals(by_month[1])
    assert by_month[0]["maturity_area"].to_list() == list(range(1, development.AREAS + 1))
    assert by_month[0]["maturity_level"].is_between(1, 5).all()
