"""Made-up personal identity codes that a test puts into a delivery, and the search for them in everything that a home holds.

The landing is left out, since it keeps every byte as it was sent, and so is the simulator's own folder: it is the sender's side.
"""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from sources.home import Home

# Of the form of real codes, with individual numbers that are given to nobody (900-999) and the signs of three centuries.
CODES = ("131052-930T", "010203A904K", "050594Y9066", "311299+955x")


def content_of(path: Path) -> bytes:
    """A file's bytes; of a workbook the bytes of its parts, which the file holds compressed."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(map(book.read, book.namelist()))


def found(home: Home, codes: Iterable[str] = CODES) -> list[str]:
    """Each file that holds one of the codes, with the table where there are tables. A file that stands in several folders is looked at once."""
    codes, places, seen = tuple(codes), [], set()
    with duckdb.connect() as con:
        for path in sorted(home.root.rglob("*")):
            status = path.lstat()
            left_out = path.is_relative_to(home.landing) or path.is_relative_to(home.root / "simulator")
            if not path.is_file() or path.is_symlink() or left_out or (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            name, data = path.relative_to(home.root).as_posix(), content_of(path)
            if any(code.encode(form) in data for code in codes for form in ("utf-8", "utf-16-le")):
                places.append(name)
            # What is compressed does not show in the bytes.
            elif path.suffix in (".parquet", ".duckdb"):
                places += [f"{name} {relation}".strip() for relation in _holding(con, path, codes)]
    return places


def _holding(con: duckdb.DuckDBPyConnection, path: Path, codes: Iterable[str]) -> list[str]:
    """The tables of a database with a code in a row; '' for a Parquet file that has one. Views show what tables and files hold."""
    file = str(path).replace("'", "''")
    if path.suffix == ".parquet":
        return [""] if _in_rows(con, f"read_parquet('{file}')", codes) else []
    con.execute(f"attach '{file}' as looked_at (read_only)")
    try:
        named = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'looked_at' order by all"
        ).fetchall()
        relations = {f"{schema}.{table}": f'looked_at."{schema}"."{table}"' for schema, table in named}
        return [name for name, relation in relations.items() if _in_rows(con, relation, codes)]
    finally:
        con.execute("detach looked_at")


def _in_rows(con: duckdb.DuckDBPyConnection, relation: str, codes: Iterable[str]) -> bool:
    """Whether a row holds a code, in a text or in something made of texts."""
    columns = con.execute(f"describe select * from {relation}").fetchall()
    texts = [f'"{name}"::varchar' for name, kind, *_ in columns if "VARCHAR" in kind or kind == "JSON"]
    if not texts:
        return False
    looked_for = " or ".join(f"contains(line, '{code}')" for code in codes)
    line = f"select concat_ws('|', {', '.join(texts)}) as line from {relation}"
    return con.execute(f"select count(*) > 0 from ({line}) where {looked_for}").fetchone()[0]
