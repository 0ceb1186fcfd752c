"""A long history of few rows: 37 months of one sender, each a delivery that the contract accepts."""

from collections import Counter

import polars as pl
from oracle import verdicts

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contract
from sources.regional.intake import take_in
from sources.simulator.calendar import DATASETS, FIRST_PERIODS, business_time, plan_history
from sources.simulator.deliver import deliver_history, parcel_of
from sources.simulator.history import main
from sources.simulator.randomness import SEED


def test_history_and_calendar_together_make_37_months_without_a_gap():
    for dataset in DATASETS:
        periods = [d.period for d in plan_history(["01"], 37, SEED) if d.dataset == dataset]
        assert (periods[0], periods[-1], len(periods)) == ("2023-10", "2025-08", 23)
        assert sorted({*periods, *FIRST_PERIODS, "2026-10"}) == [*periods, *FIRST_PERIODS, "2026-10"]


def test_a_history_is_of_few_rows_and_keeps_the_contract():
    for planned in plan_history(["01"], 17, SEED):
        parcel = parcel_of(planned, SEED)
        contract = dataset_contract(planned.dataset)
        assert all(verdicts(f.data, parcel.dialect, contract, parcel.period) == set() for f in parcel.files)
        assert parcel.truth.rows < (120 if planned.dataset == "care_contacts" else 700)
        assert parcel.manifest()["sample_share"] == ("0.0005" if planned.dataset == "care_contacts" else "1")


def test_a_history_is_taken_in_once_and_its_slices_hold_its_months(tmp_path, capsys):
    main([str(tmp_path / "home"), "--organisers", "01", "18", "--months", "17"])
    assert "12 deliveries" in capsys.readouterr().out
    home = Home.open(tmp_path / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        outcome = take_in(home, ledger, Landing(home.landing), at=business_time(0))
    assert Counter(d["status"] for d in outcome.deliveries) == {"accepted": 12}
    assert {d["period"] for d in outcome.deliveries} == {"2025-06", "2025-07", "2025-08"}
    parts = [outcome.of(dataset) for dataset in DATASETS]
    assert [len(part.deliveries) for part in parts] == [6, 6]
    assert sum(part.rows_accepted for part in parts) == outcome.rows_accepted
    assert [part.validation.rows for part in parts] == [part.rows_accepted for part in parts]
    assert {part.validation.status for part in parts} == {"PASS"}
    assert outcome.of("ward_days").validation.status == "N-A"
    assert deliver_history(home.inbox, SEED, home.root / "simulator", ["01", "18"], 17) == []
    slices = pl.read_parquet(home.parquet / "costs" / "2025-08" / "*.parquet", columns=["amount_eur", "organiser_code"])
    assert set(slices["organiser_code"]) == {"01", "18"}
    assert slices.schema["amount_eur"] == pl.Decimal(18, 2)
