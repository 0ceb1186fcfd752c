"""A whole night whose dbt may not write: the disk is to blame, not the figures."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sources.home import Home
from tests import small_night

pytestmark = pytest.mark.slow


def night(home: Path, megabytes: int) -> subprocess.CompletedProcess:
    """The small night, with no file allowed to grow beyond so many megabytes."""
    limit = megabytes << 20
    return subprocess.run(
        [sys.executable, "-m", "tests.small_night"],
        capture_output=True,
        text=True,
        env=small_night.environment_of(home),
        cwd=small_night.REPOSITORY,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )


def test_a_disk_that_refuses_dbt_ends_the_night_as_one_that_could_not_run(tmp_path):
    home = Home.open(tmp_path / "home", "simulated")
    # Enough for what dbt keeps of its parsing, too little for the warehouse.
    ended = night(home.root, 5)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    why = " ".join(said.partition("Why:")[2].split())
    assert why.startswith(f'dbt_build: dbt could not run: Could not write file "{home.build}/'), why
    assert "File too large; nothing is lost: make room or mend the disk, and run again" in why
    assert "Traceback" not in said
    assert not home.current.exists()
    assert small_night.run(home.root).returncode == 0
