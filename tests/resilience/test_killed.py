"""A night killed at any durable step, or in the middle of one, ends after a rerun like a night that nobody touched."""

import random
import re
import shutil
import signal
from pathlib import Path

import pytest

from benchmarks.kills import Undisturbed, rounds, struck, table
from benchmarks.victim import Victim
from sources.home import Home
from tests.resilience.conftest import differences, promises

pytestmark = pytest.mark.slow

# One of each kind: mid-copy, between landing and receipt, between the moves of data and manifest, mid-removal, mid-report, mid-publish.
POINTS = (
    "landing.copying:3",
    "ledger.before_commit:6",
    "inbox.removed:2",
    "erasure.removed:3",
    "report.written:4",
    "publish.file_written:1",
    "publish.moved",
    "publish.swapped",
)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_durable_step_and_run_again_nothing_is_lost_or_doubled(
    victim: Victim, base: Undisturbed, home: Path, point: str
) -> None:
    assert victim.run(home, kill_at=point, asks_pandera=False).was_killed
    assert promises(home, base) == []
    assert differences(victim, home, base) == {}


# The simulator is no part of a night; a backup and a restore are killed in tests/sources/test_backup.py, a replay in tests/sources/regional/test_replay.py, an export in
# tests/warehouse/test_package.py.
_ELSEWHERE = ("simulator", "backup", "restore", "replay", "package")


def test_every_kill_point_of_the_code_lies_on_the_short_night_s_way(base: Undisturbed) -> None:
    code = Path(__file__).parents[2]
    named = {
        name
        for room in ("sources", "warehouse")
        for file in (code / room).rglob("*.py")
        for name in re.findall(r'kill_point\("([a-z_.]+)"\)', file.read_text("utf-8"))
    }
    passed = {point.rpartition(":")[0] for point in base.points}
    assert {name for name in named - passed if name.split(".")[0] not in _ELSEWHERE} == set()


@pytest.mark.parametrize("sends", [signal.SIGTERM, signal.SIGINT])
def test_a_night_asked_to_end_in_the_middle_ends_the_same_when_run_again(
    victim: Victim, base: Undisturbed, home: Path, sends: signal.Signals
) -> None:
    ended = victim.run(home, kill_after=0.4 * base.seconds[False], sends=sends, asks_pandera=False)
    assert ended.code != 0
    assert promises(home, base) == []
    assert differences(victim, home, base) == {}


@pytest.mark.parametrize("left", ["work.duckdb", "marts.duckdb", "warehouse.duckdb.wal"])
def test_whatever_a_crash_left_in_the_build_folder_is_thrown_away(
    victim: Victim, base: Undisturbed, home: Path, left: str
) -> None:
    assert victim.run(home, kill_at="publish.file_written:1", asks_pandera=False).was_killed
    file = Home(home).build / left
    data = file.read_bytes() if file.exists() else b""
    file.write_bytes(data[: len(data) // 2] + random.Random(612).randbytes(4096))
    assert differences(victim, home, base) == {}


def test_every_kill_point_once(victim: Victim, base: Undisturbed, tmp_path: Path) -> None:
    for name in sorted({point.rpartition(":")[0] for point in base.points}):
        copy = Path(shutil.copytree(base.template, tmp_path / name, symlinks=True))
        assert victim.run(copy, kill_at=name, asks_pandera=False).was_killed, name
        assert promises(copy, base) == [], name
        assert differences(victim, copy, base) == {}, name


def test_forty_random_kills(base: Undisturbed, tmp_path: Path) -> None:
    done = rounds(base, 40, "tests", 2, tmp_path, lambda _: None)
    assert [fault for one in done for fault in one.faults] == [], table(done)
    assert struck(done) >= 40
