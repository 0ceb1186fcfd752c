"""The results of every check of every night, kept outside the warehouse and brought into each release.

What belongs here: appending one run's results to the home, laying out those that were known, and completing the table
that dbt made. What does not: running checks and saying what they found (orchestration/checks, expectations).

A result cannot be computed again: code, bounds and rules move on. So the results are kept like verdicts: a small
immutable Parquet file a run under checks/, which the ledger names with its hash. The ledger alone would do, but its
every row is read at each build, and a run has some two hundred results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sources.durable import kill_point, replace_file, temp_path
from sources.errors import SotevarastoError
from sources.home import Home
from sources.ledger import Ledger
from warehouse.sql import literal, one_line_for_disk

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EVENT = "checks"
STATUSES = ("PASS", "FAIL", "N-A", "ERROR")
TABLE = "dq.check_result"
COLUMNS = {
    "night_id": "VARCHAR",
    "check_id": "VARCHAR",
    "engine": "VARCHAR",
    "asset": "VARCHAR",
    "dimension": "VARCHAR",
    "severity": "VARCHAR",
    "status": "VARCHAR",
    "is_blocking": "BOOLEAN",
    "failed": "BIGINT",
    "applicable": "BIGINT",
    "observed": "VARCHAR",
    "message": "VARCHAR",
    "attempt": "INTEGER",
    "known_from": "TIMESTAMP",
}
_KEY = "known_from, engine, asset, check_id, attempt"


class ChecksError(SotevarastoError):
    """The kept results of the checks are not as the ledger says."""


@dataclass(frozen=True)
class CheckResult:
    """What one check came to. `failed` of `applicable` are rows, groups or sources, whatever the check looks at; None where it measures one number.

    `did_run` False is a check that was left out (N-A): it never stands beside a result of the same moment.
    """

    check_id: str
    engine: str
    asset: str
    dimension: str
    severity: str
    status: str
    is_blocking: bool
    failed: int | None = None
    applicable: int | None = None
    observed: str | None = None
    message: str = ""
    did_run: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return self.engine, self.asset, self.check_id


_TOLD = tuple(f.name for f in fields(CheckResult) if f.name != "did_run")


@one_line_for_disk(ChecksError)
def record_checks(home: Home, ledger: Ledger, at: datetime, night_id: str, results: Iterable[CheckResult]) -> int:
    """Keep what the checks of business time `at` (aware) came to; returns how many results were new.

    A result that already stands for this moment is not kept again, so a night that was killed and run again does not
    double; another result of the same check at the same moment is its next `attempt`. ChecksError if a kept file is
    missing or changed, ValueError for an unknown status.
    """
    import duckdb

    moment = at.astimezone(UTC).replace(tzinfo=None)
    with duckdb.connect() as con:
        create_check_result(con, home, ledger, at)
        standing = con.execute(
            f"SELECT {', '.join(_TOLD)}, attempt FROM check_result WHERE known_from = ? ORDER BY attempt", [moment]
        ).fetchall()
        last = {(row[1], row[2], row[0]): row for row in standing}
        news = list(_news(last, {result.key: result for result in results}.values()))
        if not news:
            return 0
        number = 1 + sum(1 for event in ledger.events(EVENT) if event.body["night_id"] == night_id)
        name = f"{night_id}-{number}.parquet"
        digest = _write(con, home.checks / name, [(night_id, *told, attempt, moment) for told, attempt in news])
    kill_point("checks.written")
    body = {"night_id": night_id, "path": name, "sha256": digest, "rows": len(news)}
    ledger.append(EVENT, f"{night_id}:{number}", body, at)
    return len(news)


def _news(last: dict[tuple[str, str, str], tuple], results: Iterable[CheckResult]):
    """(values, attempt) of each result that says something new."""
    for result in results:
        if result.status not in STATUSES:
            raise ValueError(f"{result.status!r} of check {result.check_id} is none of {', '.join(STATUSES)}")
        stands = last.get(result.key)
        told = tuple(getattr(result, name) for name in _TOLD)
        if stands is None:
            yield told, 1
        elif result.did_run and stands[:-1] != told:
            yield told, stands[-1] + 1


def _write(con: DuckDBPyConnection, path: Path, rows: Sequence[tuple]) -> str:
    """Write one run's results; returns the file's hash. The same rows give the same bytes."""
    import pyarrow as pa

    arrow = {
        "VARCHAR": pa.string(),
        "BOOLEAN": pa.bool_(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "TIMESTAMP": pa.timestamp("us"),
    }
    columns = zip(COLUMNS.items(), zip(*rows, strict=True), strict=True)
    con.register("news", pa.table({name: pa.array(values, arrow[kind]) for (name, kind), values in columns}))
    tmp = temp_path(path)
    con.execute(f"COPY (FROM news ORDER BY {_KEY}) TO {literal(tmp)} (FORMAT parquet)")
    digest = hashlib.sha256(tmp.read_bytes()).hexdigest()
    replace_file(tmp, path, mode=0o600)
    return digest


def create_check_result(
    con: DuckDBPyConnection, home: Home, ledger: Ledger, at: datetime, *, with_tonight: bool = True
) -> None:
    """Make the table `check_result` of all that was known at business time `at`, whole and checked against the ledger's hashes.

    Without tonight's own it is what a first run of the night finds: a run after a crash or a restore then judges the same table, and ends in the same release.
    """
    files = []
    for event in ledger.events(EVENT):
        if event.at < at or (with_tonight and event.at == at):
            path = home.checks / event.body["path"]
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != event.body["sha256"]:
                raise ChecksError(f"{path} is missing or changed: restore it from a backup")
            files.append(literal(path))
    rows = "SELECT " + ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items()) + " LIMIT 0"
    if files:
        rows = f"SELECT {', '.join(COLUMNS)} FROM read_parquet([{', '.join(files)}], hive_partitioning = false)"
    con.execute(f"CREATE OR REPLACE TABLE check_result AS FROM ({rows}) ORDER BY {_KEY}")


@one_line_for_disk(ChecksError)
def complete_build(home: Home, ledger: Ledger, at: datetime) -> int:
    """Put all results known at `at`, tonight's too, into dq.check_result of build/work.duckdb; returns its rows.

    dbt makes the table, with its columns and descriptions, from what was known before tonight: the checks of dbt and of
    the marts come after it. ChecksError if dbt did not make it, or made other columns.
    """
    import duckdb

    with duckdb.connect() as con:
        create_check_result(con, home, ledger, at)
        con.execute(f"ATTACH {literal(home.build / 'work.duckdb')} AS work")
        try:
            con.execute(f"BEGIN; DELETE FROM work.{TABLE}; INSERT INTO work.{TABLE} BY NAME FROM check_result; COMMIT")
        except (duckdb.IOException, duckdb.FatalException):
            raise
        except duckdb.Error as error:
            reason = " ".join(str(error).split())[:200]
            raise ChecksError(f"{TABLE} cannot take the night's results ({reason}): build dq__check_result") from None
        return con.execute(f"SELECT count(*) FROM work.{TABLE}").fetchone()[0]
