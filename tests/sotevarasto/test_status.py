"""`status` shows a summary of any age, and says no more than the night knew."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.summary import EXIT_CODES
from sotevarasto.summary_file import read_summary
from sotevarasto.summary_view import OUTCOMES, Progress
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


def status(home: Home, *options: str) -> subprocess.CompletedProcess:
    env = os.environ | {"SOTEVARASTO_HOME": str(home.root)}
    command = [sys.executable, "-m", "sotevarasto", "status", *options]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def told(home: Home, **facts) -> str:
    (home.reports / "last_night.json").write_text(json.dumps(facts), encoding="utf-8")
    done = status(home)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return " ".join(done.stdout.split())


def test_a_summary_of_older_code_is_shown_and_what_it_lacks_is_one_line(tmp_path):
    old = unpack_old_home(tmp_path / "old")
    done = status(old, "--all")
    assert done.returncode == 0, done.stderr
    assert "Night 2026-11-02" in done.stdout and "16 Etelä-Pohjanmaan" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "written by other code" in line]
    assert "sources.rows_of" in " ".join(done.stdout.split())
    in_short = status(old).stdout
    assert len(in_short.splitlines()) < len(done.stdout.splitlines()) / 2
    assert "16 Etelä-Pohjanmaan" not in in_short and "sotevarasto status --all" in in_short


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


def test_in_short_each_part_is_counted_and_its_words_are_explained(home):
    sender = {"received": 2, "accepted": 1, "rejected": 1, "rows_accepted": 1234, "rows_quarantined": 5}
    month = {"organiser_code": "05", "dataset": "costs"}
    shown = told(
        home,
        outcome="published",
        sources=[SOURCE, SOURCE | {"status": "new", "rows": 10, "reason": None}],
        deliveries=[sender | {"organiser_code": "05"}, sender | {"organiser_code": "06"}],
        delivery_status=[
            month | {"period": "2026-08", "status": "complete"},
            month | {"period": "2026-09", "status": "late"},
            month | {"period": "2026-09", "status": "complete", "organiser_code": "06"},
        ],
        release={"release_id": "r", "tables": [{"name": "mart.minimum_dataset", "rows": 9}, {"name": "b", "rows": 1}]},
        stages=[{"stage": "dbt build", "seconds": 5.0}],
        seconds=7.0,
    )
    assert "1 failed, 1 new; 10 new rows by 10 requests (least 2)" in shown
    assert "of 2 senders: 4 received, 2 accepted, 2 rejected, 2,468 rows, 10 quarantined" in shown
    assert "words: rejected: nothing of it is used" in shown and "quarantined: rows refused one by one" in shown
    assert "1 of 2 months of a dataset are complete; costs 2026-09: 1 complete, 1 late" in shown
    assert "2 tables and views; mart.minimum_dataset has 9 rows" in shown
    assert "whole night 7.0 s; longest: dbt build 5.0 s" in shown


def test_where_there_is_no_terminal_no_line_is_folded(home):
    reason = f"status 500 of https://stat.example/{'a' * 300}/and/{'b' * 300}"
    (home.reports / "last_night.json").write_text(json.dumps({"sources": [SOURCE | {"reason": reason}]}))
    assert reason in status(home).stdout


def test_a_night_says_its_counts_seldom_to_a_log_and_the_last_of_them_always(capsys):
    say = Progress()
    for text in ("597 deliveries received", "20 of 597 deliveries read", "40 of 597 deliveries read", "dbt build …"):
        say(text)
    say("597 of 597 deliveries read")
    said = [line.split(" s  ")[1] for line in capsys.readouterr().out.splitlines()]
    assert said == ["597 deliveries received", "dbt build …", "597 of 597 deliveries read"]


@pytest.mark.parametrize("options", [("status",), ("status", "--all"), ("sources", "list"), ("--help",)])
def test_a_reader_who_goes_away_ends_a_command_quietly(home, options):
    (home.reports / "last_night.json").write_text(json.dumps({"problems": ["x" * 100] * 5000}))
    env = os.environ | {"SOTEVARASTO_HOME": str(home.root)}
    command = subprocess.Popen(
        [sys.executable, "-m", "sotevarasto", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    command.stdout.close()
    assert (command.stderr.read(), command.wait()) == (b"", 141)


def test_a_night_goes_on_when_nobody_reads_what_it_says():
    script = (
        "import os, sys\nfrom sotevarasto.summary_view import Progress\nsay = Progress()\nsys.stdin.read()\n"
        "for text in ('first', 'second'):\n    say(text)\nprint('ended', file=sys.stderr)"
    )
    night = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    night.stdout.close()
    night.stdin.close()
    assert (night.stderr.read(), night.wait()) == (b"ended\n", 0)
