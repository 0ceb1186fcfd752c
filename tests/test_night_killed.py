"""Killing a night at seeded random moments and running it again ends in the same table hashes as an undisturbed night."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.killed_nights import runs_in_progress
from sources.durable import TEMP_PREFIX
from sources.home import Home

REPOSITORY = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def start(home: Path) -> subprocess.Popen:
    env = os.environ | {"SOTEVARASTO_HOME": str(home)}
    command = [sys.executable, "-m", "sotevarasto", "nightly"]
    return subprocess.Popen(
        command,
        env=env,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def tables(home: Path) -> dict[str, tuple[int, str]]:
    release = json.loads((home / "current" / "release.json").read_text(encoding="utf-8"))
    return {t["name"]: (t["rows"], t["hash"]) for t in release["tables"]}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    begun = time.monotonic()
    night = start(home)
    output, _ = night.communicate()
    assert night.returncode == 0, output
    return tables(home), time.monotonic() - begun


# Four, for each takes a night and a half, and CI has an hour and a half; `make bench-kill` kills more.
@pytest.mark.parametrize("number", range(4))
def test_a_night_killed_at_a_random_moment_and_run_again_ends_the_same(undisturbed, tmp_path, number):
    expected, seconds = undisturbed
    moment = random.Random(f"612-{number}").uniform(0.15, 0.97) * seconds
    night = start(tmp_path / "home")
    time.sleep(moment)
    os.killpg(night.pid, signal.SIGKILL)
    night.communicate()
    again = start(tmp_path / "home")
    output, _ = again.communicate()
    assert again.returncode == 0, f"killed after {moment:.1f} s: {output}"
    assert tables(tmp_path / "home") == expected, f"killed after {moment:.1f} s"
    verified = subprocess.run(
        [sys.executable, "-m", "sotevarasto", "ledger", "verify"],
        env=os.environ | {"SOTEVARASTO_HOME": str(tmp_path / "home")},
        cwd=REPOSITORY,
        check=False,
    )
    assert verified.returncode == 0
    left = list((tmp_path / "home").rglob(f"{TEMP_PREFIX}*"))
    assert left + list((tmp_path / "home" / "build").iterdir()) == []
    assert runs_in_progress(Home(tmp_path / "home")) == 0


@pytest.mark.parametrize("sends", [signal.SIGTERM, signal.SIGINT])
def test_a_night_that_is_asked_to_end_says_so_exits_2_and_ends_the_same_when_run_again(undisturbed, tmp_path, sends):
    expected, seconds = undisturbed
    night = start(tmp_path / "home")
    time.sleep(0.6 * seconds)
    night.send_signal(sends)
    output = night.communicate(timeout=180)[0]
    assert night.returncode == 2, output
    assert "nothing is lost, run" in output and "Traceback" not in output
    assert runs_in_progress(Home(tmp_path / "home")) == 0
    again = start(tmp_path / "home")
    output, _ = again.communicate()
    assert again.returncode == 0, output
    assert tables(tmp_path / "home") == expected
