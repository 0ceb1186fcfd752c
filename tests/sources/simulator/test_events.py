"""The simulated contacts keep the contract, lie near the published figures and depend on nothing but what was asked for."""

import time

import polars as pl
import pytest
from oracle import verdicts

from sources.simulator import residents as residents_module
from sources.simulator.events import SAMPLE_SHARE, corrected_rows, generate_rows
from sources.simulator.national.figures import population
from sources.simulator.parcel import dialect_of
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.tables import counties, rows_of
from sources.simulator.writer import encoded, header_of, lines_of, text_columns

PERIODS = ("2026-07", "2026-08", "2026-09")
PRIMARY_CARE = [
    r["service_class_code"] for r in rows_of("contacts/activity.csv") if r["service_class_code"].startswith("253")
]


@pytest.fixture(scope="module")
def contacts() -> pl.DataFrame:
    """Three months of every sender without faults, with the sender and the home county."""
    county_of = {r["municipality_code"]: r["hva_code"] for r in rows_of("municipality.csv")}
    frames = [
        generate_rows(code, period).with_columns(sender=pl.lit(code), period=pl.lit(period))
        for code in senders()
        for period in PERIODS
    ]
    home = pl.col("home_municipality_code").replace_strict(county_of).alias("home")
    wait = (pl.col("visited_at").dt.date() - pl.col("need_assessed_at").dt.date()).dt.total_days().alias("wait_days")
    return pl.concat(frames).with_columns(home, wait)


def people_of(county: str) -> int:
    """Residents of a county on the newest day of the simulated population."""
    figures = population(SEED, restated=False)
    own = {r["municipality_code"] for r in rows_of("municipality.csv") if r["hva_code"] == county}
    return sum(int(figures.counts[i, 0, 0, -1]) for i, area in enumerate(figures.areas) if area in own)


@pytest.mark.parametrize("period", ["2026-07", "2026-09", "2025-02", "2027-01"])
def test_a_clean_month_breaks_no_rule_of_the_contract(contract, period):
    """Also a month before the reference day, when the youngest are not born yet, and one whose waits cross New Year."""
    for code in senders():
        dialect = dialect_of(code)
        rows = generate_rows(code, period)
        data = encoded([header_of(dialect), *lines_of(text_columns(rows, dialect), dialect)], dialect, senders()[code])
        assert verdicts(data, dialect, contract, period) == set(), code


def test_the_same_arguments_give_the_same_rows_whatever_was_made_before():
    first = generate_rows("05", "2026-08")
    generate_rows("HUS", "2026-07")
    residents_module.residents.cache_clear()
    generate_rows("05", "2026-09")
    assert generate_rows("05", "2026-08").equals(first)


@pytest.mark.parametrize(
    "other", [("05", "2026-08", 1, None, 7), ("05", "2026-09", 1, None, SEED), ("06", "2026-08", 1, None, SEED)]
)
def test_another_seed_month_or_sender_gives_other_rows(other):
    rows, others = generate_rows("05", "2026-08"), generate_rows(*other)
    assert set(rows["contacted_at"].to_list()) != set(others["contacted_at"].to_list())
    assert not set(rows["contact_id"]) & set(others["contact_id"]) or other[4] != SEED


def test_doctors_visits_in_primary_care_are_near_the_published_rate_of_each_county(contacts):
    visits = contacts.filter(
        pl.col("profession") == "doctor",
        pl.col("service_class_code").is_in(PRIMARY_CARE),
        pl.col("visited_at").is_not_null(),
    )
    by_home = dict(visits.group_by("home").len().iter_rows())
    published = dict(zip(counties().codes, counties().doctor_visits_per_1000, strict=True))
    assert set(by_home) == set(published)
    for county, rate in published.items():
        simulated = by_home[county] / (people_of(county) * SAMPLE_SHARE) * 1000 * 12 / len(PERIODS)
        assert simulated == pytest.approx(rate, rel=0.04), county


def test_the_share_that_waited_over_seven_days_is_near_the_published_one(contacts):
    first = contacts.filter(
        pl.col("service_class_code") == "2536", pl.col("profession") == "doctor", pl.col("urgency") == "non_urgent"
    ).filter(pl.col("wait_days").is_not_null())
    found = {
        r["sender"]: r for r in first.group_by("sender").agg(pl.len(), over=(pl.col("wait_days") > 7).mean()).to_dicts()
    }
    for county, share in zip(counties().codes, counties().over_7_days_share, strict=True):
        spread = 4 * (share * (1 - share) / found[county]["len"]) ** 0.5
        assert found[county]["over"] == pytest.approx(share, abs=spread), county
    assert found["04"]["over"] > found["14"]["over"] + 0.3


def test_a_need_assessment_stands_only_on_visits_that_took_place(contacts):
    assessed = contacts.filter(pl.col("need_assessed_at").is_not_null())
    assert assessed.height > 5000
    assert assessed["visited_at"].null_count() == 0
    assert not set(assessed["contact_mode"]) & {"phone", "chat"}
    unrealised = contacts.filter(pl.col("visited_at").is_null())
    assert 0.02 < unrealised.height / contacts.height < 0.04
    assert unrealised["need_assessed_at"].null_count() == unrealised.height


def test_a_sender_of_hospital_care_gives_it_to_its_catchment_and_gives_nothing_else(contacts):
    for sender in senders().values():
        if not sender.catchment:
            continue
        own = contacts.filter(pl.col("sender") == sender.organiser_code)
        assert set(own["service_class_code"]) == {"2601", "2606", "2607", "2612"}
        assert own["home"].is_in(sender.catchment).mean() > 0.95
        hospital = pl.col("service_class_code").is_in(["2601", "2606", "2607", "2612"])
        assert contacts.filter(pl.col("sender").is_in(sender.catchment) & hospital).height == 0


def test_a_few_per_cent_of_a_countys_contacts_are_of_residents_of_others(contacts):
    away = contacts.filter(~pl.col("sender").is_in([s.organiser_code for s in senders().values() if s.catchment]))
    share = away.select((pl.col("sender") != pl.col("home")).mean()).item()
    assert 0.015 < share < 0.05


def test_the_old_use_more_care_and_women_more_than_men(contacts):
    rows = contacts.filter(pl.col("service_class_code") == "2536").with_columns(age=2026 - pl.col("birth_year"))
    figures = population(SEED, restated=False).counts[0, 1:, 0, -1]
    young, old = figures[25:45].sum(), figures[75:95].sum()
    per_young = rows.filter(pl.col("age").is_between(25, 44)).height / young
    per_old = rows.filter(pl.col("age").is_between(75, 94)).height / old
    assert per_old > 1.8 * per_young
    assert contacts.filter(pl.col("sex") == "female").height > 1.1 * contacts.filter(pl.col("sex") == "male").height


def test_clients_come_again_in_later_months(contacts):
    months = contacts.group_by("client_id").agg(pl.col("period").n_unique(), pl.col("birth_year").n_unique())
    assert months.filter(pl.col("period") > 1).height > 0.2 * months.height
    assert months["birth_year"].max() == 1


def test_contact_identifiers_are_unique_within_a_sender(contacts):
    assert contacts.select(pl.struct("sender", "contact_id").is_unique().all()).item()


def test_a_correction_changes_the_share_of_rows_that_it_says():
    before, (after, correction) = generate_rows("08", "2026-08"), corrected_rows("08", "2026-08", 2)
    both = before.join(after, on="contact_id", suffix="_new")
    changed = both.filter(
        (pl.col("urgency") != pl.col("urgency_new")) | pl.col("reason_code").ne_missing(pl.col("reason_code_new"))
    )
    assert (changed.height, before.height - both.height, after.height - both.height) == (
        correction.changed,
        correction.removed,
        correction.added,
    )
    assert 0.02 < correction.changed / before.height < 0.04
    assert min(correction.removed, correction.added) > 0


def test_the_number_of_rows_can_be_asked_for_and_brings_more_clients():
    rows = generate_rows("01", "2026-03", n_rows=20_000)
    assert rows.height == 20_000
    assert rows["contact_id"].n_unique() == 20_000
    assert rows["client_id"].n_unique() > 10_000


def test_a_night_of_all_senders_is_made_in_a_few_seconds():
    started = time.process_time()
    rows = 0
    for code in senders():
        dialect = dialect_of(code)
        for period in PERIODS:
            frame = generate_rows(code, period)
            rows += frame.height
            encoded([header_of(dialect), *lines_of(text_columns(frame, dialect), dialect)], dialect, senders()[code])
    assert time.process_time() - started < 5
    assert 60_000 < rows < 70_000
