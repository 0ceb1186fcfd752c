"""`sotevarasto sources list` tells of each national source what the ledger and its settings say, and of none more."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sotevarasto.sources_list import source_lines
from sources.freshness import record_visit
from sources.home import Home
from sources.ledger import Ledger

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")
    return Home.open(tmp_path / "home", "simulated")


@pytest.fixture
def ledger(home):
    with Ledger(home.ledger) as opened:
        yield opened


def _snapshot(ledger, name, rows, at, source="sampo", origin="synthetic"):
    body = {"source_code": source, "object": name, "licence": "CC BY 4.0", "origin": origin}
    ledger.append("snapshot", f"{name}@{at:%d}", body | {"parquet": {"path": "x", "rows": rows}}, at)


def _of(lines, code):
    (line,) = (line for line in lines if line.source_code == code)
    return line


def test_rows_are_those_of_the_newest_snapshot_of_each_object_and_a_visit_without_news_is_a_fetch(ledger):
    _snapshot(ledger, "sampo_observation/a", 10, NIGHT)
    _snapshot(ledger, "sampo_observation/b", 5, NIGHT)
    _snapshot(ledger, "sampo_observation/a", 12, NIGHT + timedelta(days=1))
    record_visit(ledger, "sampo", "2026-11-04", NIGHT + timedelta(days=2))
    line = _of(source_lines(ledger, NIGHT + timedelta(days=2)), "sampo")
    assert (line.last_fetch, line.last_change) == ("2026-11-04", "2026-11-03")
    assert (line.objects, line.rows, line.licence, line.origin) == (2, 17, "CC BY 4.0", "synthetic")
    assert line.freshness == "fresh (3 days)"
    assert _of(source_lines(ledger, NIGHT), "sampo").rows == 15


def test_a_source_is_stale_after_its_days_and_one_that_never_answered_says_so(ledger):
    _snapshot(ledger, "sampo_observation/a", 10, NIGHT)
    lines = source_lines(ledger, NIGHT + timedelta(days=3, minutes=1))
    assert _of(lines, "sampo").freshness == "stale (3 days)"
    never = _of(lines, "sotkanet")
    assert (never.freshness, never.last_fetch, never.rows) == ("never answered", None, 0)
    assert (never.licence, never.origin) == ("CC BY 4.0", "nothing yet")


def test_real_and_synthetic_objects_together_are_mixed(ledger):
    _snapshot(ledger, "a", 1, NIGHT)
    _snapshot(ledger, "b", 1, NIGHT, origin="published")
    assert _of(source_lines(ledger, NIGHT), "sampo").origin == "mixed"


def test_the_command_lists_every_source_that_has_settings_as_a_table_and_as_json(home):
    table = CliRunner().invoke(main, ["sources", "list"])
    assert table.exit_code == 0 and "sotkanet" in table.output and "never answered" in table.output
    found = json.loads(CliRunner().invoke(main, ["sources", "list", "--format", "json"]).output)
    assert {"sampo", "sotkanet", "statfin_population", "statfin_classification"} <= {
        one["source_code"] for one in found
    }
    assert CliRunner().invoke(main, ["sources", "list", "--format", "xml"]).exit_code == 2
