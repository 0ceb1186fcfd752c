"""The simulated deliveries that change a month in other ways than by a corrected whole are what their truth says, judged by the real desk."""

import json

import pytest

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional import judging
from sources.regional.intake import take_in
from sources.regional.judge import AcceptedCheck
from sources.regional.periods import locks
from sources.simulator.amendments import lock_a_month
from sources.simulator.calendar import (
    AMENDED_PERIOD,
    AMENDING,
    CONTACTS,
    DATASETS,
    LOCKED_PERIOD,
    NEW,
    PlannedDelivery,
    business_time,
    plan,
)
from sources.simulator.deliver import parcel_of
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from tests.batch import Batch
from tests.spoiled import Spoiled

DAYS = (1, 2)


def amending(day: int, seed: int = SEED) -> list[PlannedDelivery]:
    return [d for d in plan(day, seed) if d.kind in AMENDING]


@pytest.mark.parametrize("seed", [SEED, 1, 2, 3])
def test_the_first_november_brings_each_kind_once_from_senders_without_another_part(seed):
    found = {d.kind: d for day in range(40) for d in amending(day, seed)}
    assert {kind: d.day for kind, d in found.items()} == {"delta": 1, "unchanged": 1, "delete": 2, "after_lock": 2}
    assert found["delta"].organiser_code == found["delete"].organiser_code
    parts = (d for day in range(1, 12) for d in plan(day, seed) if d.dataset in DATASETS)
    others = {d.organiser_code for d in parts if d.kind not in (*AMENDING, NEW)}
    assert not others & {d.organiser_code for d in found.values()}
    assert not any(senders()[d.organiser_code].row_fault_share for d in found.values())


def test_the_desk_finds_what_is_true_of_them(tmp_path, monkeypatch):
    monkeypatch.setattr(judging, "validate", lambda *_: AcceptedCheck(0, {}))
    batch = Batch(tmp_path / "home")
    wanted = {(d.dataset, d.organiser_code, d.period) for day in DAYS for d in amending(day)}
    for planned in plan(0, SEED):
        if (planned.dataset, planned.organiser_code, planned.period) in wanted:
            batch.put(Spoiled(parcel_of(planned, SEED)))
    batch.night(business_time(0))
    for day in DAYS:
        sent = [parcel_of(planned, SEED) for planned in amending(day)]
        for parcel in sent:
            batch.put(Spoiled(parcel))
        with Ledger(batch.home.ledger) as ledger:
            lock_a_month(ledger, day, business_time(day))
            lock_a_month(ledger, day, business_time(day))
            assert [(k.period, k.at) for k in locks(ledger)] == [(LOCKED_PERIOD, business_time(1))]
        batch.night(business_time(day))
        received = batch.received(business_time(day))
        for parcel in sent:
            truth, verdict = parcel.truth, received[parcel.organiser_code].verdict
            told = [verdict[name] for name in ("status", "mode", "is_unchanged", "is_late_after_lock", "rows_received")]
            assert told == [
                truth.expected_status,
                truth.mode,
                truth.is_unchanged,
                truth.is_late_after_lock,
                truth.rows,
            ]
            if truth.correction:
                moved = {name: verdict[f"rows_{name}"] for name in ("changed", "removed", "added")}
                assert moved == vars(truth.correction)
            if parcel.dataset == CONTACTS:
                assert parcel.period == AMENDED_PERIOD


def test_a_home_that_begins_on_a_later_day_locks_nothing_in_its_first_night(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        lock_a_month(ledger, 5, business_time(5))
        take_in(home, ledger, Landing(home.landing), at=business_time(5))
        assert locks(ledger) == []


def test_the_truth_is_written_with_the_mode(tmp_path):
    delta = next(d for d in amending(1) if d.kind == "delta")
    assert json.loads(parcel_of(delta, SEED).truth.to_json())["mode"] == "delta"
