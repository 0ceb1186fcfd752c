"""`status` shows a summary of any age, and says no more than the night knew."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.summary import EXIT_CODES
from sotevarasto.summary_file import read_summary
from sotevarasto.summary_view import OUTCOMES
from sources.home import Home
from tests.old_home import unpack_old_home

SOURCE = {
    "source_code": "statfin_population",
    "status": "failed",
    "rows": 0,
    "rows_of": "2026-11-02",
    "answered": "2026-11-02",
    "is_stale": False,
    "requests_made": 5,
    "requests_minimum": 1,
    "reason": "status 500",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home", "simulated")


def status(home: Home) -> subprocess.CompletedProcess:
    env = os.environ | {"SOTEVARASTO_HOME": str(home.root)}
    command = [sys.executable, "-m", "sotevarasto", "status"]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def told(home: Home, **facts) -> str:
    (home.reports / "last_night.json").write_text(json.dumps(facts), encoding="utf-8")
    done = status(home)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return " ".join(done.stdout.split())


def test_a_summary_of_older_code_is_shown_and_what_it_lacks_is_one_line(tmp_path):
    old = unpack_old_home(tmp_path / "old")
    done = status(old)
    assert done.returncode == 0, done.stderr
    assert "Night 2026-11-02" in done.stdout and "16 Etelä-Pohjanmaan" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "written by other code" in line]
    assert "sources.rows_of" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '"x"', '{"sources": 3}', '{"sources": [3]}', '{"checks": []}', '{"release": {"tables": 1}}'],
)
def test_what_is_no_summary_is_one_line_and_exit_2(home, content):
    (home.reports / "last_night.json").write_text(content)
    done = status(home)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "cannot be read as a night's summary" in done.stderr


def test_a_summary_that_is_almost_empty_or_of_newer_code_is_shown(home):
    assert "The night ended: postponed." in told(home, outcome="postponed", whatever={"is": "new"})
    assert "No release has been published yet" in told(home)


def test_todays_own_summary_lacks_nothing(home):
    """The list of what a summary must have follows what the night writes."""
    from tests.orchestration.nights import concluded

    concluded(home)
    assert read_summary(home.reports / "last_night.json")["lacks"] == []


def test_nothing_moved_is_not_said_of_a_night_that_could_not_ask_every_source(home):
    whole = told(home, outcome="unchanged", sources=[SOURCE | {"status": "unchanged", "reason": None}])
    partly = told(home, outcome="unchanged", sources=[SOURCE])
    assert "Nothing moved" in whole
    assert "Nothing moved" not in partly and "not every source could be asked" in partly


def test_a_stale_source_and_a_silent_sender_are_named(home):
    silent = [{"organiser_code": "05", "dataset": "care_contacts", "accepted": None, "within_days": 45}]
    shown = told(home, outcome="published", sources=[SOURCE | {"is_stale": True}], silent=silent)
    assert "statfin_population is stale: it has given nothing usable since 2026-11-02" in shown
    assert "silent for more than 45 days, care_contacts last accepted: 05 (never)" in shown


def test_a_sealed_delivery_and_codes_that_wait_for_a_mapping_are_told(home):
    rejected = [{"organiser_code": "05", "period": "2026-10", "rule": "HVA-FILE-0-065", "is_sealed": True}]
    shown = told(home, outcome="published", rejected=rejected, unmapped={"codes": 2, "rows": 1234})
    assert "sealed, personal data 05 2026-10" in shown
    assert "2 codes in 1,234 quarantined rows wait for a mapping (dq.unmapped_code)" in shown


def test_an_alert_that_was_not_delivered_is_said(home):
    alert = {"reasons": [], "hook": {"delivered": False, "to": "alerts.example", "error": "status 500"}}
    assert "could not be delivered to alerts.example: status 500" in told(home, outcome="gate_failed", alert=alert)


def test_every_outcome_has_its_words():
    assert set(EXIT_CODES) <= set(OUTCOMES)


def test_how_figures_of_two_bodies_compare_is_one_line(home):
    found = {"green": 60, "amber": 3, "red": 1, "could_not_run": 22, "silent": ["treasury"]}
    shown = told(home, outcome="published", reconciliation=found)
    line = "60 green, 3 amber, 1 red, 22 could not run (no answer tonight from treasury)"
    assert f"Held against other bodies (dq.reconciliation): {line}" in shown
    assert "Held against" not in told(home, outcome="published")
