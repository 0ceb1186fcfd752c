"""Dagster's event log in SQLite, its databases kept open.

Belongs here: how this program reaches Dagster's own files. Does not belong here: their tables and what is written (Dagster's), where they lie (dagster_home.py).
Dagster makes an engine and opens the file anew for each of the some 2,800 events of a night, and so compiles each statement anew: a fifth of a small night.
The files stay as Dagster makes them: a home may go back to its SqliteEventLogStorage, and does not notice.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

# The index of all runs, the run at hand, and those that a page of the UI shows beside it.
_KEPT_OPEN = 6
_BUSY_SECONDS = 30  # as Dagster's own


class OpenSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's storage, one engine for each of the files last used. Errors: as Dagster's, sqlalchemy.exc.DBAPIError."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> OpenSqliteEventLogStorage:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.pop(shard, None) or create_engine(
            self.conn_string_for_shard(shard),
            poolclass=QueuePool,
            pool_size=1,
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        self._engines[shard] = engine
        if len(self._engines) > _KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def dispose(self) -> None:
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()
