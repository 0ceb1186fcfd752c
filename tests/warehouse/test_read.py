"""Readers get the current release, read-only, with the rows that they may see."""

import os
from pathlib import Path

import duckdb
import pytest

from sources.home import Home
from tests.warehouse.made import World, night
from warehouse.read import open_release
from warehouse.release import ReleaseError


def test_before_the_first_release_it_is_one_line(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home", "simulated")
    with pytest.raises(ReleaseError, match="holds no release yet: run `sotevarasto nightly`"):
        open_release(home)
    home.current.symlink_to("releases/gone")
    with pytest.raises(ReleaseError, match="holds no release yet"):
        open_release(home)


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM mart.minimum_dataset", "CREATE TABLE mart.mine (a INTEGER)", "DROP VIEW core.fct_care_contact"],
)
def test_nothing_can_be_written(world: World, statement: str) -> None:
    world.accept("r1", night(3))
    world.release(night(3))
    with open_release(world.home) as con, pytest.raises(duckdb.Error, match="read-only"):
        con.execute(statement)


def test_views_over_other_relations_answer(world: World) -> None:
    world.accept("r1", night(3))
    world.release(night(3))
    with open_release(world.home) as con:
        assert con.execute("SELECT region_code, value FROM mart.minimum_dataset_current").fetchall() == [("05", 4)]
        joined = "SELECT count(*) FROM core.fct_care_contact JOIN dq.delivery USING (receipt_id) JOIN dq.quarantine USING (receipt_id)"
        assert con.execute(joined).fetchall() == [(8,)]


def test_whoever_may_not_read_person_rows_gets_the_marts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.accept("r1", night(3))
    world.release(night(3))
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "warehouse.duckdb" and may(path, mode))
    with open_release(world.home) as con:
        assert con.execute("SELECT value FROM mart.minimum_dataset").fetchall() == [(4,)]
        with pytest.raises(duckdb.CatalogException, match="fct_care_contact"):
            con.execute("SELECT * FROM core.fct_care_contact")
