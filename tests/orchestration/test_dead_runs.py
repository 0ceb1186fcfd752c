"""Runs whose process was killed: Dagster's history calls them started until the next night, whoever began it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.killed_nights import runs_in_progress
from sources.home import Home

REPOSITORY = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
# A run as the daemon or the UI starts it: one that opens its own night.
RUN = """
import dagster as dg
from orchestration.definitions import defs
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
with dg.DagsterInstance.get() as instance:
    defs.resolve_job_def("nightly").execute_in_process(
        instance=instance, asset_selection=[dg.AssetKey("raw__municipality_map")], run_config=quiet, raise_on_error=False)
"""


def run(home: Home, kill_at: str = "") -> int:
    environment = os.environ | {
        "SOTEVARASTO_HOME": str(home.root),
        "DAGSTER_HOME": str(home.dagster),
        "SOTEVARASTO_KILL_AT": kill_at,
        "PYTHONPATH": str(REPOSITORY),
    }
    return subprocess.run([sys.executable, "-c", RUN], env=environment, cwd=REPOSITORY, capture_output=True).returncode


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.open(tmp_path / "home", "simulated")
    (home.dagster / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    return home


def test_a_run_whose_worker_was_killed_is_ended_by_the_next_run_that_opens_a_night(home: Home) -> None:
    assert run(home, "snapshot.written") == -signal.SIGKILL
    assert runs_in_progress(home) == 1
    assert run(home) == 0
    assert runs_in_progress(home) == 0
