"""Simulated hospital episodes keep every rule, and come back, wait and end as they are steered to."""

import polars as pl
import pytest
from at_the_desk import judged, outlook

from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.themes import SAMPLE_SHARE, corrected_theme
from sources.simulator.themes.hospital_episodes import BACK_SHARE, DATASET, DIAGNOSES, LINES, LONGEST_DELAY, rows

PERIODS = ("2026-07", "2026-08", "2026-09")


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """Three months of every sender, with the sender, the month and the days of the stay and of the delay."""
    frames = [
        rows(code, period, SEED).with_columns(sender=pl.lit(code), period=pl.lit(period))
        for code in senders()
        for period in PERIODS
    ]
    return pl.concat(frames).with_columns(
        stay=(pl.col("discharged_on") - pl.col("admitted_on")).dt.total_days(),
        delay=(pl.col("discharged_on") - pl.col("transfer_ready_on")).dt.total_days(),
    )


def test_the_desk_accepts_every_row_of_every_sender_and_tells_the_outlook(tmp_path):
    parcels, verdicts = judged(tmp_path / "home", DATASET, "2026-08")
    assert {v["status"] for v in verdicts} == {"accepted"} and len(verdicts) == len(senders())
    assert sum(v["rows_accepted"] for v in verdicts) == sum(p.truth.rows for p in parcels) > 500
    assert {p.sample_share for p in parcels} == {SAMPLE_SHARE}
    sent = rows("05", "2026-08", SEED)
    stays = (sent["discharged_on"] - sent["admitted_on"]).dt.total_days()
    assert outlook(tmp_path / "home", "05") == {
        "rows": sent.height,
        "clients": sent["client_id"].n_unique(),
        "bed_days": stays.sum(),
        "delayed_transfers": sent["transfer_ready_on"].count(),
        "median_stay_days": stays.quantile(0.5, "lower"),
    }


def test_equal_arguments_give_equal_rows_and_others_other_ones():
    first = rows("05", "2026-09", SEED)
    rows("HUS", "2026-08", SEED)
    assert rows("05", "2026-09", SEED).equals(first)
    assert not rows("05", "2026-09", SEED + 1).equals(first)
    corrected, correction = corrected_theme(DATASET, "05", "2026-09", 2)
    assert first.height - corrected.height == correction.removed > 0


def test_numbers_are_as_steered(months):
    rate = months.height * 4 / (5_600_000 * SAMPLE_SHARE) * 1000 / sum(line[1] for line in LINES)
    assert 0.85 < rate < 1.2
    assert 2 < months["stay"].median() < 4
    home = (months["discharged_to"] == "home").mean()
    assert 0.7 < home < 0.85


def test_some_are_back_within_two_days_of_going_home(months):
    later = months.join(months, on=["sender", "period", "client_id"], suffix="_later")
    gap = (pl.col("admitted_on_later") - pl.col("discharged_on")).dt.total_days()
    back = later.filter(
        pl.col("episode_id") != pl.col("episode_id_later"),
        gap.is_between(0, 2),
        pl.col("discharged_to").is_in(["home", "home_care"]),
        pl.col("admission_kind_later") == "emergency",
    )
    assert 0.5 * BACK_SHARE < back.height / months.height < 1.3 * BACK_SHARE


def test_those_who_wait_for_a_place_are_old_and_go_on_to_other_care(months):
    delayed = months.filter(pl.col("delay").is_not_null())
    assert 0.04 < delayed.height / months.height < 0.11
    assert delayed["delay"].min() >= 1 and delayed["delay"].max() <= LONGEST_DELAY
    assert delayed["birth_year"].max() <= 2026 - 65
    assert set(delayed["discharged_to"]) == {"residential_care", "home_care", "hospital"}


def test_diagnoses_are_of_the_specialty(months):
    for specialty, codes in months.group_by("specialty").agg(pl.col("main_diagnosis_code").unique()).iter_rows():
        assert set(codes) <= set(DIAGNOSES[specialty])
