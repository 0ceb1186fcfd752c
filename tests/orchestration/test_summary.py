"""A night's end is written down before anybody is told, and telling never changes it."""

import json

import duckdb
import pytest

from orchestration.alert import HOOK
from sources.home import Home
from tests.orchestration.nights import concluded


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv(HOOK, raising=False)
    return Home.open(tmp_path / "home", "simulated")


def kept(home: Home) -> dict:
    return json.loads((home.reports / "last_night.json").read_text(encoding="utf-8"))


def test_a_hook_that_fails_leaves_outcome_and_exit_code_and_is_in_the_summary(home, monkeypatch):
    monkeypatch.setenv(HOOK, "sh -c 'exit 9'")
    document = concluded(home, outcome="gate_failed", reason="the share is wrong")
    assert (document["outcome"], document["exit_code"]) == ("gate_failed", 1)
    assert kept(home)["alert"]["hook"] == {"delivered": False, "to": "sh", "error": "sh ended with 9"}
    assert kept(home)["alert"]["reasons"][0]["code"] == "release_held_back"


def test_the_summary_stands_before_the_hook_is_called(home, monkeypatch):
    monkeypatch.setenv(HOOK, f'sh -c \'cp "{home.reports}/last_night.json" "{home.logs}/seen"\'')
    concluded(home, outcome="could_not_run", reason="no room")
    assert json.loads((home.logs / "seen").read_text())["outcome"] == "could_not_run"
    assert kept(home)["alert"]["hook"]["delivered"]


def test_a_good_night_and_a_run_of_a_few_assets_wake_nobody(home, monkeypatch):
    monkeypatch.setenv(HOOK, f"touch {home.logs}/woken")
    assert concluded(home, outcome="unchanged")["alert"] == {"reasons": [], "hook": None}
    assert concluded(home, is_whole=False)["alert"] == {"reasons": [], "hook": None}
    assert not (home.logs / "woken").exists()


def test_a_night_that_was_asked_to_end_keeps_no_results_of_its_checks_but_one_that_could_not_run_does(home):
    concluded(home, was_asked_to_end=True)
    assert list(home.checks.iterdir()) == []
    concluded(home, reason="no room")
    assert len(list(home.checks.iterdir())) == 1


def test_senders_of_whom_nothing_was_accepted_are_told(home):
    silent = concluded(home, outcome="unchanged")["silent"]
    assert len({one["organiser_code"] for one in silent}) == 23
    assert silent[0]["accepted"] is None


def test_what_rests_on_a_source_that_failed_tonight_counts_as_not_run(home):
    """The release is of an earlier night, on which every source answered."""
    release = home.releases / "r1"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "marts.duckdb")) as con:
        con.execute(
            "create schema dq; create table dq.reconciliation (our_source_code varchar, their_source_code varchar, verdict varchar)"
        )
        con.execute(
            "insert into dq.reconciliation values ('costs', 'treasury', 'green'), ('costs', 'treasury', 'red'), ('costs', 'sotkanet', 'green'), "
            "('statfin_population', 'sotkanet', 'could_not_run')"
        )
    duckdb.connect(str(release / "warehouse.duckdb")).close()
    facts = {"format": 1, "release_id": "r1", "at": "2026-11-02T00:00:00+00:00", "profile": "simulated", "tables": []}
    facts |= {"ledger": {"seq": 1, "hash": "x"}, "code_fingerprint": "", "input_fingerprint": ""}
    (release / "release.json").write_text(json.dumps(facts), encoding="utf-8")
    home.current.symlink_to("releases/r1")
    failed = {"source_code": "treasury", "status": "failed", "reason": "status 500", "is_stale": False}
    nothing_to_compare = {"source_code": "kela", "status": "failed", "reason": "status 500", "is_stale": False}
    told = concluded(home, outcome="unchanged", sources=[failed, nothing_to_compare])["reconciliation"]
    assert told == {"green": 1, "amber": 0, "red": 0, "could_not_run": 3, "silent": ["treasury"]}
