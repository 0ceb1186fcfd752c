"""The real intake comes to the verdicts that the simulator knows to be true: two whole simulated nights, and every fault in several dialects."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.intake import take_in
from sources.simulator.calendar import CONTACTS, FIRST_PERIODS, HELD, HELSINKI, business_time, plan
from sources.simulator.deliver import deliver, parcel_of
from sources.simulator.faults import FAULTS, spoil
from sources.simulator.parcel import Parcel, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)


class Desk:
    """A home of its own, and the verdicts that its ledger holds."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root, "simulated")
        self.landing = Landing(self.home.landing)

    def night(self, day: int) -> None:
        with Ledger(self.home.ledger) as ledger:
            outcome = take_in(self.home, ledger, self.landing, at=business_time(day))
        assert not outcome.problems

    def receipt_of(self, ledger: Ledger, parcel: Parcel) -> str:
        """Names of files repeat from sender to sender; the folder says whose."""
        sent = (parcel.organiser_code, parcel.manifest_name)
        return next(
            e.subject for e in ledger.events("receipt") if (e.body["organiser_code"], e.body["manifest_name"]) == sent
        )

    def verdict(self, parcel: Parcel) -> dict:
        with Ledger(self.home.ledger) as ledger:
            return ledger.get("verdict", self.receipt_of(ledger, parcel)).body

    def quarantined(self, verdict: dict) -> set[tuple[str, int, str | None, str]]:
        if not verdict["quarantine"]:
            return set()
        rows = pl.read_parquet(self.home.root / "quarantine" / verdict["quarantine"]["path"])
        return set(rows.select("file_name", "line_number", "column_name", "rule_id").iter_rows())

    def hold(self, parcel: Parcel) -> dict:
        with Ledger(self.home.ledger) as ledger:
            receipt_id = self.receipt_of(ledger, parcel)
            assert ledger.get("verdict", receipt_id) is None
            return ledger.get("hold", receipt_id).body

    def agrees(self, parcel: Parcel) -> None:
        truth, verdict = parcel.truth, self.verdict(parcel)
        assert (verdict["status"], verdict["rule"]) == (truth.expected_status, truth.expected_rule), verdict["reason"]
        if truth.expected_status != "accepted":
            return
        true = {(f.file_name, f.line_number, f.column, f.rule_id) for f in truth.row_faults}
        assert self.quarantined(verdict) == true
        counts = (verdict["rows_received"], verdict["rows_accepted"], verdict["rows_quarantined"])
        assert counts == (truth.rows, truth.rows - truth.rows_quarantined, truth.rows_quarantined)


def put(home: Home, parcel: Parcel) -> None:
    folder = home.inbox / parcel.organiser_code
    folder.mkdir(parents=True, exist_ok=True)
    for file in parcel.files:
        (folder / file.name).write_bytes(file.data)
    (folder / parcel.manifest_name).write_bytes(parcel.manifest_bytes())


@pytest.mark.parametrize(
    "periods", [FIRST_PERIODS[1:2], pytest.param(FIRST_PERIODS, marks=pytest.mark.slow)], ids=["one month", "all"]
)
def test_two_simulated_nights_end_as_the_simulator_knows(periods, tmp_path):
    """Of the first night at least one month of every sender, and what the second night repeats or corrects."""
    desk, sent = Desk(tmp_path / "home"), []
    returning = {(d.dataset, d.organiser_code, d.period) for d in plan(1, SEED)}
    for planned in plan(0, SEED):
        if planned.period in periods or (planned.dataset, planned.organiser_code, planned.period) in returning:
            sent.append(parcel_of(planned, SEED))
            put(desk.home, sent[-1])
    desk.night(0)
    sent += [parcel_of(planned, SEED) for planned in plan(1, SEED)]
    deliver(desk.home.inbox, 1, SEED, desk.home.root / "simulator")
    desk.night(1)
    assert {p.truth.expected_status for p in sent} == {"accepted", "rejected", "duplicate"}
    for parcel in sent:
        desk.agrees(parcel)


@pytest.mark.slow
def test_what_must_be_held_is_held_by_its_rule_and_the_good_months_stay(tmp_path):
    """The 4th of the month: the months in force of those who send then, and what they send."""
    desk = Desk(tmp_path / "home")
    planned = [d for d in plan(2, SEED) if d.kind == HELD]
    assert len(planned) == 5
    # The season of the country is known from some other senders.
    series = {(d.dataset, d.organiser_code) for d in planned} | {(CONTACTS, code) for code in list(senders())[:7]}
    earlier = [d for d in plan(0, SEED) if (d.dataset, d.organiser_code) in series]
    for delivery in earlier:
        put(desk.home, parcel_of(delivery, SEED))
    desk.night(0)
    sent = [parcel_of(d, SEED) for d in planned]
    for parcel in sent:
        put(desk.home, parcel)
    desk.night(2)
    for parcel in sent:
        hold = desk.hold(parcel)
        assert (hold["status"], hold["rule"]) == ("held", parcel.truth.expected_rule), hold["reason"]
    with Ledger(desk.home.ledger) as ledger:
        assert len(ledger.events("hold")) == 5
        assert len(ledger.events("verdict")) == len(earlier)


@pytest.mark.parametrize("shift", [0, 9])
def test_every_fault_of_a_delivery_gets_its_verdict(shift, tmp_path):
    """Each fault by another sender; with the second shift, each in another dialect than with the first."""
    desk, codes, sent = Desk(tmp_path / "home"), list(senders()), []
    for number, fault in enumerate(FAULTS):
        code, period = codes[(number + shift) % len(codes)], f"2026-0{7 + number // len(codes)}"
        spoilt = spoil(make_parcel(code, period, 1, MADE, SEED, n_rows=300), fault)
        put(desk.home, spoilt)
        sent.append(spoilt)
    desk.night(0)
    for spoilt in sent:
        desk.agrees(spoilt)
