"""The hash of a table: equal for equal content, whatever the order of the rows and the file that holds them.

What belongs here: counting and hashing relations. What does not: deciding which are published.
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from warehouse.sql import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class TableHash(NamedTuple):
    """Number of rows, and 32 hexadecimal digits over column names, types and values."""

    rows: int
    hash: str


def table_hashes(con: "DuckDBPyConnection", catalog: str, relations: Iterable[str]) -> dict[str, TableHash]:
    """The hash of each relation ('schema.table') in an attached database."""
    return {relation: _table_hash(con, catalog, *relation.split(".", 1)) for relation in sorted(relations)}


def _table_hash(con: "DuckDBPyConnection", catalog: str, schema: str, table: str) -> TableHash:
    columns = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [catalog, schema, table],
    ).fetchall()
    # A sum, not an exclusive or: two equal rows must not cancel out.
    rows, total = con.execute(
        f"SELECT count(*), coalesce(sum(hash(*COLUMNS(*))::HUGEINT), 0) FROM {name(catalog, schema, table)}"
    ).fetchone()
    return TableHash(rows, hashlib.sha256(f"{columns}|{rows}|{total}".encode()).hexdigest()[:32])
