"""JSON arrays in files, as rows of DuckDB, in bounded memory.

Belongs here: opening them and refusing what is no array of objects. Does not belong here: what the rows mean (the sources' own rooms).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl
    from duckdb import DuckDBPyConnection

MEMORY = "128MB"
MIB_OF_A_ROW = 16


@contextmanager
def bounded() -> Iterator[DuckDBPyConnection]:
    """A database in memory that keeps within MEMORY, whatever it reads.

    One thread: with two, DuckDB 2.0.0 once failed inside ("an optional pointer that is not set") on a good file of a gigabyte, which some seventy readings more did not repeat.
    A source's file is read when it moved, and its reading waits for nobody.
    """
    import duckdb

    with duckdb.connect(
        config={"memory_limit": MEMORY, "threads": "1", "autoinstall_known_extensions": "false"}
    ) as con:
        con.execute("set preserve_insertion_order = false")
        yield con


@contextmanager
def json_rows(paths: Sequence[Path]) -> Iterator[DuckDBPyConnection]:
    """A database with the view `sent` (file, json) over the objects of the arrays; nothing is read before it is asked for, and each question reads anew.

    Whatever DuckDB says of the reading, then and later, is a SourceError in one line.
    """
    import duckdb

    with bounded() as con:
        con.execute(
            f"""create temp view sent as select filename as file, json from read_json_objects(
            [{", ".join(quoted(str(path)) for path in paths)}], format = 'array', filename = true, maximum_object_size = {MIB_OF_A_ROW << 20})"""
        )
        try:
            strange = con.execute("select count(*) from sent where json_type(json) <> 'OBJECT'").fetchone()[0]
            if strange:
                raise SourceError(f"{strange} members of the JSON list are no objects: the protocol has changed")
            yield con
        except duckdb.Error as error:
            raise SourceError(f"the reply is no JSON list that can be read ({said(error)})") from None


def frame_of(con: DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """What a query gives, in memory."""
    import polars as pl

    con.complete()  # what an earlier question left unread would stand in the way
    return pl.DataFrame(pl.from_arrow(con.sql(sql).to_arrow_table()))


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def said(error: Exception) -> str:
    """What DuckDB says, on one line and without places of this machine."""
    return " ".join(str(error).partition(' in file "')[0].split())[:120]
