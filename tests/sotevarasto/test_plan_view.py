"""`sotevarasto plan` tells what the next night will ask, as a table and as JSON, and asks nothing."""

import json
import socket

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sources.freshness import national_settings


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")

    def refused(*_):
        raise AssertionError("a plan opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)


def _run(*arguments):
    done = CliRunner().invoke(main, ["plan", *arguments])
    return done.exit_code, done.output


def test_a_new_home_gets_a_line_for_every_source_and_a_total():
    code, told = _run()
    assert code == 0
    lines = {line.split()[0]: line for line in told.splitlines() if line.strip()}
    assert lines.keys() >= national_settings().keys() | {"all"}
    assert "40 in 60 s" in lines["statfin_population"] and "94,554 of 120,000 cells" in lines["statfin_population"]
    assert "7 min" in lines["sotkanet"] and "197" in lines["sotkanet"]
    assert "Nothing was asked of any host." in told


def test_a_source_can_be_named_and_an_earlier_year_tried():
    code, told = _run("statfin_population", "--from", "2000", "--format", "json")
    (plan,) = json.loads(told)
    assert code == 0
    assert (plan["missing"], plan["least"], plan["most"], plan["least_seconds"]) == (26, 28, 28, 0.0)


def test_an_unknown_source_is_one_line_with_those_that_there_are():
    code, told = _run("statfin")
    assert code == 2
    assert "no source statfin to plan for" in told and "sotkanet" in told
