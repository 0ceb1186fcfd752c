"""Simulated periods of long-term care keep the contract, go on from month to month, and are as many as their figures say."""

from datetime import date, timedelta

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
from sources.simulator.themes.care_periods import (
    AGE_FROM,
    AT_HOME,
    BEGUN_PER_1000,
    COMPANY,
    DATASET,
    IN_HOUSING,
    MEAN_DAYS,
)
from sources.simulator.themes.kit import lasting
from sources.simulator.writer import encoded, header_of, lines_of, text_columns

ORGANISERS = [s.organiser_code for s in senders().values() if not s.catchment]
PERIODS = ("2026-07", "2026-08")
LAST_DAYS = {"2026-07": date(2026, 7, 31), "2026-08": date(2026, 8, 31)}


@pytest.fixture(scope="module")
def months() -> dict[tuple[str, str], pl.DataFrame]:
    return {(code, p): corrected_theme(DATASET, code, p)[0] for code in ORGANISERS for p in PERIODS}


@pytest.fixture(scope="module")
def august(months) -> pl.DataFrame:
    return pl.concat(months[code, "2026-08"] for code in ORGANISERS)


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


def test_a_period_that_goes_on_comes_again_next_month_and_one_that_ended_does_not(months):
    for code in ORGANISERS:
        july, later = (months[code, period] for period in PERIODS)
        goes_on = july.filter(pl.col("ended_on").is_null())
        both = goes_on.join(later, on="period_id", suffix="_later")
        assert both.height == goes_on.height > 0, code
        for name in ("client_id", "service_form", "provider_sector", "started_on"):
            assert (both[name] == both[f"{name}_later"]).all(), name
        assert both.filter(pl.col("rai_assessed_on") > pl.col("rai_assessed_on_later")).is_empty()
        assert july.filter(pl.col("ended_on").is_not_null()).join(later, on="period_id").is_empty()


def test_nothing_is_told_of_days_to_come_and_nobody_has_two_periods_of_a_form_at_once(months):
    for (code, period), rows in months.items():
        last = LAST_DAYS[period]
        assert rows.select(pl.max_horizontal("started_on", "ended_on", "rai_assessed_on").max()).item() <= last
        going_on = rows.filter(pl.col("ended_on").is_null())
        assert not going_on.select("client_id", "service_form").is_duplicated().any(), code


def test_the_stock_is_what_begins_times_how_long_it_lasts(august):
    """Of the country, on the last day; what began before the first simulated year is not there, and what overlaps is left out."""
    sample, expected = residents(SEED, SAMPLE_SHARE), dict.fromkeys(BEGUN_PER_1000, 0.0)
    for code in ORGANISERS:
        own = sample.county == counties().codes.index(code)
        age = ((date(2025, 1, 1) - date(1970, 1, 1)).days - sample.birth_day[own]) / DAYS_OF_YEAR
        band = np.searchsorted(AGE_FROM, age[age >= 0], side="right") - 1
        for form, per_1000 in BEGUN_PER_1000.items():
            begun = np.array(per_1000)[band].sum() / 1000 * lasting(SEED, DATASET, code, form)
            expected[form] += begun * MEAN_DAYS[form] / 365
    stock = august.filter(pl.col("ended_on").is_null())
    for form, number in expected.items():
        assert stock.filter(service_form=form).height == pytest.approx(number, rel=0.2, abs=6), form


def test_sectors_and_classes_are_drawn_as_the_figures_say(august):
    housing, home = (august.filter(service_form=form) for form in ("housing_24h", "home_care"))
    assert housing.filter(provider_sector="company").height / housing.height == pytest.approx(
        COMPANY["housing_24h"], abs=0.08
    )
    for rows, shares in ((housing, IN_HOUSING), (home, AT_HOME)):
        classed = rows.filter(pl.col("rai_maple").is_not_null())
        high = classed.filter(pl.col("rai_maple") >= 4).height / classed.height
        assert high == pytest.approx(shares["4"] + shares["5"], abs=0.06)


def test_most_are_assessed_within_six_months_and_not_all(august):
    home = august.filter(service_form="home_care")
    newly = home.filter(pl.col("rai_assessed_on") > LAST_DAYS["2026-08"] - timedelta(days=183))
    assert 0.6 < newly.height / home.height < 0.95
