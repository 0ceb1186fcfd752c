"""The command line is light, answers bad use in one line, and never shows a stack trace."""

import os
import subprocess
import sys

import pytest


def run(*arguments, home=None, **env):
    environment = os.environ | {"SOTEVARASTO_HOME": str(home)} | env if home else os.environ | env
    return subprocess.run(
        [sys.executable, "-m", "sotevarasto", *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_help_imports_nothing_heavy():
    code = (
        "import sys, sotevarasto.cli\n"
        "print(sorted({'dagster', 'dbt', 'duckdb', 'pandas', 'polars', 'pandera', 'great_expectations', 'rich', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["status"], "no night has run"),
        (["sql", "select 1"], "no release"),
        (["ledger", "verify"], "no ledger"),
        (["nightly", "--day", "tomorrow"], "DAY=tomorrow is not understood"),
        (["landing", "erase", "0" * 64, "--reason", "x"], "no ledger"),
    ],
)
def test_a_command_that_cannot_work_says_why_in_one_line_and_exits_2(tmp_path, arguments, says):
    done = run(*arguments, home=tmp_path / "home")
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_an_unknown_profile_is_refused_in_one_line(tmp_path):
    done = run("nightly", home=tmp_path / "home", SOTEVARASTO_PROFILE="prod")
    assert done.returncode == 2
    assert "prod" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_home_of_the_other_profile_is_refused(tmp_path):
    from sources.home import Home

    Home.open(tmp_path / "home", "simulated")
    done = run("nightly", home=tmp_path / "home", SOTEVARASTO_PROFILE="live")
    assert done.returncode == 2
    assert "simulated" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_live_night_takes_no_simulated_day(tmp_path):
    done = run("nightly", "--day", "+1", home=tmp_path / "home", SOTEVARASTO_PROFILE="live")
    assert done.returncode == 2
    assert "simulator" in done.stderr
