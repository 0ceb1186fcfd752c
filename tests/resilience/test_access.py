"""Folders that this user may not use, and published files that nobody may write to. root is bound by permissions here like anyone else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed
from benchmarks.victim import REPOSITORY, Victim
from tests.resilience.conftest import differences, is_one_line, promises

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bound(ordinary: tuple[str, ...]) -> Iterator[Victim]:
    """A night whose user is bound by permissions."""
    with Victim(wrapper=ordinary) as found:
        yield found


@pytest.mark.parametrize("folder", ["", "inbox", "landing", "build", "reports"])
def test_a_folder_that_may_not_be_written_is_told_before_anything_is_done(
    bound: Victim, base: Undisturbed, home: Path, folder: str
) -> None:
    (home / folder).chmod(0o500)
    before = short_night.inbox_of(home)
    ended = bound.run(home, asks_pandera=False)
    (home / folder).chmod(0o700)
    assert is_one_line(ended, f"{home / folder}:", "owner"), ended.said
    assert ended.passes == {}
    assert short_night.inbox_of(home) == before
    assert short_night.answers(home) == base.old


def test_a_folder_of_another_owner_is_told_before_anything_is_done(
    bound: Victim, base: Undisturbed, home: Path
) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    os.chown(home / "landing", 65534, 65534)
    ended = bound.run(home, asks_pandera=False)
    assert is_one_line(ended, f"{home / 'landing'}:", "owner"), ended.said
    os.chown(home / "landing", 0, 0)
    assert differences(bound, home, base) == {}


def test_a_sender_s_folder_that_may_not_be_read_costs_that_sender_only(
    bound: Victim, base: Undisturbed, home: Path
) -> None:
    (home / "inbox" / "90").chmod(0)
    ended = bound.run(home, asks_pandera=False)
    (home / "inbox" / "90").chmod(0o700)
    assert ended.code == 0, ended.said
    assert "inbox/90: cannot be read" in ended.said
    assert promises(home, base) == [f"a reader was told {short_night.answers(home)}"]
    found = short_night.facts(home)
    missing = set(base.expected["files"]) - set(found["files"])
    theirs = {name for name in missing if "/90" in name or name.startswith("landing/") or name.startswith("checks/")}
    assert missing == theirs
    assert [name for name in found["inbox"] if name.startswith("90/")]


def test_a_ledger_that_may_not_be_written_is_one_line(bound: Victim, base: Undisturbed, home: Path) -> None:
    (home / "ledger.sqlite").chmod(0o400)
    ended = bound.run(home, asks_pandera=False)
    (home / "ledger.sqlite").chmod(0o600)
    assert is_one_line(ended, str(home / "ledger.sqlite"), "owner"), ended.said
    assert differences(bound, home, base) == {}


def test_a_published_file_cannot_be_opened_for_writing(ordinary: tuple[str, ...], home: Path) -> None:
    for file in ("marts.duckdb", "warehouse.duckdb"):
        command = [*ordinary, sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])"]
        tried = subprocess.run([*command, str(home / "current" / file)], capture_output=True, text=True, check=False)
        assert tried.returncode != 0
        assert "Permission denied" in tried.stderr


def test_an_analyst_who_holds_the_release_open_for_writing_does_not_hold_up_a_night(
    victim: Victim, base: Undisturbed, home: Path
) -> None:
    file = (home / "current").resolve() / "marts.duckdb"
    held = shutil.copy(file, file.with_name("held"))
    os.replace(held, file)
    file.chmod(0o600)  # as someone would who is set on it
    with duckdb.connect(str(file)):
        assert differences(victim, home, base) == {}


def test_sql_says_in_one_line_that_there_is_no_release(tmp_path: Path) -> None:
    environment = os.environ | {"SOTEVARASTO_HOME": str(tmp_path / "none"), "PYTHONPATH": str(REPOSITORY)}
    asked = subprocess.run(
        [sys.executable, "-m", "sotevarasto", "sql", "select 1"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 2
    assert len(asked.stderr.splitlines()) == 1
