"""A month's life in releases: provisional, corrected by a delta and a delete, annulled, locked, late after the lock, revised. Whole nights, and the commands between them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from sources.home import Home
from sources.simulator.amendments import amended
from sources.simulator.calendar import CONTACTS, COSTS, DELETE, DELTA, PlannedDelivery, business_time
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from tests import small_night
from tests.batch import Batch
from tests.spoiled import Spoiled

pytestmark = pytest.mark.slow
MONTH = "2026-09"
FIGURES = (
    "select region_code, numerator::varchar as euros, publication_status from mart.minimum_dataset where known_to is null and source_code = 'costs'"
    " and indicator_code = 'net_costs_per_resident_eur' and region_level = 'county' and region_code in ('16', '17') and period_grain = 'month' order by all"
)


def ask(home: Path, query: str) -> list[dict]:
    done = small_night.run(home, "sql", "--format", "json", query)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def night(home: Path, *day: str) -> dict:
    done = small_night.run(home, "nightly", *day)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((home / "reports" / "last_night.json").read_text())


def decide(home: Path, *arguments: str) -> str:
    done = small_night.run(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def send(home: Path, dataset: str, sender: str, sequence: int, kind: str | None = None) -> None:
    """Put a correction, or an amendment of this kind, of the month into the inbox."""
    made = business_time(0) + timedelta(hours=sequence)
    if kind:
        parcel = amended(PlannedDelivery(0, dataset, sender, MONTH, sequence, kind, 2, made), SEED)
    else:
        parcel = make_parcel(sender, MONTH, sequence, made, SEED, 2, has_row_faults=False, dataset=dataset)
    batch = Batch.__new__(Batch)
    batch.home = Home.open(home, "simulated")
    batch.put(Spoiled(parcel))


def contacts_in_force(home: Path) -> int:
    (found,) = ask(
        home,
        "select rows_in_force as n from dq.delivery where dataset = 'care_contacts' and organiser_code = '16' and status = 'accepted'",
    )
    return found["n"]


def receipt(home: Path, dataset: str, sequence: int) -> str:
    query = f"select distinct receipt_id from dq.delivery where dataset = '{dataset}' and organiser_code = '16' and sequence = {sequence}"
    return ask(home, query)[0]["receipt_id"]


def test_a_month_from_provisional_to_revised(tmp_path):
    home = tmp_path / "home"
    night(home)
    first = {f["region_code"]: f for f in ask(home, FIGURES)}
    assert {f["publication_status"] for f in first.values()} == {"provisional"}
    rows = contacts_in_force(home)

    send(home, CONTACTS, "16", 2, DELTA)
    send(home, CONTACTS, "16", 3, DELETE)
    night(home, "--day", "+1")
    changed = contacts_in_force(home)
    tombstones = ask(
        home, "select count(*) as n, count(distinct deleted_by) as by from dq.tombstone where known_to is null"
    )
    (told,) = ask(home, "select rows_removed as n from dq.delivery where mode = 'delete'")
    assert tombstones == [{"n": told["n"], "by": 1}]
    assert changed != rows
    brought = ask(
        home,
        "select count(*) filter (row_receipt_id = receipt_id) as own, count(*) as n from core.fct_care_contact where known_to is null and organiser_code = '16'",
    )
    assert brought[0]["n"] == changed and brought[0]["own"] == 0, "the delete brought no row of its own"

    decide(home, "delivery", "annul", receipt(home, CONTACTS, 3), "--reason", "wrong keys", "--by", "Korhonen")
    decide(home, "period", "lock", COSTS, MONTH, "--reason", "closed", "--by", "Virtanen")
    send(home, COSTS, "16", 2)
    late = night(home, "--day", "+1")
    assert [(d["dataset"], d["sequence"]) for d in late["after_lock"]] == [(COSTS, 2)]
    assert contacts_in_force(home) > changed, "the delta holds again"
    stretches = ask(
        home,
        "select status, count(*) as n from dq.delivery where organiser_code = '16' and dataset = 'care_contacts' group by all order by all",
    )
    assert {s["status"]: s["n"] for s in stretches} == {"accepted": 1, "annulled": 1, "duplicate": 1, "superseded": 1}
    final = {f["region_code"]: f for f in ask(home, FIGURES)}
    assert {code: f["euros"] for code, f in final.items()} == {code: f["euros"] for code, f in first.items()}
    assert {f["publication_status"] for f in final.values()} == {"final"}
    before = night(home)
    assert before["outcome"] == "unchanged"

    waiting = receipt(home, COSTS, 2)
    assert "another person approves" in decide(
        home, "period", "revise", waiting, "--reason", "late postings", "--by", "Korhonen"
    )
    refused = small_night.run(home, "period", "revise", waiting, "--reason", "late postings", "--by", "Virtanen")
    assert (refused.returncode, len(refused.stderr.strip().splitlines())) == (2, 1)
    decide(home, "period", "revise", waiting, "--reason", "agreed", "--by", "Nieminen")
    done = night(home, "--day", "+1")
    assert done["after_lock"] == []
    revised = {f["region_code"]: f for f in ask(home, FIGURES)}
    assert revised["16"]["euros"] != final["16"]["euros"]
    assert {code: f["publication_status"] for code, f in revised.items()} == {"16": "revised", "17": "final"}
    moved = ask(home, "select distinct publication_status from dq.revisions where source_code = 'care_contacts'")
    assert moved == [{"publication_status": "provisional"}], "the contacts, whose month is open"
    assert decide(home, "ledger", "verify")
