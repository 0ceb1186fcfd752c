"""Opening the current release to read it.

What belongs here: the read-only connection that analysts and `sotevarasto sql` use. What does not: printing answers.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sources.home import Home
from warehouse.release import MARTS, WAREHOUSE, ReleaseError
from warehouse.sql import literal, name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def open_release(home: Home) -> "DuckDBPyConnection":
    """A read-only connection to the current release; it keeps that release however many are published meanwhile.

    Every published relation answers to its plain name (mart.minimum_dataset, core.fct_care_contact). Person rows are
    there for whoever may read warehouse.duckdb. ReleaseError before the first release.
    """
    from duckdb import Error

    while True:
        folder = _current_folder(home)
        try:
            return _opened(folder)
        except Error as error:
            # Published and pruned over between the look and the opening: there is a newer one.
            if folder == _current_folder(home):
                reason = " ".join(str(error).split())[:300]
                raise ReleaseError(
                    f"{folder}: cannot be opened ({reason}): remove it and run `sotevarasto nightly`, which builds it anew"
                ) from None


def _opened(folder: Path) -> "DuckDBPyConnection":
    import duckdb

    con = duckdb.connect()
    try:
        _attach(con, folder / MARTS)
        if os.access(folder / WAREHOUSE, os.R_OK):
            _attach(con, folder / WAREHOUSE)
        schemas = con.execute(
            "SELECT database_name, schema_name FROM duckdb_schemas() WHERE database_name IN ('marts', 'warehouse')"
            " AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') ORDER BY ALL"
        ).fetchall()
        path = ",".join(name(*schema) for schema in schemas)
        con.execute(f"SET search_path = {literal(path)}")
    except BaseException:
        con.close()
        raise
    return con


def _current_folder(home: Home) -> Path:
    """The release's own folder, never the link: within one process DuckDB gives an open file again by its path."""
    try:
        return home.current.resolve(strict=True)
    except OSError:
        raise ReleaseError(f"{home.root}: holds no release yet: run `sotevarasto nightly`") from None


def _attach(con: "DuckDBPyConnection", file: Path) -> None:
    con.execute(f"ATTACH {literal(file)} AS {file.stem} (READ_ONLY)")
