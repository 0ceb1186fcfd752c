"""A file far larger than the memory that may be used for it is taken in whole."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MOST_MIB = 500
REPOSITORY = Path(__file__).resolve().parents[2]


def visit(tmp_path: Path, size: int) -> dict:
    """What a visit in a process of its own came to, the portal that makes the file up is another process."""
    command = [sys.executable, "-m", "tests.resilience.large_source", str(tmp_path / "home"), str(size)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=1500, check=True)
    shutil.rmtree(tmp_path / "home")
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_body_of_a_gigabyte_is_taken_in_less_than_half_of_one(tmp_path):
    found = visit(tmp_path, 1_000_000_000)
    assert (found["status"], found["reason"]) == ("new", None)
    assert found["rows"] > 10_000_000
    assert found["peak_mib"] < MOST_MIB, found
