"""Simulated cases of the social services keep the contract, go on from month to month, and come as often as their figures say."""

import numpy as np
import polars as pl
import pytest
from oracle import verdicts

from sources.regional.catalogue import dataset_contract
from sources.simulator.events import SAMPLE_SHARE
from sources.simulator.parcel import dialect_of
from sources.simulator.randomness import SEED
from sources.simulator.residents import DAYS_OF_YEAR, residents
from sources.simulator.senders import senders
from sources.simulator.tables import counties
from sources.simulator.themes import corrected_theme
from sources.simulator.themes.kit import first_and_last, lasting
from sources.simulator.themes.social_services import AGE_FROM, DATASET, GRANTED_SHARE, PER_1000_A_YEAR, TASKS
from sources.simulator.writer import encoded, header_of, lines_of, text_columns

ORGANISERS = [s.organiser_code for s in senders().values() if not s.catchment]
PERIODS = ("2026-07", "2026-08")
STEPS = ("initiated_on", "assessment_started_on", "assessed_on", "decided_on", "implemented_on")


@pytest.fixture(scope="module")
def months() -> dict[tuple[str, str], pl.DataFrame]:
    return {(code, p): corrected_theme(DATASET, code, p)[0] for code in ORGANISERS for p in PERIODS}


def test_a_clean_month_breaks_no_rule_of_the_contract(months):
    for (code, period), rows in months.items():
        dialect = dialect_of(code, DATASET)
        data = encoded([header_of(dialect), *lines_of(text_columns(rows, dialect), dialect)], dialect, senders()[code])
        assert verdicts(data, dialect, dataset_contract(DATASET), period) == set(), code


def test_equal_arguments_give_equal_rows_and_other_ones_others(months):
    first = months["06", "2026-08"]
    assert corrected_theme(DATASET, "06", "2026-08")[0].equals(first)
    for other in (("06", "2026-09"), ("08", "2026-08"), ("06", "2026-08", 1, 7)):
        assert not corrected_theme(DATASET, *other)[0].equals(first)


def test_an_open_case_comes_again_next_month_with_what_was_known_of_it(months):
    for code in ORGANISERS:
        july, august = (months[code, period] for period in PERIODS)
        is_open = pl.col("decided_on").is_null() | (
            (pl.col("decision") == "granted") & pl.col("implemented_on").is_null()
        )
        was_open = july.filter(is_open)
        both = was_open.join(august, on="case_id", suffix="_later")
        assert both.height == was_open.height > 0, code
        for name in ("client_id", *STEPS):
            known = both.filter(pl.col(name).is_not_null())
            assert (known[name] == known[f"{name}_later"]).all(), name
        closed = july.filter(~is_open)
        assert closed.join(august, on="case_id").is_empty()


def test_nothing_is_told_of_days_to_come(months):
    for (_, period), rows in months.items():
        last = np.array([first_and_last(period)[1]]).astype("datetime64[D]")[0].item()
        assert rows.select(pl.max_horizontal(*STEPS).max()).item() <= last
        assert set(rows["status_on"]) == {last}
        assert rows.filter(pl.col("decision").is_null() != pl.col("decided_on").is_null()).is_empty()


def test_cases_come_up_as_often_as_the_figures_say(months):
    """Each task among the residents of its ages, over the country and two months; a sender's own level is lasting."""
    sample = residents(SEED, SAMPLE_SHARE)
    expected = np.zeros(len(TASKS))
    for code in ORGANISERS:
        own = sample.county == counties().codes.index(code)
        for period in PERIODS:
            age = (first_and_last(period)[0] - sample.birth_day[own]) / DAYS_OF_YEAR
            band = np.searchsorted(AGE_FROM, age[age >= 0], side="right") - 1
            rates = np.array(list(PER_1000_A_YEAR.values()))[:, band].sum(axis=1) / 12 / 1000
            expected += rates * lasting(SEED, DATASET, code, "rate")
    came_up = pl.concat(
        rows.filter(pl.col("initiated_on").dt.strftime("%Y-%m") == period) for (_, period), rows in months.items()
    )
    for task, number in zip(TASKS, expected, strict=True):
        assert came_up.filter(service_task=task).height == pytest.approx(number, rel=0.25, abs=8), task
    assert came_up.height == pytest.approx(expected.sum(), rel=0.05)


def test_decisions_are_granted_as_often_as_the_figures_say(months):
    decided = pl.concat(
        rows.filter(pl.col("decided_on").dt.strftime("%Y-%m") == period) for (_, period), rows in months.items()
    )
    granted = decided.filter(decision="granted").height / decided.height
    assert decided.height > 500
    assert granted == pytest.approx(GRANTED_SHARE, abs=0.05)
