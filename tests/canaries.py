"""Made-up personal identity codes that a test puts into a delivery, and the search for them in everything that a home holds.

The landing is left out, since it keeps every byte as it was sent, and so is the simulator's own folder: it is the sender's side.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from sources.home import Home

# Of the form of real codes, with individual numbers that are given to nobody (900-999) and the signs of three centuries.
CODES = ("131052-930T", "010203A904K", "050594Y9066", "311299+955x")


def found(home: Home, codes: Iterable[str] = CODES) -> list[str]:
    """Each file that holds one of the codes, with the table where there are tables."""
    codes = tuple(codes)
    places = []
    for path in sorted(home.root.rglob("*")):
        if not path.is_file() or path.is_symlink() or path.is_relative_to(home.landing):
            continue
        if path.is_relative_to(home.root / "simulator"):
            continue
        data = path.read_bytes()
        if any(code.encode(form) in data for code in codes for form in ("utf-8", "utf-16-le")):
            places.append(_named(home, path))
        # What is compressed does not show in the bytes.
        elif path.suffix == ".parquet":
            places += [_named(home, path)] if _in_rows(f"read_parquet('{_literal(path)}')", codes) else []
        elif path.suffix == ".duckdb":
            places += [f"{_named(home, path)}: {table}" for table in _tables(path) if _in_rows(table, codes, path)]
    return places


def _named(home: Home, path: Path) -> str:
    return path.relative_to(home.root).as_posix()


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")


def _tables(path: Path) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        named = con.execute("select table_schema, table_name from information_schema.tables order by all").fetchall()
    return [f'"{schema}"."{table}"' for schema, table in named]


def _in_rows(relation: str, codes: Iterable[str], database: Path | None = None) -> bool:
    """Whether a row of the relation, all its columns as one text, holds a code."""
    with duckdb.connect(str(database) if database else ":memory:", read_only=database is not None) as con:
        looked_for = " or ".join(f"contains(line, '{code}')" for code in codes)
        rows = f"select (r::varchar) as line from (from {relation}) as r"
        return con.execute(f"select count(*) > 0 from ({rows}) where {looked_for}").fetchone()[0]
