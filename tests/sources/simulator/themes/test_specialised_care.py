"""Simulated referrals keep every rule, keep their identifier from month to month, and wait as long as they are steered to."""

import polars as pl
import pytest
from at_the_desk import judged, outlook

from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.themes import SAMPLE_SHARE, corrected_theme
from sources.simulator.themes.specialised_care import DATASET, LINES, TREATED_MEDIAN, rows

PERIODS = ("2026-08", "2026-09")


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """Two months of every sender, with the sender and the month."""
    return pl.concat(
        rows(code, period, SEED).with_columns(sender=pl.lit(code), period=pl.lit(period))
        for code in senders()
        for period in PERIODS
    )


def days_between(frame: pl.DataFrame, first: str, last: str) -> pl.Series:
    return (frame[last] - frame[first]).dt.total_days()


def test_the_desk_accepts_every_row_of_every_sender_and_tells_the_outlook(tmp_path):
    parcels, verdicts = judged(tmp_path / "home", DATASET, "2026-09")
    assert {v["status"] for v in verdicts} == {"accepted"} and len(verdicts) == len(senders())
    assert sum(v["rows_accepted"] for v in verdicts) == sum(p.truth.rows for p in parcels) > 3000
    assert {p.sample_share for p in parcels} == {SAMPLE_SHARE}
    sent, start = rows("05", "2026-09", SEED), pl.date(2026, 9, 1)
    assert outlook(tmp_path / "home", "05") == {
        "rows": sent.height,
        "referrals_arrived": sent.filter(pl.col("referral_arrived_on") >= start).height,
        "referrals_handled": sent.filter(pl.col("referral_handled_on") >= start).height,
        "treatments_begun": sent.filter(pl.col("seen_on") >= start).height,
        "waiting": sent.filter(pl.col("queue_entered_on").is_not_null(), pl.col("seen_on").is_null()).height,
    }


def test_equal_arguments_give_equal_rows_and_others_other_ones():
    first = rows("05", "2026-09", SEED)
    rows("HUS", "2026-08", SEED)
    assert rows("05", "2026-09", SEED).equals(first)
    assert not rows("05", "2026-09", SEED + 1).equals(first)
    corrected, correction = corrected_theme(DATASET, "05", "2026-09", 2)
    assert first.height - corrected.height == correction.removed > 0


def test_a_referral_is_the_same_one_in_every_month_and_stays_until_it_is_done(months):
    """Who was unhandled or waited at the end of the first month is in the second, with what had happened by then unchanged."""
    before, after = (months.filter(pl.col("period") == period) for period in PERIODS)
    is_open = pl.col("referral_handled_on").is_null() | (
        pl.col("queue_entered_on").is_not_null() & pl.col("seen_on").is_null()
    )
    both = before.filter(is_open).join(after, on=["sender", "referral_id"], suffix="_later")
    assert both.height == before.filter(is_open).height > 1000
    for name in ("client_id", "specialty", "referral_arrived_on", "referral_handled_on", "queue_entered_on"):
        known = both.filter(pl.col(name).is_not_null())
        assert (known[name] == known[f"{name}_later"]).all(), name
    assert not months.select("sender", "period", "referral_id").is_duplicated().any()


def test_waits_and_numbers_come_out_as_steered(months):
    last = months.filter(pl.col("period") == PERIODS[-1])
    start = pl.date(2026, 9, 1)
    seen = last.filter(pl.col("seen_on") >= start)
    assert 0.8 < days_between(seen, "queue_entered_on", "seen_on").median() / TREATED_MEDIAN < 1.25
    handled = last.filter(pl.col("referral_handled_on") >= start)
    assert 0.85 < (days_between(handled, "referral_arrived_on", "referral_handled_on") <= 21).mean() < 0.97
    arrived = last.filter(pl.col("referral_arrived_on") >= start)
    rate = sum(line[1] for line in LINES)
    assert 0.85 < arrived.height * 12 / (5_600_000 * SAMPLE_SHARE) * 1000 / rate < 1.2


def test_what_is_of_one_sex_or_age_alone_is_of_no_other(months):
    assert set(months.filter(pl.col("specialty") == "gynaecology")["sex"]) == {"female"}
    children = months.filter(pl.col("specialty").is_in(["paediatrics", "child_psychiatry"]))
    assert children["birth_year"].min() >= 2009


def test_members_of_the_joint_authority_send_little_and_it_sends_the_most(months):
    heights = dict(months.group_by("sender").len().iter_rows())
    assert set(heights) == set(senders())
    assert max(heights, key=heights.get) == "HUS" and min(heights.values()) > 0
