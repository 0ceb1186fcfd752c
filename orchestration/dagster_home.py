"""Dagster's own folder in a home: its settings, where its history is kept, and for how long.

Belongs here: writing dagster.yaml, choosing its storage, removing old runs. Does not belong here: what Dagster runs (definitions.py).
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sources.durable import write_atomic
from sources.errors import SotevarastoError
from sources.home import Home
from sources.secrets import secret

if TYPE_CHECKING:
    import dagster as dg

POSTGRES_FILE = "SOTEVARASTO_DAGSTER_POSTGRES_FILE"
# What dagster.yaml names; set in this process and its children only, never by the operator.
POSTGRES_URL = "SOTEVARASTO_DAGSTER_POSTGRES_URL"
KEPT_DAYS = 180
_BEGIN_MINUTES = 10
_SETTINGS = Path(__file__).parent / "dagster.yaml"
_SQLITE = """event_log_storage:
  module: orchestration.event_log
  class: OpenSqliteEventLogStorage
  config:
    base_dir: {folder}
"""
_POSTGRES = f"""storage:
  postgres:
    postgres_url:
      env: {POSTGRES_URL}
"""


class StorageError(SotevarastoError):
    """Dagster's storage is not set as it must be."""


def prepare_dagster_home(home: Home) -> None:
    """Point Dagster at the home's own folder, with telemetry off; every command of this home shares it.

    Its history is in SQLite there, or in the Postgres whose address is in the file that SOTEVARASTO_DAGSTER_POSTGRES_FILE names. dagster.yaml is written anew
    when the settings moved, so an upgrade reaches it. StorageError or SecretError when Postgres is asked for and cannot be used.
    """
    text = _SETTINGS.read_text(encoding="utf-8")
    url = secret(POSTGRES_FILE)
    if url is None:
        os.environ.pop(POSTGRES_URL, None)
        text += _SQLITE.format(folder=json.dumps(str(_runs(home)), ensure_ascii=False))
    else:
        _refuse(url)
        os.environ[POSTGRES_URL] = url
        text += _POSTGRES
    target = home.dagster / "dagster.yaml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        write_atomic(target, text)
    os.environ["DAGSTER_HOME"] = str(home.dagster)


def _runs(home: Home) -> Path:
    """Where Dagster keeps the events of each run, a file a run, if it keeps them in SQLite."""
    return home.dagster / "history" / "runs"


def _refuse(url: str) -> None:
    """Say what is wrong with an address without showing it: it holds a password."""
    form = "postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("postgresql", "postgres") and bool(parts.path.strip("/"))
    except ValueError:
        is_whole = False
    if not is_whole:
        raise StorageError(f"{POSTGRES_FILE}: the file holds no address of the form {form}: write one line of it")
    if importlib.util.find_spec("dagster_postgres") is None:
        raise StorageError(
            f"{POSTGRES_FILE} is set and dagster-postgres is not installed: make postgres, or unset the variable"
        )


@contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of the home that was prepared. StorageError when its storage cannot be opened: a server that is down, a damaged file."""
    import dagster as dg

    try:
        instance = dg.DagsterInstance.get()
    except Exception as error:  # each kind of storage raises what its own driver does
        told = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise StorageError(
            f"Dagster's storage cannot be opened ({told}): see that its server answers and that its address is right"
        ) from None
    with instance:
        yield instance


def make_storage(home: Home) -> None:
    """Make the tables of the prepared home's history if there are none yet: two of Dagster's programs that begin at once on a new home would both make them, and
    one would fail. StorageError as `open_instance`."""
    with (home.dagster / "making").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open_instance():
            pass


def end_dead_runs(instance: dg.DagsterInstance, own_run: str | None = None, now: datetime | None = None) -> int:
    """Mark as failed the runs that Dagster still takes for running, or for about to begin since long; returns how many. The caller, itself `own_run` or none,
    holds the home's lock, so no other can be at work.

    A run whose process was killed leaves no end behind. Run monitoring would take it for running until the longest time has passed, and keep the queue waiting.
    """
    from dagster import DagsterRunStatus, RunsFilter

    taken = RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING])
    # Killed before it began. One that is young may be on its way to a process of its own.
    never_begun = RunsFilter(
        statuses=[DagsterRunStatus.NOT_STARTED],
        created_before=(now or datetime.now(UTC)) - timedelta(minutes=_BEGIN_MINUTES),
    )
    dead = [run for found in (taken, never_begun) for run in instance.get_runs(found) if run.run_id != own_run]
    for run in dead:
        instance.report_run_failed(run, "Its process ended without a word; the night that followed found it so.")
    return len(dead)


def forget_old_runs(instance: dg.DagsterInstance, home: Home, now: datetime | None = None) -> int:
    """Remove the history of runs that began more than KEPT_DAYS days ago; returns how many. In SQLite a run is some 2.5 MB.

    What the nights did stays in the ledger, the reports and dq.check_result.
    """
    from dagster import DagsterRunStatus, RunsFilter
    from sqlalchemy.exc import SQLAlchemyError

    before = (now or datetime.now(UTC)) - timedelta(days=KEPT_DAYS)
    ended = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
    forgotten = 0
    for run_id in instance.get_run_ids(RunsFilter(statuses=ended, created_before=before)):
        try:
            instance.delete_run(run_id)
        except (OSError, SQLAlchemyError):
            break  # the history is no part of a night; the next one tries again
        # Dagster empties the run's own database and leaves the file, and what the run printed.
        for name in (f"{run_id}.db", f"{run_id}.db-wal", f"{run_id}.db-shm"):
            (_runs(home) / name).unlink(missing_ok=True)
        shutil.rmtree(home.dagster / "storage" / run_id, ignore_errors=True)
        forgotten += 1
    return forgotten
