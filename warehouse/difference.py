"""What moved between two releases, figure by figure, and why.

What belongs here: laying two releases beside each other in DuckDB, and counting. What does not: the words for the terminal (sotevarasto/release_commands.py), one figure's
own story (explaining.py).

Why a figure moved is told by what is behind it in one release and not in the other (meta.lineage): a new or corrected delivery, a delivery taken back, a later judgement by other rules or
mappings, a restated statistic; or by a known error that was put right (dq.correction). Where all inputs are the same it was the definition, the lock of its month, or other code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.durable import replace_file, temp_path
from sources.errors import SotevarastoError
from sources.home import Home
from warehouse.cells import rows_of
from warehouse.package_words import CLASSIFICATION
from warehouse.release import MARTS, Release
from warehouse.sql import literal, one_line_for_disk, query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CLASSIFICATIONS = "statfin_classification"


class DifferenceError(SotevarastoError):
    """Two releases cannot be compared."""


@contextmanager
def compared(home: Home, before: Release, after: Release) -> Iterator[DuckDBPyConnection]:
    """A connection with the table `moved`: one row for each current figure that is not the same in both, with `moved` (what) and `cause`. The releases are attached as a and b.

    DifferenceError when one of them was made before lineage was kept.
    """
    import duckdb

    with duckdb.connect() as con:
        for alias, release in (("a", before), ("b", after)):
            con.execute(f"ATTACH {literal(home.releases / release.release_id / MARTS)} AS {alias} (READ_ONLY)")
            if not any(table["name"] == "meta.lineage" for table in release.tables):
                raise DifferenceError(
                    f"release {release.release_id} was made before lineage was kept: why its figures moved cannot be told; compare later ones"
                )
        con.execute("SET VARIABLE is_code_changed = ?", [before.code_fingerprint != after.code_fingerprint])
        con.execute("SET VARIABLE is_division_changed = ?", [_division(con, "a") != _division(con, "b")])
        for name in ("figures", "inputs", "moved"):
            con.execute(f"CREATE TEMP TABLE {name} AS {query(f'diff_{name}')}")
        yield con


def summary(con: DuckDBPyConnection) -> dict[str, Any]:
    """Counts of what moved: `figures`, `moved` by what, `causes`, and `indicators` with their widest change, the most moved first."""
    return {
        "figures": con.execute("SELECT count(*) FROM b.mart.minimum_dataset WHERE known_to IS NULL").fetchone()[0],
        "moved": rows_of(
            con, "SELECT moved, count(*) AS figures FROM moved GROUP BY moved ORDER BY figures DESC, moved"
        ),
        "causes": rows_of(con, query("diff_causes")),
        "indicators": rows_of(con, query("diff_indicators")),
    }


@one_line_for_disk(DifferenceError)
def write_csv(con: DuckDBPyConnection, file: Path) -> int:
    """Write every moved figure to a new CSV file, whole or not at all; returns how many. Each line says that it is internal."""
    tmp = temp_path(file)
    said = literal(" / ".join(CLASSIFICATION.values()))
    try:
        con.execute(
            f"COPY (SELECT *, {said} AS classification FROM moved ORDER BY ALL) TO {literal(tmp)} (FORMAT csv, HEADER)"
        )
        replace_file(tmp, file, 0o600)
    except BaseException:
        tmp.unlink(missing_ok=True)
        raise
    return con.execute("SELECT count(*) FROM moved").fetchone()[0]


def _division(con: DuckDBPyConnection, alias: str) -> list[tuple]:
    """The municipal division in force: it is behind every sum, and stands in no lineage."""
    return con.execute(
        f"SELECT snapshot_id FROM {alias}.meta.snapshot WHERE source_code = $1 AND known_to IS NULL ORDER BY 1",
        [_CLASSIFICATIONS],
    ).fetchall()
