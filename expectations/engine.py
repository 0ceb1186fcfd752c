"""Great Expectations on a DuckDB connection that is already open.

Belongs here: everything that knows the library: the ephemeral context, the two adaptations that make it work on DuckDB, and the translation of its
results into plain values. Does not belong here: which expectations there are (suites.py) and what a result means (gate.py).
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Planned:
    """One expectation to run: our check id, the name of a Great Expectations class and its arguments."""

    id: str
    expectation: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations said of one check. `error` is one line when it could not be judged; `success` then means nothing."""

    success: bool
    observed: Any = None
    error: str | None = None


@cache
def _library():
    """Import Great Expectations, quiet and without telemetry, and adapt SQLAlchemy to DuckDB. Seconds the first time, then nothing."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported
    # A failing metric is told by its check, once. Silenced here and not by a level, which some of its modules set for themselves.
    library_log = logging.getLogger("great_expectations")
    library_log.addHandler(logging.NullHandler())
    library_log.propagate = False
    import great_expectations
    import great_expectations.expectations
    import sqlalchemy
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    @sqlalchemy.event.listens_for(sqlalchemy.Engine, "after_cursor_execute")
    def prefetch(connection, cursor, statement, parameters, context, executemany) -> None:
        # The library reads a result after it has given the connection back, when DuckDB has dropped it: so every row is fetched at once.
        if connection.dialect.name == "duckdb" and cursor.description:
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=cursor.fetchall())

    return great_expectations


@dataclass
class _Borrowed:
    """A caller's DuckDB connection as SQLAlchemy sees it: neither closed nor wrapped in transactions, and let go at the end.

    It is the connection itself and not a cursor of it, because temporary tables and views are seen by their own connection only.
    """

    connection: Any
    notices: list[str] = field(default_factory=list)

    def cursor(self):
        from duckdb_engine import CursorWrapper

        return CursorWrapper(self.connection, self)

    def begin(self) -> None:
        """Nothing: a failed query inside a transaction would make every later check fail with it."""

    def commit(self) -> None:
        """Nothing, since none was begun."""

    def rollback(self) -> None:
        """Nothing, since none was begun."""

    def close(self) -> None:
        """Nothing: the connection is its owner's to close."""


class Session:
    """Runs expectations on one DuckDB connection. Use `open_session`."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def validate(self, table: str, planned: Sequence[Planned]) -> dict[str, Verdict]:
        """Judge the table or view of that name (one without a schema) and return one verdict for each planned expectation, by id.

        Nothing is raised for what goes wrong inside: an expectation that cannot be built or run has a verdict with an `error`.
        """
        verdicts: dict[str, Verdict] = {}
        expectations = []
        for plan in planned:
            try:
                expectations.append(_build(plan))
            except Exception as error:  # whatever an expectation's own validation raises is that check's error
                verdicts[plan.id] = Verdict(False, error=_one_line(error))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                results = self._run(table, expectations) if expectations else []
        except Exception as error:  # the table itself cannot be read: no check on it was judged
            return verdicts | {p.id: Verdict(False, error=_one_line(error)) for p in planned if p.id not in verdicts}
        for result in results:
            verdicts[result.expectation_config.meta["check_id"]] = _verdict(result)
        silent = Verdict(False, error="Great Expectations returned no result for it")
        return {p.id: verdicts.get(p.id, silent) for p in planned}

    def _run(self, table: str, expectations: list) -> list:
        library = _library()
        asset = self._source.add_table_asset(table, table_name=table)
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        suite = library.ExpectationSuite(name=table, expectations=expectations)
        # Validated by the batch, not by a validation definition: that one stores the result as JSON, and fails on numpy's booleans.
        return batch.validate(suite, result_format="COMPLETE").results


@contextmanager
def open_session(connection: Any) -> Iterator[Session]:
    """A session on an open DuckDB connection, which stays usable and open. The caller must not be inside a transaction."""
    from sqlalchemy.pool import StaticPool

    library = _library()
    borrowed = _Borrowed(connection)
    context = library.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    source = context.data_sources.add_sql(
        "duckdb",
        connection_string="duckdb:///:memory:",
        kwargs={"creator": lambda: borrowed, "poolclass": StaticPool},
    )
    try:
        yield Session(source)
    finally:
        # The library keeps its last context for good; it must not keep the caller's database file open with it.
        borrowed.connection = None


def _build(plan: Planned):
    kind = getattr(_library().expectations, plan.expectation, None)
    if kind is None:
        raise ValueError(f"Great Expectations has no {plan.expectation}")
    return kind(**plan.arguments, meta={"check_id": plan.id})


def _verdict(result: Any) -> Verdict:
    if error := _exception(result.exception_info):
        return Verdict(False, error=error)
    found = result.result or {}
    return Verdict(success=bool(result.success), observed=plain(found.get("observed_value")))


def _exception(info: Any) -> str | None:
    """The message of the exception, if there was one: the library keeps it flat, or one for each metric."""
    if not info:
        return None
    for entry in [info] if "raised_exception" in info else list(info.values()):
        if entry.get("raised_exception"):
            return _one_line(entry.get("exception_message") or "an exception without a message")
    return None


def _one_line(message: Any) -> str:
    return " ".join(str(message).split())[:300] or type(message).__name__


def plain(value: Any) -> Any:
    """The value as JSON can hold it: no Decimal, no numpy scalar, no tuple; what is not finite becomes its name as text."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        value = float(value)
    elif hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
