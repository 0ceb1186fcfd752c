"""`sotevarasto sql`: queries on the current release.

Belongs here: running it read-only and printing a table, CSV or JSON. Does not belong here: finding and opening the release (warehouse/read.py).
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from decimal import Decimal

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home

SHOWN_ROWS = 1000


def run_query(query: str, form: str) -> None:
    """Print the answer of each statement of `query`; `-` reads them from standard input. CSV and JSON take one statement.

    Raises SotevarastoError, one line, when there is no release, nothing is asked or a statement is wrong.
    """
    import duckdb

    from warehouse.read import open_release

    with open_release(Home(default_home(current_profile()))) as connection:
        try:
            statements = connection.extract_statements(sys.stdin.read() if query == "-" else query)
            _require_askable(len(statements), form)
            for number, statement in enumerate(statements):
                relation = connection.execute(statement)
                columns = [c[0] for c in relation.description or []]
                rows = relation.fetchall()
                if number:
                    print()
                {"table": _table, "csv": _csv, "json": _json}[form](columns, rows)
        except duckdb.Error as error:
            raise SotevarastoError(f"the query was refused: {_one_line(error)}") from error


def _require_askable(statements: int, form: str) -> None:
    if not statements:
        raise SotevarastoError('the query is empty; ask for something, as in: sotevarasto sql "select 1"')
    if statements > 1 and form != "table":
        raise SotevarastoError(f"{statements} statements cannot be one {form.upper()} file; give one at a time")


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not set(line.strip()) <= {"^", " "}]
    return " ".join(lines)[:400]


def _plain(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _table(columns: list[str], rows: list[tuple]) -> None:
    from rich.table import Table
    from rich.text import Text

    from sotevarasto.terminal import Terminal

    wide = not sys.stdout.isatty()
    console = Terminal()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold", no_wrap=wide)
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*(Text("" if v is None else str(_plain(v))) for v in row))
    console.print(table)
    more = f"; the first {SHOWN_ROWS:,} are shown, --format csv gives all" if len(rows) > SHOWN_ROWS else ""
    console.print(f"{len(rows):,} rows{more}")


def _csv(columns: list[str], rows: list[tuple]) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if v is None else _plain(v) for v in row] for row in rows])


def _json(columns: list[str], rows: list[tuple]) -> None:
    def number(value):
        return float(value) if isinstance(value, Decimal) else _plain(value)

    records = [dict(zip(columns, map(number, row), strict=True)) for row in rows]
    json.dump(records, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")
