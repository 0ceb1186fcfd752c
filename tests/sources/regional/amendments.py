"""What an amended month came to: its rows in force, what was taken away, and what the report says.

Belongs here: sending deletes, and reading slices, tombstones and counts back from a desk. Does not belong here: what must come of them (test_amendments.py, test_redelivery.py).
"""

from datetime import timedelta

import duckdb
from deliveries import NEXT, Desk, contact

from sources.regional.catalogue import counties

THIRD = NEXT + timedelta(days=1)
DELTA = {"mode": "delta", "sequence": 2}


def keys_only(numbers, box: str = "05") -> bytes:
    """A file of contact identifiers alone, under this sender's heading."""
    dialect = counties()[box].dialects["care_contacts"]
    heading = next(sent for sent, ours in dialect.columns.items() if ours == "contact_id")
    lines = [heading, *(contact(n)["contact_id"] for n in numbers)]
    return ("\n".join(lines) + "\n").encode(dialect.encoding)


def delete(desk: Desk, numbers, sequence: int, name: str = "gone", **changes) -> None:
    numbers = list(numbers)
    files = {f"{name}.csv": (keys_only(numbers), len(numbers))}
    desk.put(files, name=name, mode="delete", sequence=sequence, **changes)


def last(desk: Desk) -> dict:
    return desk.verdicts()[-1]


def rows(desk: Desk, verdict: dict, columns: str = "contact_id, sex, row_receipt_id") -> list[tuple]:
    path = desk.home.parquet / verdict["slice"]["path"]
    return duckdb.sql(f"select {columns} from '{path}' where rule_mask = 0 order by contact_id").fetchall()


def numbers(desk: Desk, verdict: dict) -> set[int]:
    return {int(row[0][-8:]) for row in rows(desk, verdict, "contact_id")}


def tombstones(desk: Desk, verdict: dict) -> list[tuple]:
    if not verdict["tombstones"]:
        return []
    path = desk.home.parquet / verdict["tombstones"]["path"]
    return duckdb.sql(f"select row_key, deleted_by, file_name, line_number from '{path}' order by row_key").fetchall()


def counts(verdict: dict) -> tuple[int, ...]:
    """Before, added, changed, unchanged, removed, in force."""
    names = ("before", "added", "changed", "unchanged", "removed", "in_force")
    return tuple(verdict[f"rows_{name}"] for name in names)


def report(desk: Desk, box: str = "05") -> dict:
    receipt_id = list(desk.events("receipt"))[-1]
    return desk.report(receipt_id, box)
