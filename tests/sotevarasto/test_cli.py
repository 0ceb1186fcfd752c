"""The command line is light, answers bad use in one line, and never shows a stack trace."""

import json
import os
import socket
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
        (["delivery", "annul", "0" * 16, "--reason", "x"], "no ledger"),
        (["period", "lock", "costs", "2026-08", "--reason", "x"], "no ledger"),
        (["period", "revise", "0" * 16, "--reason", "x"], "no ledger"),
        (["backup", "/nowhere/x"], "no ledger"),
        (["restore", "/nowhere/x"], "is no whole backup"),
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


def test_a_night_that_cannot_begin_tells_the_hook_and_says_that_it_did(tmp_path):
    from sources.home import Home

    Home.open(tmp_path / "home", "simulated")
    hook = f"sh -c 'cat > \"{tmp_path}/note\"'"
    done = run("nightly", home=tmp_path / "home", SOTEVARASTO_PROFILE="live", SOTEVARASTO_ALERT=hook)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 2 and "Alert sent to sh" in done.stderr
    assert "refuses profile live" in json.loads((tmp_path / "note").read_text())["reason"]


def test_the_watch_tells_the_hook_that_no_night_ended_and_exits_1(tmp_path):
    hook = f"sh -c 'cat > \"{tmp_path}/note\"'"
    done = run("watch", home=tmp_path / "home", SOTEVARASTO_ALERT=hook)
    assert done.returncode == 1
    assert "no night has ended well" in done.stderr and "Traceback" not in done.stderr
    assert json.loads((tmp_path / "note").read_text())["alert_reasons"][0]["code"] == "no_night"


def test_the_watch_without_a_hook_still_says_it_and_exits_1(tmp_path):
    done = run("watch", home=tmp_path / "home", SOTEVARASTO_ALERT="")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)


@pytest.mark.parametrize("which", ["UI_PORT", "PAGES_PORT"])
def test_a_taken_port_is_one_line_that_names_it_and_the_mend(tmp_path, which):
    with socket.socket() as taken, socket.socket() as free:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free.bind(("127.0.0.1", 0))
        ports = {"UI_PORT": free.getsockname()[1], "PAGES_PORT": 0} | {which: taken.getsockname()[1]}
        free.close()
        code = (
            f"from sotevarasto import dev; vars(dev).update({ports!r}); from sotevarasto.cli import main; main(['dev'])"
        )
        env = os.environ | {"SOTEVARASTO_HOME": str(tmp_path / "home")}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert f"port {ports[which]} of 127.0.0.1 is taken" in done.stderr and "ss -ltnp" in done.stderr
