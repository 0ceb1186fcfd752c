"""Dagster's event log kept open: the same files as Dagster's own storage makes, few of them open at once, none afterwards."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.dagster_home import POSTGRES_FILE, open_instance, prepare_dagster_home
from orchestration.event_log import _KEPT_OPEN, OpenSqliteEventLogStorage
from sources.home import Home


@dg.asset
def counted():
    return dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in (POSTGRES_FILE, "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")  # so that whatever the code sets is gone after the test
        monkeypatch.delenv(name)
    home = Home.open(tmp_path / 'a "home" ä', "simulated")
    prepare_dagster_home(home)
    return home


def materialize(instance: dg.DagsterInstance) -> str:
    return dg.materialize([counted], instance=instance).run_id


def said(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [event.user_message for event in instance.all_logs(run_id)]


def own(home: Home) -> dg.DagsterInstance:
    """Dagster's instance of this home with its own storage, as a home of an earlier version has it."""
    settings = home.dagster / "dagster.yaml"
    settings.write_text(settings.read_text("utf-8").partition("event_log_storage:")[0], "utf-8")
    return dg.DagsterInstance.get()


def open_files(folder: Path) -> set[str]:
    links = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
    return {link for link in links if Path(link).is_relative_to(folder) and link.endswith(".db")}


def test_what_it_wrote_is_read_and_gone_on_with_by_dagsters_own_storage_and_the_other_way_round(home):
    with open_instance() as instance:
        assert type(instance.event_log_storage) is OpenSqliteEventLogStorage
        first = materialize(instance)
        told = said(instance, first)
    with own(home) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert said(instance, first) == told
        second = materialize(instance)
        told = said(instance, second)
    prepare_dagster_home(home)
    with open_instance() as instance:
        assert said(instance, second) == told
        newest = instance.get_latest_materialization_event(counted.key)
        assert newest.run_id == second and newest.asset_materialization.metadata["rows"].value == 3


def test_few_files_stay_open_and_none_once_it_is_closed(home):
    with open_instance() as instance:
        runs = [materialize(instance) for _ in range(_KEPT_OPEN + 2)]
        assert all(said(instance, run) for run in runs)
        assert 1 < len(open_files(home.dagster / "history" / "runs")) <= _KEPT_OPEN
    assert open_files(home.dagster / "history" / "runs") == set()


def test_threads_write_at_once_and_nothing_is_lost(home):
    names = {f"part_{number}" for number in range(40)}
    with open_instance() as instance, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: instance.report_runless_asset_event(dg.AssetMaterialization(name)), names))
        assert {key.path[0] for key in instance.all_asset_keys()} == names
        assert all(instance.fetch_materializations(dg.AssetKey(name), limit=9).records for name in names)
