"""Dagster's daemon killed while a run that it started is at work, alone and with everything that it started (as a reboot does)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.killed_nights import facts, runs_in_progress
from orchestration.dagster_home import make_storage, prepare_dagster_home
from sources.home import Home
from tests import small_night
from warehouse.lock import NightLock

pytestmark = pytest.mark.slow
PROGRAMS = Path(sys.executable).parent
SMALL = ("-m", "tests.small_definitions")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict:
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    ended = small_night.run(home)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return facts(home)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    home = Home.open(tmp_path / "home", "simulated")
    prepare_dagster_home(home)
    make_storage(home)
    return home


@pytest.fixture
def daemon(home: Home) -> Iterator[subprocess.Popen]:
    environment = small_night.environment_of(home.root) | {"DAGSTER_HOME": str(home.dagster)}
    with (home.logs / "daemon").open("wb") as log:
        daemon = subprocess.Popen(
            [PROGRAMS / "dagster-daemon", "run", *SMALL],
            env=environment,
            cwd=small_night.REPOSITORY,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        queued = subprocess.run(
            [PROGRAMS / "dagster", "job", "launch", *SMALL, "-j", "nightly"],
            env=environment,
            cwd=small_night.REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert queued.returncode == 0, queued.stderr
        yield daemon
    finally:
        _kill_all(daemon)


def _kill_all(daemon: subprocess.Popen) -> None:
    if os.path.exists(f"/proc/{daemon.pid}") or daemon.poll() is None:
        os.killpg(daemon.pid, signal.SIGKILL)
    daemon.wait()


def _wait(what: str, is_so, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"{what}: not within {seconds} s"
        time.sleep(0.2)


@pytest.mark.parametrize("everything", [False, True], ids=["the daemon alone", "the daemon and all that it started"])
def test_a_killed_daemon_leaves_no_run_started_and_loses_or_doubles_nothing(
    undisturbed: dict, home: Home, daemon: subprocess.Popen, everything: bool
) -> None:
    _wait("the daemon's run took the lock", lambda: NightLock.holder(home))
    _wait("it has landed something", lambda: any(home.landing.rglob("??/*")))
    assert runs_in_progress(home) == 1
    if everything:
        os.killpg(daemon.pid, signal.SIGKILL)
    else:
        daemon.kill()
    daemon.wait()
    _wait("the lock is free", lambda: not NightLock.holder(home))
    ended = small_night.run(home.root)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert facts(home.root) == undisturbed
