"""The few SQL texts and quotings that the warehouse needs outside dbt.

What belongs here: reading warehouse/queries/*.sql, quoting names and values, telling a fault of the disk in one line. What does not: models.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

from sources.errors import SotevarastoError

# How DuckDB tells a failed write, wherever it wraps it; within JSON the quotes are escaped.
_DISK = re.compile(r'(Could not [a-z]+ file \\?"[^"]+": [A-Za-z ]+)')
MEND_DISK = "nothing is lost: make room or mend the disk, and run again"


@cache
def query(name: str) -> str:
    """The text of warehouse/queries/<name>.sql."""
    return (files("warehouse") / "queries" / f"{name}.sql").read_text("utf-8")


@contextmanager
def one_line_for_disk(error_class: type[SotevarastoError]) -> Iterator[None]:
    """Raise what the disk did to DuckDB or to ourselves as one line with its mend. DuckDB's own connection is of no use afterwards."""
    from duckdb import FatalException, IOException

    try:
        yield
    except (FatalException, IOException) as error:
        reason = disk_fault(str(error)) or " ".join(str(error).split())[:300].replace("\\", "")
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
    else:
        return
    raise error_class(f"{reason}; {MEND_DISK}") from None


def disk_fault(message: str) -> str | None:
    """What DuckDB tells of a write that the disk refused, from a message that holds it; None if it tells of none."""
    found = _DISK.search(message)
    return found[1].replace("\\", "") if found else None


def literal(value: object) -> str:
    """A value's text as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(*parts: str) -> str:
    """A quoted, dotted SQL name."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
