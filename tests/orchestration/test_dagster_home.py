"""Dagster's settings of a home: SQLite unless Postgres is asked for, a password nowhere but in its file, an old history forgotten."""

import importlib.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

from orchestration.dagster_home import (
    KEPT_DAYS,
    POSTGRES_FILE,
    POSTGRES_URL,
    StorageError,
    end_dead_runs,
    forget_old_runs,
    open_instance,
    prepare_dagster_home,
)
from sources.home import Home
from sources.secrets import SecretError

HAS_EXTRA = importlib.util.find_spec("dagster_postgres") is not None
INITDB = shutil.which("initdb") or next(iter(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
needs_extra = pytest.mark.skipif(not HAS_EXTRA, reason="dagster-postgres is not installed (make postgres)")
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Home:
    for name in (POSTGRES_FILE, POSTGRES_URL, "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")  # so that whatever the code sets is gone after the test
        monkeypatch.delenv(name)
    return Home.open(tmp_path / "home ä", "simulated")


def ask_for_postgres(home: Home, monkeypatch, url: str, mode: int = 0o600) -> None:
    path = home.root.parent / "postgres"
    path.write_text(url + "\n")
    path.chmod(mode)
    monkeypatch.setenv(POSTGRES_FILE, str(path))


def settings(home: Home) -> dict:
    return yaml.safe_load((home.dagster / "dagster.yaml").read_text(encoding="utf-8"))


def test_a_password_that_others_may_read_is_refused_and_nothing_is_written(home, monkeypatch):
    ask_for_postgres(home, monkeypatch, "postgresql://sote:hunter2@db/sote", 0o640)
    with pytest.raises(SecretError, match="chmod 0600") as told:
        prepare_dagster_home(home)
    assert "hunter2" not in str(told.value)
    assert not (home.dagster / "dagster.yaml").exists()


@pytest.mark.parametrize(
    "url", ["hunter2", "mysql://sote:hunter2@db/x", "postgresql://sote:hunter2@db", "postgresql://[hunter2"]
)
def test_what_is_no_address_is_refused_without_showing_it(home, monkeypatch, url):
    ask_for_postgres(home, monkeypatch, url)
    with pytest.raises(StorageError, match="no address of the form postgresql://") as told:
        prepare_dagster_home(home)
    assert "hunter2" not in str(told.value)


@pytest.mark.skipif(HAS_EXTRA, reason="dagster-postgres is installed here")
def test_postgres_without_its_package_is_one_line_with_the_mend(home, monkeypatch):
    ask_for_postgres(home, monkeypatch, "postgresql://sote:hunter2@db/sote")
    with pytest.raises(StorageError, match="make postgres"):
        prepare_dagster_home(home)


def test_a_night_whose_storage_is_set_wrongly_ends_in_2_with_the_reason_in_its_summary(home, monkeypatch):
    ask_for_postgres(home, monkeypatch, "postgresql://sote:hunter2@db/sote", 0o644)
    env = os.environ | {"SOTEVARASTO_HOME": str(home.root), "SOTEVARASTO_PROFILE": "simulated"}
    code = "from sources.simulator import deliver; deliver.plan = lambda day, seed: []; from sotevarasto.cli import main; main(['nightly'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=REPOSITORY, check=False
    )
    assert done.returncode == 2
    assert "chmod 0600" in " ".join(done.stdout.split()) and "Traceback" not in done.stdout + done.stderr
    assert "chmod 0600" in (home.reports / "last_night.json").read_text(encoding="utf-8")


def test_settings_are_dagsters_own_and_an_upgrade_reaches_them(home):
    (home.dagster / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    prepare_dagster_home(home)
    config, _ = dagster_instance_config(str(home.dagster))
    assert config["telemetry"] == {"enabled": False}
    assert config["run_monitoring"]["enabled"] and config["run_monitoring"]["max_runtime_seconds"] == 14_400
    assert config["freshness"] == {"enabled": True}
    assert "storage" not in config
    assert os.environ["DAGSTER_HOME"] == str(home.dagster)


def test_settings_that_did_not_move_are_left_alone(home):
    prepare_dagster_home(home)
    before = (home.dagster / "dagster.yaml").stat().st_ino
    prepare_dagster_home(home)
    assert (home.dagster / "dagster.yaml").stat().st_ino == before


def test_postgres_is_named_by_a_variable_and_its_password_stands_in_no_file_of_the_home(home, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "dagster_postgres" or found(name))
    ask_for_postgres(home, monkeypatch, "postgresql://sote:hunter2@db:5432/sote")
    prepare_dagster_home(home)
    assert settings(home)["storage"] == {"postgres": {"postgres_url": {"env": POSTGRES_URL}}}
    assert os.environ[POSTGRES_URL] == "postgresql://sote:hunter2@db:5432/sote"
    assert "hunter2" not in (home.dagster / "dagster.yaml").read_text()
    assert (home.dagster / "dagster.yaml").stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv(POSTGRES_FILE)
    prepare_dagster_home(home)
    assert "storage" not in settings(home) and POSTGRES_URL not in os.environ


@dg.job
def small_job():
    @dg.op
    def one():
        return 1

    one()


def test_a_run_whose_process_was_killed_is_marked_failed_and_others_are_left_alone(home):
    prepare_dagster_home(home)
    with open_instance() as instance:
        ended = small_job.execute_in_process(instance=instance).run_id
        dead = instance.create_run_for_job(small_job, status=dg.DagsterRunStatus.STARTED).run_id
        waiting = instance.create_run_for_job(small_job, status=dg.DagsterRunStatus.NOT_STARTED).run_id
        assert end_dead_runs(instance) == 1
        assert end_dead_runs(instance) == 0
        found = {run_id: instance.get_run_by_id(run_id).status.value for run_id in (ended, dead, waiting)}
    assert found == {ended: "SUCCESS", dead: "FAILURE", waiting: "NOT_STARTED"}


def test_a_run_that_was_killed_before_it_began_is_marked_failed_once_it_is_too_old_to_be_on_its_way(home):
    prepare_dagster_home(home)
    with open_instance() as instance:
        never_begun = instance.create_run_for_job(small_job, status=dg.DagsterRunStatus.NOT_STARTED).run_id
        own = instance.create_run_for_job(small_job, status=dg.DagsterRunStatus.NOT_STARTED).run_id
        assert end_dead_runs(instance, own) == 0
        assert end_dead_runs(instance, own, datetime.now(UTC) + timedelta(minutes=11)) == 1
        found = [instance.get_run_by_id(run_id).status.value for run_id in (never_begun, own)]
    assert found == ["FAILURE", "NOT_STARTED"]


def test_runs_of_long_ago_are_forgotten_with_their_files_and_later_ones_stay(home):
    prepare_dagster_home(home)
    with open_instance() as instance:
        ids = [small_job.execute_in_process(instance=instance).run_id for _ in range(2)]
        assert forget_old_runs(instance, home) == 0
        # Dagster has no way to age a run, so its own table is told.
        with instance.run_storage.connect() as connection:
            from sqlalchemy import text

            old = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=KEPT_DAYS + 1)
            connection.execute(
                text("update runs set create_timestamp = :old where run_id = :id"), {"old": old, "id": ids[0]}
            )
        assert forget_old_runs(instance, home) == 1
        assert instance.get_run_ids() == [ids[1]]
    assert [p.stem for p in (home.dagster / "history" / "runs").glob("*-*.db")] == [ids[1]]
    assert not (home.dagster / "storage" / ids[0]).exists()


@needs_extra
def test_a_server_that_is_down_is_one_line_without_the_password(home, monkeypatch):
    ask_for_postgres(home, monkeypatch, "postgresql://sote:hunter2@127.0.0.1:1/sote")
    prepare_dagster_home(home)
    with pytest.raises(StorageError, match="storage cannot be opened") as told, open_instance():
        pass
    assert "hunter2" not in str(told.value) and "\n" not in str(told.value)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The address of a real server on loopback, with a password."""
    if not HAS_EXTRA or INITDB is None:
        pytest.skip("needs dagster-postgres (make postgres) and a Postgres server on this machine")
    folder = tmp_path_factory.mktemp("postgres")
    (folder / "password").write_text("hunter2\n")
    user = []
    if os.geteuid() == 0:  # Postgres refuses root
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for parent in folder.parents:
            if parent.owner() == "root" and parent != Path("/") and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        subprocess.run(["chown", "-R", "65534:65534", str(folder)], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tools = Path(INITDB).resolve().parent
    quiet = {"check": True, "capture_output": True, "cwd": folder}
    subprocess.run(
        [
            *user,
            str(tools / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "sote",
            "--auth=scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "--no-sync",
        ],
        **quiet,
    )
    command = [
        *user,
        str(tools / "postgres"),
        "-D",
        str(folder / "data"),
        "-p",
        str(port),
        "-k",
        str(folder),
        "-h",
        "127.0.0.1",
        "-F",
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        url = f"postgresql://sote:hunter2@127.0.0.1:{port}/postgres"
        _await(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(url: str) -> None:
    import time

    import psycopg2

    for _ in range(100):
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    raise AssertionError("Postgres did not start")


def test_runs_are_kept_in_a_real_postgres_and_old_ones_forgotten_there(home, monkeypatch, postgres):
    import psycopg2

    ask_for_postgres(home, monkeypatch, postgres)
    prepare_dagster_home(home)
    with open_instance() as instance:
        assert type(instance.run_storage).__name__ == "PostgresRunStorage"
        assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
        run_id = small_job.execute_in_process(instance=instance).run_id
        assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.SUCCESS
        assert forget_old_runs(instance, home, datetime.now(UTC) + timedelta(days=KEPT_DAYS + 1)) == 1
        assert instance.get_run_ids() == []
    with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from runs")
        assert cursor.fetchone() == (0,)
    assert not list((home.dagster / "history").rglob("*.db"))
    for path in home.dagster.rglob("*"):
        assert not path.is_file() or b"hunter2" not in path.read_bytes(), path


def test_two_services_that_begin_at_once_on_a_new_home_both_find_the_tables(home):
    prepare_dagster_home(home)
    make = "import sys; from pathlib import Path; from sources.home import Home; from orchestration import dagster_home as d; h = Home(Path(sys.argv[1])); d.prepare_dagster_home(h); d.make_storage(h)"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", make, str(home.root)], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        with sqlite3.connect(home.dagster / name) as con:
            assert con.execute("select count(*) from sqlite_master where type = 'table'").fetchone()[0] > 1, name
