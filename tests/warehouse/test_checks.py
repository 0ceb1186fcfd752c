"""Results of checks are kept once, in the order in which they were known, and reach the release whole."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from sources.home import Home
from tests.warehouse.made import World, build_work, night
from warehouse.checks import COLUMNS, CheckResult, ChecksError, complete_build, create_check_result, record_checks

ABOUT = ("pandera", "raw__care_contacts", "conformity", "record")
PASSED = CheckResult("c1", *ABOUT, "PASS", False, 0, 10)
FAILED = CheckResult("c2", *ABOUT, "FAIL", False, 3, 10, "mean 0.5", "3 of 10 rows")
LEFT_OUT = CheckResult("c3", "dbt", "mart__x", "uniqueness", "error", "N-A", True, message="not run", did_run=False)


def kept(world: World, at: datetime, columns: str = "check_id, status, attempt") -> list[tuple]:
    with duckdb.connect() as con:
        create_check_result(con, world.home, world.ledger, at)
        return con.execute(f"SELECT {columns} FROM check_result ORDER BY known_from, check_id, attempt").fetchall()


def record(world: World, at: datetime, *results: CheckResult) -> int:
    return record_checks(world.home, world.ledger, at, f"{at:%Y-%m-%d}", results)


def test_a_kept_file_that_was_changed_or_lost_is_never_read_in_silence(world: World) -> None:
    record(world, night(3), PASSED, FAILED)
    (file,) = world.home.checks.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(ChecksError, match="missing or changed"):
        kept(world, night(3))
    file.unlink()
    with pytest.raises(ChecksError, match=file.name):
        world.stage(night(4))


def test_a_status_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="MAYBE"):
        record(world, night(3), replace(PASSED, status="MAYBE"))
    assert world.ledger.events("checks") == []


def test_the_same_results_again_are_not_kept_twice(world: World) -> None:
    assert record(world, night(3), PASSED, FAILED, LEFT_OUT) == 3
    assert record(world, night(3), PASSED, FAILED, LEFT_OUT) == 0
    assert len(world.ledger.events("checks")) == 1
    assert kept(world, night(3)) == [("c1", "PASS", 1), ("c2", "FAIL", 1), ("c3", "N-A", 1)]


def test_another_result_at_the_same_moment_is_the_next_attempt_and_the_first_stays(world: World) -> None:
    record(world, night(3), FAILED)
    mended = replace(FAILED, status="PASS", failed=0, message="")
    assert record(world, night(3), PASSED, mended) == 2
    assert record(world, night(3), PASSED, mended) == 0
    assert kept(world, night(3)) == [("c1", "PASS", 1), ("c2", "FAIL", 1), ("c2", "PASS", 2)]


def test_a_check_that_was_left_out_never_stands_beside_what_it_came_to(world: World) -> None:
    record(world, night(3), LEFT_OUT)
    ran = replace(LEFT_OUT, status="PASS", applicable=5, message="", did_run=True)
    assert record(world, night(3), ran) == 1
    assert record(world, night(3), LEFT_OUT) == 0
    assert kept(world, night(3)) == [("c3", "N-A", 1), ("c3", "PASS", 2)]


def test_every_night_stays_and_none_is_known_before_its_time(world: World) -> None:
    record(world, night(3), PASSED)
    record(world, night(4), PASSED)
    told = "night_id, known_from, attempt"
    first = ("2026-11-03", datetime(2026, 11, 3), 1)
    assert kept(world, night(4), told) == [first, ("2026-11-04", datetime(2026, 11, 4), 1)]
    assert kept(world, night(3), told) == [first]


def test_two_runs_of_one_live_night_have_a_file_each(world: World) -> None:
    at = datetime(2026, 11, 3, 2, tzinfo=UTC)
    record_checks(world.home, world.ledger, at, "2026-11-03", [PASSED])
    record_checks(world.home, world.ledger, at + timedelta(hours=9), "2026-11-03", [PASSED])
    assert sorted(file.name for file in world.home.checks.iterdir()) == ["2026-11-03-1.parquet", "2026-11-03-2.parquet"]
    assert len(kept(world, night(4))) == 2


def test_a_run_killed_after_the_file_and_before_the_ledger_does_not_double(world: World) -> None:
    code = (
        "from pathlib import Path; from sources.home import Home; from sources.ledger import Ledger\n"
        "from tests.warehouse.test_checks import FAILED, PASSED, night, record_checks\n"
        f"home = Home.open(Path({str(world.home.root)!r}), 'simulated')\n"
        "record_checks(home, Ledger(home.ledger), night(3), '2026-11-03', [PASSED, FAILED])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"SOTEVARASTO_KILL_AT": "checks.written"}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    (left,) = world.home.checks.iterdir()
    bytes_left = left.read_bytes()
    assert kept(world, night(3)) == []
    assert record(world, night(3), PASSED, FAILED) == 2
    assert [file.read_bytes() for file in world.home.checks.iterdir()] == [bytes_left], "the same rows, the same bytes"
    assert len(kept(world, night(3))) == 2


def test_the_ledger_holds_the_hash_and_still_verifies(world: World) -> None:
    record(world, night(3), PASSED)
    (event,) = world.ledger.events("checks")
    assert event.body["rows"] == 1 and len(event.body["sha256"]) == 64
    assert world.ledger.verify() == []
    assert (world.home.checks / event.body["path"]).stat().st_mode & 0o777 == 0o600


def test_the_release_holds_tonights_results_and_those_before(world: World) -> None:
    record(world, night(3), PASSED)
    world.accept("r1", night(4))
    staged = world.stage(night(4))
    assert staged.counts["check_result"] == 1
    build_work(world.home)
    make_table(world.home)
    record(world, night(4), PASSED, FAILED)
    assert complete_build(world.home, world.ledger, night(4)) == 3
    with duckdb.connect(str(world.home.build / "work.duckdb"), read_only=True) as con:
        rows = con.execute(
            "SELECT check_id, observed, message, known_from FROM dq.check_result ORDER BY ALL"
        ).fetchall()
    assert rows == [
        ("c1", None, "", datetime(2026, 11, 3)),
        ("c1", None, "", datetime(2026, 11, 4)),
        ("c2", "mean 0.5", "3 of 10 rows", datetime(2026, 11, 4)),
    ]
    assert complete_build(world.home, world.ledger, night(4)) == 3, "completing twice changes nothing"


def test_what_was_told_of_checks_does_not_make_an_unmoved_night_move(world: World) -> None:
    world.accept("r1", night(3))
    before = world.stage(night(3)).fingerprint
    record(world, night(3), PASSED, FAILED)
    assert world.stage(night(3)).fingerprint == before


def test_a_build_without_the_table_is_told_in_one_line(world: World) -> None:
    world.stage(night(3))
    build_work(world.home)
    record(world, night(3), PASSED)
    with pytest.raises(ChecksError, match="build dq__check_result") as told:
        complete_build(world.home, world.ledger, night(3))
    assert "\n" not in str(told.value)


def make_table(home: Home) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with duckdb.connect(str(home.build / "work.duckdb")) as con:
        con.execute(f"CREATE TABLE dq.check_result ({columns})")
