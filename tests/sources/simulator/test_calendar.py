"""The calendar of the simulation: what is promised for days 0 and 1, and that it goes on sensibly for months."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from sources.simulator.calendar import (
    CONTACTS,
    COSTS,
    DATASETS,
    FIRST_PERIODS,
    HELD_SEQUENCE,
    HELSINKI,
    business_time,
    plan,
)
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders

SEEDS = (SEED, 1, 2, 3)


def test_business_time_is_two_in_the_morning_in_helsinki_in_winter_and_in_summer():
    assert business_time(0) == datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
    assert business_time(1) == datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
    summer = business_time(200)
    assert summer.tzinfo is UTC
    assert summer.hour == 23
    assert summer.astimezone(HELSINKI).hour == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_on_day_0_everyone_has_sent_thirteen_months_but_for_the_contacts_of_one_late_county(seed):
    assert (len(FIRST_PERIODS), FIRST_PERIODS[0], FIRST_PERIODS[-1]) == (13, "2025-09", "2026-09")
    sent = {(d.dataset, d.organiser_code, d.period) for d in plan(0, seed)}
    everyone = {(dataset, code, period) for dataset in DATASETS for code in senders() for period in FIRST_PERIODS}
    (late,) = everyone - sent
    assert (late[0], late[2]) == (CONTACTS, FIRST_PERIODS[-1])
    assert not senders()[late[1]].catchment
    assert {(d.kind, d.sequence) for d in plan(0, seed)} == {("new", 1)}


@pytest.mark.parametrize("seed", SEEDS)
def test_day_1_brings_contacts_of_a_new_month_a_correction_the_late_one_a_duplicate_and_a_rejected_one(seed):
    contacts = [d for d in plan(1, seed) if d.dataset == CONTACTS]
    kinds = Counter(d.kind for d in contacts)
    assert {k: kinds[k] for k in ("correction", "late", "duplicate", "rejected")} == dict.fromkeys(
        ("correction", "late", "duplicate", "rejected"), 1
    )
    assert kinds["new"] >= 4
    by_kind = {d.kind: d for d in contacts}
    earlier = {(d.organiser_code, d.period): d for d in plan(0, seed) if d.dataset == CONTACTS}
    assert by_kind["new"].period == "2026-10"
    late = by_kind["late"]
    assert (late.organiser_code, late.period) not in earlier
    assert late.period == FIRST_PERIODS[-1]
    for again in (by_kind["correction"], by_kind["duplicate"]):
        assert (again.organiser_code, again.period) in earlier
    assert by_kind["correction"].sequence == 2
    assert by_kind["duplicate"].sequence == 1
    assert by_kind["rejected"].fault
    parts = [by_kind[k].organiser_code for k in ("correction", "late", "duplicate", "rejected")]
    assert len(set(parts)) == 4


@pytest.mark.parametrize("seed", SEEDS)
def test_day_1_brings_costs_of_a_new_month_and_a_correction_by_a_sender_without_another_part(seed):
    costs = [d for d in plan(1, seed) if d.dataset == COSTS]
    assert {(d.kind, d.period) for d in costs if d.kind != "unchanged"} == {
        ("new", "2026-10"),
        ("correction", FIRST_PERIODS[-1]),
    }
    (correction,) = [d for d in costs if d.kind == "correction"]
    assert (correction.sequence, correction.revision) == (2, 2)
    assert correction.organiser_code not in {
        d.organiser_code for d in plan(1, seed) if d.dataset == CONTACTS and d.kind != "new"
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_over_eight_months_every_sender_delivers_every_month_once_and_numbers_only_rise(seed):
    good, numbers = Counter(), defaultdict(list)
    for day in range(240):
        for d in plan(day, seed):
            assert d.created_at < business_time(d.day)
            assert d.period < f"{business_time(d.day).astimezone(HELSINKI):%Y-%m}"
            if d.kind in ("new", "late", "second_try"):
                good[d.dataset, d.organiser_code, d.period] += 1
            if d.sequence == HELD_SEQUENCE:
                assert d.kind == "held"
            elif d.kind != "duplicate":
                numbers[d.dataset, d.organiser_code, d.period].append(d.sequence)
            else:
                assert numbers[d.dataset, d.organiser_code, d.period] == [d.sequence]
    complete = {period for *_, period in good} - {max(period for *_, period in good)}
    assert len(complete) >= 18
    assert {good[key, code, period] for key in DATASETS for code in senders() for period in complete} == {1}
    assert all(sequence == list(range(1, len(sequence) + 1)) for sequence in numbers.values())


def test_most_days_are_quiet():
    assert sum(not plan(day, SEED) for day in range(60)) > 25


def test_the_plan_depends_on_seed_and_day_alone():
    later_first = [plan(day, SEED) for day in (5, 3, 1)]
    assert later_first == [plan(day, SEED) for day in (5, 3, 1)]
    assert plan(1, SEED) != plan(1, SEED + 1)
