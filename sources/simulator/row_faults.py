"""Faults of single rows as they happen every month, and the rule that each breaks.

Belongs here: the kinds, spoiling one value or one line of a text frame, and the truth about it. Each kind breaks exactly one rule, so that verdicts can
be compared. Does not belong here: faults of whole deliveries (faults.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from sources.reference import ended
from sources.regional.catalogue import dataset_contract
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule
from sources.simulator.writer import lines_of, null_text


@dataclass(frozen=True)
class RowFault:
    """One broken rule on one physical line; `column` is None when the line as a whole is broken."""

    file_name: str
    line_number: int
    column: str | None
    rule_id: str


@dataclass(frozen=True)
class Kind:
    """A way for one value to be wrong: `check` names the contract's rule on `column`, `spoil` gives the text as sent, `edited` the column that holds it."""

    column: str
    check: str
    spoil: Callable[[dict[str, Any], Dialect], str]
    fits: Callable[[dict[str, Any]], bool] = lambda row: True
    edited: str | None = None


def written(at: datetime, dialect: Dialect) -> str:
    """A time as the sender writes it."""
    return at.strftime(dialect.timestamp_format)


def _absent(row: dict[str, Any], dialect: Dialect) -> str:
    return null_text(dialect)


def _ended_municipality(row: dict[str, Any], dialect: Dialect) -> str:
    codes = ended("municipality")
    return max(codes, key=lambda code: codes[code].ended_on)


def _no_such_day(row: dict[str, Any], dialect: Dialect) -> str:
    impossible = {
        "%-d": "31",
        "%d": "31",
        "%-m": "2",
        "%m": "02",
        "%Y": f"{row['contacted_at']:%Y}",
        "%-H": "9",
        "%H": "09",
        "%M": "15",
        "%S": "00",
    }
    text = dialect.timestamp_format
    for token, value in impossible.items():
        text = text.replace(token, value)
    return text


def _moved(name: str, **by: int) -> Callable[[dict[str, Any], Dialect], str]:
    return lambda row, dialect: written(row[name] + timedelta(**by), dialect)


def _assessed(row: dict[str, Any]) -> bool:
    return row["need_assessed_at"] is not None


def _visited(row: dict[str, Any]) -> bool:
    return row["visited_at"] is not None


def _assessed_in_year_of_visit(row: dict[str, Any]) -> bool:
    # Across New Year a moved assessment would break the rule on ages too.
    return _assessed(row) and row["need_assessed_at"].year == row["visited_at"].year


KINDS = (
    Kind("sex", "required", _absent),
    Kind("professional_id", "required", _absent),
    Kind("unit_id", "required", _absent),
    Kind("home_municipality_code", "codes", lambda row, dialect: "999"),
    Kind("home_municipality_code", "in_force", _ended_municipality),
    Kind("profession", "codes", lambda row, dialect: "ZZ"),
    Kind("contact_mode", "codes", lambda row, dialect: "99"),
    Kind("birth_year", "type", lambda row, dialect: f"{row['birth_year'] // 10}.6"),
    Kind("birth_year", "range", lambda row, dialect: "1850", fits=lambda row: not _assessed(row)),
    Kind("age_at_assessment_years", "range", lambda row, dialect: "140", fits=lambda row: not _assessed(row)),
    Kind("age_at_assessment_years", "required_with", _absent, fits=_assessed),
    Kind(
        "age_at_assessment_years",
        "age_agrees",
        lambda row, dialect: str(row["age_at_assessment_years"] + 3),
        fits=_assessed,
    ),
    Kind("contacted_at", "type", _no_such_day, fits=_visited),
    Kind("need_assessed_at", "not_before", _moved("contacted_at", minutes=-25), fits=_assessed),
    Kind(
        "visited_at",
        "not_before",
        _moved("visited_at", minutes=20),
        fits=_assessed_in_year_of_visit,
        edited="need_assessed_at",
    ),
    Kind("booked_at", "not_before", _moved("contacted_at", minutes=-40), fits=lambda row: row["booked_at"] is not None),
    Kind("contacted_at", "in_period", _moved("visited_at", days=40), fits=_visited, edited="visited_at"),
    Kind("professional_id", "pattern", lambda row, dialect: row["professional_id"][:9]),
    Kind(
        "reason_code",
        "pattern",
        lambda row, dialect: row["reason_code"].lower(),
        fits=lambda row: row["reason_code"] is not None,
    ),
    Kind("visit_duration_hours", "type", lambda row, dialect: "1e3", fits=_visited),
    Kind("visit_duration_hours", "range", lambda row, dialect: f"25{dialect.decimal}50", fits=_visited),
)
LINE_KINDS = ("ragged", "repeated")


@cache
def rule_id(column: str, check: str) -> str:
    """The id of the contract's rule that judges this check on this column."""
    return next(r.id for r in dataset_contract("care_contacts").rules if (r.column, r.check) == (column, check))


def with_row_faults(
    rng: np.random.Generator, rows: pl.DataFrame, text: pl.DataFrame, dialect: Dialect, share: float, file_name: str
) -> tuple[list[str], list[RowFault]]:
    """Lines of a file in which about that share of the records is faulty, and the truth about them. `rows` are the typed values behind `text`."""
    count = min(int(share * rows.height + rng.random()), rows.height)
    spoiled = sorted(rng.permutation(rows.height)[:count].tolist())
    chosen = rng.integers(0, len(KINDS) + len(LINE_KINDS), count).tolist()
    edits: dict[str, dict[int, str]] = {}
    faults, ragged, repeated = [], [], []
    for record, number in zip(spoiled, chosen, strict=True):
        if number >= len(KINDS):
            (ragged if LINE_KINDS[number - len(KINDS)] == "ragged" else repeated).append(record)
            continue
        kind, value = _spoilt(number, rows.row(record, named=True), dialect)
        edits.setdefault(kind.edited or kind.column, {})[record] = value
        faults.append(RowFault(file_name, record + 2, kind.column, rule_id(kind.column, kind.check)))
    lines = lines_of(_edited(text, dialect, edits), dialect)
    for record in ragged:
        lines[record] = lines[record].rpartition(dialect.delimiter)[0]
        faults.append(RowFault(file_name, record + 2, None, file_rule("RAGGED").id))
    for record in repeated:
        lines.append(lines[record])
        faults.append(RowFault(file_name, len(lines) + 1, "contact_id", rule_id("contact_id", "unique")))
    return lines, sorted(faults, key=lambda f: f.line_number)


def _spoilt(number: int, row: dict[str, Any], dialect: Dialect) -> tuple[Kind, str]:
    """The kind of that number, or the next one that this row can have, and the text that breaks its rule."""
    kind = next(k for k in (*KINDS[number:], *KINDS[:number]) if k.fits(row))
    return kind, kind.spoil(row, dialect)


def _edited(text: pl.DataFrame, dialect: Dialect, edits: dict[str, dict[int, str]]) -> pl.DataFrame:
    headers = {column: header for header, column in dialect.columns.items()}
    columns = {
        headers[name]: text[headers[name]].scatter(list(values), list(values.values()))
        for name, values in edits.items()
    }
    return text.with_columns(**columns) if columns else text
