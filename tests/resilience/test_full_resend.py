"""Everybody sends everything again in one night: thousands of small deliveries, and what each of them may cost in memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.victim import REPOSITORY

pytestmark = pytest.mark.slow

# 23 senders, eleven months, eleven deliveries of each.
DELIVERIES = 23 * 11 * 11
FEW = 300
# 5.4 KiB a delivery were measured, 13 MiB in all: until its verdict each keeps its counts, its profile and where its files lie. What a night may not keep are rows, reports,
# connections, and the bodies of the ledger's events.
GROWTH_MIB = 32


def test_2700_deliveries_in_one_night_cost_little_memory_each(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.resilience.full_resend", str(tmp_path / "home"), "11"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *samples, last = [line.split() for line in done.stdout.splitlines()]
    assert last == ["judged", str(DELIVERIES)]
    read = {int(number): float(mib) for number, mib in samples}
    first = next(mib for number, mib in sorted(read.items()) if number >= FEW)
    assert max(read.values()) - first < GROWTH_MIB, read
