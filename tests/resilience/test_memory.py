"""Too little memory: the delivery is done, or it waits and the operator is told. It is never the sender's fault."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed
from benchmarks.victim import REPOSITORY, Victim
from sources.home import Home
from sources.ledger import Ledger
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED
from tests.resilience.conftest import promises

pytestmark = pytest.mark.slow

MIB = 1 << 20
GROUP = Path("/sys/fs/cgroup/memory/sotevarasto-test")


@pytest.mark.parametrize("mib", [16, 48, 128])
def test_memory_that_runs_out_is_no_verdict_on_a_delivery(base: Undisturbed, home: Path, mib: int) -> None:
    """Whether the process dies of it or goes on without the delivery, the next night takes it."""
    with Victim("tests.resilience.steps:take_in_only") as victim:
        ended = victim.run(home, limits={"RLIMIT_DATA": _held(victim) + mib * MIB})
    assert ended.code or "memory ran out" in ended.said, ended.said
    assert promises(home, base) == []
    with Ledger(home / "ledger.sqlite") as ledger:
        reasons = [event.body["reason"] or "" for event in ledger.events("verdict")]
    assert [reason for reason in reasons if "reading it ended" in reason] == []
    with Victim() as victim:
        assert victim.run(home, asks_pandera=False).code == 0
    assert short_night.facts(home)["tables"] == base.expected["tables"]


def _held(victim: Victim) -> int:
    """What the process that forks holds already, as the limit counts it."""
    status = Path(f"/proc/{victim._process.pid}/status").read_text("utf-8")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmData"))


@pytest.fixture
def half_a_gigabyte() -> Iterator[Path]:
    """A memory control group of 512 MiB, where this user may make one."""
    try:
        GROUP.mkdir()
        (GROUP / "memory.limit_in_bytes").write_text(str(512 * MIB))
    except OSError:
        pytest.skip("this user may not make a memory control group")
    yield GROUP
    GROUP.rmdir()


def test_a_delivery_of_the_largest_month_is_done_within_512_mib(half_a_gigabyte: Path, tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home", "simulated")
    short_night.put(home, make_parcel("HUS", "2026-08", 1, short_night.FIRST, SEED, n_rows=500_000))
    program = (
        f"import os; open('{half_a_gigabyte / 'cgroup.procs'}', 'w').write(str(os.getpid()));"
        "import sys; from pathlib import Path; from tests.resilience.steps import take_in_only; print(take_in_only(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(home.root)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split()[-1:] == ["accepted"], (done.returncode, done.stdout, done.stderr[-2000:])
