"""The real desk comes to the verdicts that the simulator knows to be true of social services and periods of care, faulty rows among them."""

from datetime import datetime

import polars as pl

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.intake import take_in
from sources.simulator.calendar import HELSINKI, business_time
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.themes import SAMPLE_SHARE, care_periods, social_services

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)


def test_the_desk_accepts_each_senders_month_and_quarantines_the_rows_that_are_known_to_be_faulty(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    organisers = [s for s in senders().values() if not s.catchment]
    faulty = sorted(organisers, key=lambda s: s.row_fault_share)[-4:]
    sent = {}
    for dataset in (social_services.DATASET, care_periods.DATASET):
        for code in (s.organiser_code for s in faulty):
            parcel = make_parcel(code, "2026-08", 1, MADE, SEED, dataset=dataset)
            folder = home.inbox / code
            folder.mkdir(parents=True, exist_ok=True)
            for file in parcel.files:
                (folder / file.name).write_bytes(file.data)
            (folder / parcel.manifest_name).write_bytes(parcel.manifest_bytes())
            sent[parcel.manifest_name] = parcel
    with Ledger(home.ledger) as ledger:
        assert not take_in(home, ledger, Landing(home.landing), at=business_time(0)).problems
        found = {e.body["manifest_name"]: ledger.get("verdict", e.subject).body for e in ledger.events("receipt")}
    assert found.keys() == sent.keys()
    quarantined = 0
    for name, parcel in sent.items():
        verdict, truth = found[name], parcel.truth
        assert (parcel.sample_share, verdict["status"]) == (SAMPLE_SHARE, "accepted"), (name, verdict["reason"])
        faults = set()
        if verdict["quarantine"]:
            rows = pl.read_parquet(home.root / "quarantine" / verdict["quarantine"]["path"])
            faults = set(rows.select("file_name", "line_number", "column_name", "rule_id").iter_rows())
        assert faults == {(f.file_name, f.line_number, f.column, f.rule_id) for f in truth.row_faults}, name
        assert verdict["rows_accepted"] == truth.rows - truth.rows_quarantined
        quarantined += len(faults)
    assert quarantined > 0
