"""Writing what dbt built into the two files of a release.

What belongs here: which relation goes into which file, copying it in a total order with its comments, and making its
views read the release's own slices. What does not: naming, verifying and swapping the release (warehouse/publish.py).
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.errors import SotevarastoError
from warehouse.sql import literal, name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PUBLISHED_SCHEMAS = ("core", "dq", "mart", "meta")
# The oldest form that duckdb 1.5 and 2.0 share; with its own, 2.0.0 writes files that 1.5.5 refuses.
STORAGE_VERSION = "v1.5.0"
WORK = "work"


class PublishError(SotevarastoError):
    """What was built cannot be published as it is."""


@dataclass(frozen=True)
class Relation:
    """One table or view that dbt built. `reads` are the relations a view is made of ('schema.table'), `files` its Parquet patterns."""

    schema: str
    table: str
    is_view: bool
    sql: str
    comment: str | None
    columns: tuple[tuple[str, str | None], ...]
    reads: frozenset[str]
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}"

    @property
    def is_published(self) -> bool:
        """Whether readers are meant to see it; the rest are steps on the way, kept only where a view needs them."""
        return self.schema in PUBLISHED_SCHEMAS


def built_relations(con: "DuckDBPyConnection", catalog: str = WORK) -> dict[str, Relation]:
    """Every table and view in an attached database, by name."""
    found = con.execute(
        """SELECT schema_name, table_name, false AS is_view, sql, comment FROM duckdb_tables()
           WHERE database_name = $catalog
           UNION ALL
           SELECT schema_name, view_name, true, sql, comment FROM duckdb_views()
           WHERE database_name = $catalog AND NOT internal
           ORDER BY schema_name, table_name""",
        {"catalog": catalog},
    ).fetchall()
    columns: dict[str, list[tuple[str, str | None]]] = {}
    for schema, table, column, comment in con.execute(
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE database_name = ? ORDER BY column_index",
        [catalog],
    ).fetchall():
        columns.setdefault(f"{schema}.{table}", []).append((column, comment))
    relations = {}
    for schema, table, is_view, sql, comment in found:
        reads, files = _made_of(con, sql) if is_view else (frozenset(), ())
        relation = Relation(schema, table, is_view, sql, comment, tuple(columns[f"{schema}.{table}"]), reads, files)
        relations[relation.name] = relation
    return relations


def _made_of(con: "DuckDBPyConnection", sql: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The relations and the file patterns that a view reads, from DuckDB's own parse of it."""
    select = sql.split(" AS ", 1)[1].rstrip(";")
    parsed = json.loads(con.execute("SELECT json_serialize_sql(?)", [select]).fetchone()[0])
    nodes = list(_nodes(parsed))
    # A name without a schema is a common table expression: what dbt writes is always qualified.
    reads = {
        f"{n['schema_name']}.{n['table_name']}" for n in nodes if n.get("type") == "BASE_TABLE" and n["schema_name"]
    }
    readers = [n["function"] for n in nodes if n.get("type") == "TABLE_FUNCTION"]
    files = [
        constant["text"]
        for reader in readers
        if reader["function_name"] in ("read_parquet", "parquet_scan")
        for constant in _nodes(reader)
        if constant.get("kind") == "STRING"
    ]
    return frozenset(reads), tuple(files)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = tree.values()
    elif not isinstance(tree, list):
        return
    for branch in tree:
        yield from _nodes(branch)


def person_relations(relations: dict[str, Relation], person_columns: Collection[str], slices: Path) -> set[str]:
    """The relations that show single persons' rows: over `slices`, with such a column, or a view over one of these.

    `person_columns` are the columns that identify someone or carry a value as it was sent.
    """
    person = {
        relation.name
        for relation in relations.values()
        if _over(relation, slices) or any(column in person_columns for column, _ in relation.columns)
    }
    while more := {r.name for r in relations.values() if r.name not in person and r.reads & person}:
        person |= more
    return person


def _over(relation: Relation, slices: Path) -> bool:
    return any(pattern.startswith(f"{slices}/") for pattern in relation.files)


def needed_by(relations: dict[str, Relation], names: Iterable[str]) -> list[Relation]:
    """The relations of these names and all that their views are made of, each after what it is made of."""
    graph: dict[str, list[str]] = {}
    waiting = list(names)
    while waiting:
        current = waiting.pop()
        if current not in graph:
            graph[current] = sorted(relations[current].reads)
            waiting += graph[current]
    return [relations[found] for found in TopologicalSorter(dict(sorted(graph.items()))).static_order()]


def export(con: "DuckDBPyConnection", file: Path, relations: list[Relation], slices: tuple[Path, Path]) -> None:
    """Write `relations` (in this order) from the attached `work` into the new database `file`; it stays the one in use.

    `slices` is (the folder the views read now, the folder they shall read); both must hold the files, because DuckDB
    looks at them when it makes the view. A view over any other file becomes a table: that file is not kept.
    """
    before, after = slices
    catalog = file.stem
    con.execute(f"ATTACH {literal(file)} AS {name(catalog)} (STORAGE_VERSION {literal(STORAGE_VERSION)})")
    con.execute(f"USE {name(catalog)}")
    for schema in sorted({*PUBLISHED_SCHEMAS, *(relation.schema for relation in relations)}):
        con.execute(f"CREATE SCHEMA {name(schema)}")
    for relation in relations:
        target = name(relation.schema, relation.table)
        rows = f"FROM {name(WORK, relation.schema, relation.table)} ORDER BY ALL"
        stays_view = relation.is_view and all(pattern.startswith(f"{before}/") for pattern in relation.files)
        if stays_view:
            con.execute(relation.sql.replace(literal(f"{before}/")[:-1], literal(f"{after}/")[:-1]))
        elif relation.is_view:
            con.execute(f"CREATE TABLE {target} AS {rows}")
        else:
            con.execute(relation.sql)
            con.execute(f"INSERT INTO {target} {rows}")
        _comment(con, relation, "VIEW" if stays_view else "TABLE")


def _comment(con: "DuckDBPyConnection", relation: Relation, kind: str) -> None:
    """Put the descriptions back, which no way of copying a relation carries along. In one transaction: alone, each of a thousand would be flushed to the disk."""
    target = name(relation.schema, relation.table)
    con.execute("BEGIN TRANSACTION")
    if relation.comment:
        con.execute(f"COMMENT ON {kind} {target} IS {literal(relation.comment)}")
    for column, comment in relation.columns:
        if comment:
            con.execute(f"COMMENT ON COLUMN {target}.{name(column)} IS {literal(comment)}")
    con.execute("COMMIT")
