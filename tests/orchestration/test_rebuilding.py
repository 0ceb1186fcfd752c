"""A release of the past is built again from ledger, slices and code: the same tables, also when its files are long gone."""

from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.rebuilding import RebuildError, rebuild
from sotevarasto.cli import main
from sources.home import Home
from sources.landing import erase
from sources.ledger import Ledger
from tests import small_night
from tests.warehouse.made import World, build_work, night, write_slice
from warehouse.checks import complete_build
from warehouse.publish import publish as published
from warehouse.release import current_release, remove_folder, standing_releases
from warehouse.sql import literal


def build(home: Home) -> None:
    """What dbt does in a night, small; it has the table of checks."""
    build_work(home)
    with duckdb.connect(str(home.build / "work.duckdb")) as con:
        checks = literal(home.build / "registry" / "check_result.parquet")
        con.execute(f"create table dq.check_result as from read_parquet({checks})")


def publish(world: World, day: int):
    world.accept(f"r{day}", night(day), sequence=day)
    staged = world.stage(night(day))
    build(world.home)
    complete_build(world.home, world.ledger, night(day))
    return published(world.home, world.ledger, night(day), staged)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Two nights with a release each; the files of the first are gone."""
    home = Home.open(tmp_path_factory.mktemp("nights") / "the county's ä" / "home", "simulated")
    with Ledger(home.ledger) as ledger:
        world = World(home, ledger)
        first, _ = [publish(world, day) for day in (3, 6)]
        remove_folder(home.releases / first.release_id)
        yield world


def again(world: World, moment: datetime):
    with patch("warehouse.fingerprint.code_fingerprint", return_value="c0de" * 16):
        return rebuild(world.home, world.ledger, moment, build)


@contextmanager
def other_rows(world: World, receipt_id: str):
    """A slice that is not what was judged."""
    path = world.home.parquet / world.ledger.get("verdict", receipt_id).body["slice"]["path"]
    kept = path.read_bytes()
    path.unlink()
    write_slice(path, receipt_id, world.ledger.get("receipt", receipt_id).body, rows=9)
    yield
    path.write_bytes(kept)


def test_what_was_known_then_gives_the_tables_that_were_recorded_then(told):
    current = current_release(told.home)
    assert len(standing_releases(told.home)) == 1
    for day in (3, 6):
        found = again(told, night(day, hour=12))
        assert (found.at, found.differing, found.is_same_code, found.is_proof_broken) == (night(day), (), True, False)
    assert current_release(told.home) == current
    assert list(told.home.build.iterdir()) == []


def test_before_the_first_release_it_says_so(told):
    with pytest.raises(
        RebuildError, match="no release was published by 2026-11-01 00:00 UTC; the first is of 2026-11-03 00:00 UTC"
    ):
        again(told, datetime(2026, 11, 1, tzinfo=UTC))


def test_another_content_by_the_same_code_is_a_broken_proof(told):
    with other_rows(told, "r3"):
        found = again(told, night(3))
    assert "core.fct_care_contact" in found.differing and found.is_proof_broken
    assert again(told, night(3)).differing == ()


def test_the_weekly_job_proves_the_release_before_the_current_one(told, monkeypatch):
    from orchestration.verifying import verify

    monkeypatch.setenv("SOTEVARASTO_HOME", str(told.home.root))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")
    monkeypatch.setattr("orchestration.rebuilding._dbt", build)
    with patch("warehouse.fingerprint.code_fingerprint", return_value="c0de" * 16):
        assert verify.execute_in_process(raise_on_error=False).success
        with other_rows(told, "r3"):
            assert not verify.execute_in_process(raise_on_error=False).success


def test_an_erasure_since_explains_what_is_missing(told):
    erase(
        told.home,
        told.ledger,
        told.ledger.get("receipt", "r3").body["files"][0]["sha256"],
        "asked for",
        "Virtanen",
        night(9),
    )
    found = again(told, night(3))
    assert (bool(found.differing), found.erasures, found.is_proof_broken) == (True, 1, False)


@pytest.mark.slow
def test_a_whole_night_is_built_again_to_the_same_hashes(tmp_path, monkeypatch):
    home = Home(tmp_path / "home")
    done = small_night.run(home.root)
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.setenv("SOTEVARASTO_HOME", str(home.root))
    again = small_night.run(home.root, "release", "rebuild", "--as-of", "2027-01-01")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "made by the same code, built again:" in again.stdout and " 0 differ" in again.stdout
    assert CliRunner().invoke(main, ["release", "list"]).output.startswith("* ")
