"""Files that were damaged or cut: what a crash leaves is mended by itself; what a disk lost is said in one line, with the way back."""

import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed
from benchmarks.victim import REPOSITORY, Victim
from sources.home import Home
from sources.ledger import Ledger
from tests.resilience.conftest import differences, is_one_line


def asked(home: Path, *command: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"SOTEVARASTO_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        [sys.executable, "-m", "sotevarasto", *command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_write_ahead_log_that_a_kill_left_behind_is_read(victim: Victim, base: Undisturbed, home: Path) -> None:
    assert victim.run(home, kill_at="ledger.committed:9", asks_pandera=False).was_killed
    assert (home / "ledger.sqlite-wal").stat().st_size > 0
    assert differences(victim, home, base) == {}


@pytest.mark.slow
def test_a_write_ahead_log_cut_in_its_last_frame_loses_only_what_was_not_committed(
    victim: Victim, base: Undisturbed, home: Path
) -> None:
    """As a power cut in the middle of a commit leaves it."""
    assert victim.run(home, kill_at="ledger.before_commit:9", asks_pandera=False).was_killed
    log = home / "ledger.sqlite-wal"
    with sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True) as ledger:
        before = ledger.execute("SELECT count(*) FROM event").fetchone()
    with log.open("ab") as file:
        file.write(os.urandom(3000))
    with sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True) as ledger:
        assert ledger.execute("SELECT count(*) FROM event").fetchone() == before
    assert differences(victim, home, base) == {}


def test_a_ledger_that_lost_rows_of_a_release_stops_the_night_and_verify_says_which(
    victim: Victim, base: Undisturbed, home: Path
) -> None:
    earlier = home.parent / "earlier.sqlite"
    shutil.copy(home / "ledger.sqlite", earlier)
    assert victim.run(home, asks_pandera=False).code == 0
    for file in home.glob("ledger.sqlite*"):
        file.unlink()
    shutil.copy(earlier, home / "ledger.sqlite")
    ended = victim.run(home, asks_pandera=False)
    assert is_one_line(ended, "ledger.sqlite", "backup"), ended.said
    assert ended.passes == {}
    verified = asked(home, "ledger", "verify")
    assert verified.returncode == 1
    assert "is missing: a release was made when the ledger had it" in verified.stdout


@pytest.mark.parametrize("damage", ["page", "header"])
def test_a_damaged_ledger_is_one_line(victim: Victim, home: Path, damage: str) -> None:
    with Ledger(home / "ledger.sqlite"):
        pass
    with (home / "ledger.sqlite").open("r+b") as file:
        file.seek(0 if damage == "header" else 4096)
        file.write(os.urandom(4096))
    ended = victim.run(home, asks_pandera=False)
    assert is_one_line(ended, "ledger.sqlite", "restore it from a backup"), ended.said


def _of_a_newer_duckdb(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(12)
        opened.write(struct.pack("<Q", 999))


def _cut(file: Path) -> None:
    os.truncate(file, 13_000)


def _log_left_behind(file: Path) -> None:
    file.with_name(f"{file.name}.wal").write_bytes(os.urandom(5000))


@pytest.mark.parametrize("damage", [_of_a_newer_duckdb, _cut, _log_left_behind])
def test_a_damaged_release_is_one_line_with_the_way_to_build_it_anew(
    victim: Victim, base: Undisturbed, home: Path, damage
) -> None:
    assert victim.run(home, asks_pandera=False).code == 0
    release = (home / "current").resolve()
    (release / "marts.duckdb").chmod(0o600)
    damage(release / "marts.duckdb")
    answer = asked(home, "sql", "select count(*) from mart.minimum_dataset")
    if damage is not _log_left_behind or answer.returncode:
        assert answer.returncode == 2
        assert len(answer.stderr.splitlines()) == 1
        assert f"{release}: cannot be opened" in answer.stderr and "builds it anew" in answer.stderr
    shutil.rmtree(release)
    assert victim.run(home, asks_pandera=False).code == 0
    assert short_night.answers(Home(home).root) == base.expected["answers"]
