"""One real night with personal data and secrets put where they could leak from: no artefact holds any of them, and the night goes on.

What is looked through is the whole home: reports, logs, Dagster's database and its compute logs, dbt's target, Great Expectations' pages, quarantine, slices, releases.
"""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from sources.home import Home
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.simulator.calendar import HELSINKI
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from tests import canaries
from tests.batch import Batch
from tests.small_night import run
from tests.spoiled import Spoiled, Text

SPOILED, SEALED = "09", "10"
# With right check characters, and what else tells who somebody is.
PERSONAL = ("010594Y9032", "020594X903P", "131052-308T", "+358401234567", "matti.mallikas@example.fi")
SECRETS = ("hook-t0ken-9c1f", "env-s3cret-77aa", "pr0xy-passw0rd")
ENVIRONMENT = {
    "SOTEVARASTO_ALERT": f"http://user:{SECRETS[2]}@127.0.0.1:9/hook/{SECRETS[0]}?key={SECRETS[0]}",
    "SOME_SERVICE_PASSWORD": SECRETS[1],
}


def deliver(home: Home, sender: str, values: tuple[str, ...]) -> None:
    """A good month in which each column holds one of the values, one a row."""
    made = datetime(2026, 11, 2, 15, 0, tzinfo=HELSINKI)
    text = Text(make_parcel(sender, "2026-09", 1, made, SEED, has_row_faults=False))
    columns = dataset_contract("care_contacts").column_names
    for place, (number, column) in enumerate(zip(text.clean(len(columns)), columns, strict=True)):
        text.put(number, column, values[place % len(values)])
    Batch(home.root).put(Spoiled(text.packed()))


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    home = Home.open(tmp_path_factory.mktemp("night") / "home", "simulated")
    deliver(home, SPOILED, canaries.CODES)
    deliver(home, SEALED, PERSONAL)
    done = run(home.root, **ENVIRONMENT)
    return home, done, json.loads((home.reports / "last_night.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_sealed_delivery_stops_nobody_and_calls_for_a_person(night):
    _, done, summary = night
    assert done.returncode == 0, done.stdout + done.stderr
    assert summary["outcome"] == "published"
    (sealed,) = [d for d in summary["rejected"] if d["is_sealed"]]
    assert (sealed["organiser_code"], sealed["rule"]) == (SEALED, file_rule("PERSONAL_DATA").id)
    assert "sealed, personal data" in done.stdout
    codes = [reason["code"] for reason in summary["alert"]["reasons"]]
    assert "personal_data_received" in codes and summary["alert"]["hook"]["delivered"] is False


@pytest.mark.slow
def test_no_artefact_holds_a_canary_and_the_landing_alone_has_what_was_sent(night):
    home, done, _ = night
    landed = b"".join(p.read_bytes() for p in (home.landing / "restricted").rglob("*") if p.is_file())
    assert all(value.encode() in landed for value in (*canaries.CODES, *PERSONAL))
    assert canaries.found(home, (*canaries.CODES, *PERSONAL, *SECRETS)) == []
    told = done.stdout + done.stderr
    assert not [value for value in (*canaries.CODES, *PERSONAL, *SECRETS) if value in told]
    assert "Traceback" not in told


@pytest.mark.slow
def test_nothing_is_derived_from_the_sealed_delivery(night):
    home, _, _ = night
    assert not [p for folder in (home.parquet, home.quarantine) for p in folder.rglob(f"*/{SEALED}-*")]
    assert list(home.quarantine.rglob("*.parquet")), "what was quarantined of the other was looked through"
