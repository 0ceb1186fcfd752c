"""Disks that are full, small, broken or read-only: one line that names the path, nothing published by half, and the rerun ends the same.

SQLite's and DuckDB's own writes meet real limits (a small tmpfs, RLIMIT_FSIZE, a read-only mount). EIO, EDQUOT and failing flushes are simulated at Python's own calls.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed
from benchmarks.victim import Victim
from tests.resilience.conftest import differences, is_one_line, promises

pytestmark = pytest.mark.slow

Mount = Callable[..., Path]


def on_disk(base: Undisturbed, disk: Path, free: int) -> Path:
    """The home on a small disk with so many bytes left."""
    home = Path(shutil.copytree(base.template, disk / "home", symlinks=True))
    state = os.statvfs(disk)
    with (disk / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, max(state.f_bavail * state.f_frsize - free, 1))
    return home


def full(victim: Victim, base: Undisturbed, disk: Path, kib: int) -> None:
    home = on_disk(base, disk, kib << 10)
    ended = victim.run(home, asks_pandera=False)
    assert is_one_line(ended, str(home)), ended.said
    assert promises(home, base) == []
    assert short_night.answers(home) == base.old
    (disk / "ballast").unlink()
    assert apart_from_order(differences(victim, home, base)) == {}


def apart_from_order(found: dict) -> dict:
    """Differences without that of events that are the same in another order: what needed no file was judged before the others, which waited for room."""
    whole, now = found.pop("events", ((), ()))
    assert sorted(map(repr, whole)) == sorted(map(repr, now))
    return found


@pytest.mark.parametrize("kib", [0, 140, 260, 2600])
def test_a_full_disk_is_one_line_and_the_rerun_ends_the_same(
    victim: Victim, base: Undisturbed, small_disk: Mount, kib: int
) -> None:
    full(victim, base, small_disk(size="64m"), kib)


def test_a_disk_that_fills_at_any_step(victim: Victim, base: Undisturbed, small_disk: Mount) -> None:
    for kib in (*range(0, 320, 16), *range(320, 4000, 160)):
        full(victim, base, small_disk(size="64m"), kib)


@pytest.mark.parametrize("left", [0, 25])
def test_a_disk_without_inodes_is_one_line(victim: Victim, base: Undisturbed, small_disk: Mount, left: int) -> None:
    disk = small_disk(size="64m", nr_inodes=1000)
    home = Path(shutil.copytree(base.template, disk / "home", symlinks=True))
    ballast = disk / "ballast"
    ballast.mkdir()
    for number in range(os.statvfs(disk).f_favail - left):
        (ballast / str(number)).touch()
    ended = victim.run(home, asks_pandera=False)
    assert is_one_line(ended, str(home)), ended.said
    assert promises(home, base) == []
    shutil.rmtree(ballast)
    assert apart_from_order(differences(victim, home, base)) == {}


@pytest.mark.parametrize("bytes_allowed", [4_000, 20_000, 400_000])
def test_files_that_may_not_grow_are_one_line(
    victim: Victim, base: Undisturbed, home: Path, bytes_allowed: int
) -> None:
    ended = victim.run(home, limits={"RLIMIT_FSIZE": bytes_allowed}, asks_pandera=False)
    assert is_one_line(ended, str(home)), ended.said
    assert promises(home, base) == []
    assert differences(victim, home, base) == {}


def test_a_home_mounted_read_only_is_one_line_and_readers_go_on(
    victim: Victim, base: Undisturbed, small_disk: Mount
) -> None:
    disk = small_disk(size="64m")
    home = Path(shutil.copytree(base.template, disk / "home", symlinks=True))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    ended = victim.run(home, asks_pandera=False)
    assert is_one_line(ended, str(home), "writable"), ended.said
    assert short_night.answers(home) == base.old
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert differences(victim, home, base) == {}


@pytest.mark.parametrize("number", [7, 60, 90])
def test_a_flush_that_fails_stops_the_night_and_is_never_taken_for_done(
    victim: Victim, base: Undisturbed, home: Path, number: int
) -> None:
    ended = victim.run(home, fault={"call": "fsync", "pass": number, "error": "EIO"}, asks_pandera=False)
    assert is_one_line(ended, str(home), "Input/output error"), ended.said
    assert promises(home, base) == []
    assert differences(victim, home, base) == {}


def test_any_one_flush_that_fails_is_told_and_the_rerun_ends_the_same(
    victim: Victim, base: Undisturbed, home: Path, tmp_path: Path
) -> None:
    for number in range(1, 120, 3):
        copy = Path(shutil.copytree(home, tmp_path / f"copy-{number}", symlinks=True))
        ended = victim.run(copy, fault={"call": "fsync", "pass": number, "error": "EIO", "once": 1}, asks_pandera=False)
        # A report that could not be written does not stop a night: it is told, and the next one writes it.
        assert is_one_line(ended, "Input/output error") or "report of delivery" in ended.said, (number, ended.said)
        assert promises(copy, base) == []
        assert differences(victim, copy, base) == {}
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("call", "error", "path", "number"),
    [
        ("open", "EDQUOT", "landing", 4),
        ("open", "EMFILE", "reports", 2),
        ("replace", "EIO", "parquet", 2),
        ("replace", "EROFS", "current", 1),
        ("link", "EMLINK", "", 3),
        ("unlink", "EIO", "inbox", 1),
    ],
)
def test_a_call_that_fails_is_told_and_the_rerun_ends_the_same(
    victim: Victim, base: Undisturbed, home: Path, call: str, error: str, path: str, number: int
) -> None:
    fault = {"call": call, "pass": number, "error": error, "path": path}
    ended = victim.run(home, fault=fault, asks_pandera=False)
    assert is_one_line(ended) or "report of delivery" in ended.said, ended.said
    assert promises(home, base) == []
    assert differences(victim, home, base) == {}
