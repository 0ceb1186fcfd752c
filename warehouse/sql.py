"""The few SQL texts and quotings that the warehouse needs outside dbt.

What belongs here: reading warehouse/queries/*.sql, quoting names and values. What does not: models.
"""

from functools import cache
from importlib.resources import files


@cache
def query(name: str) -> str:
    """The text of warehouse/queries/<name>.sql."""
    return (files("warehouse") / "queries" / f"{name}.sql").read_text("utf-8")


def literal(value: object) -> str:
    """A value's text as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(*parts: str) -> str:
    """A quoted, dotted SQL name."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
