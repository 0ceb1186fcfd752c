"""Faults of single rows as they happen every month, and the rule that each breaks.

Belongs here: the kinds, spoiling one value or one line of a text frame, and the truth about it. Each kind breaks exactly one rule, so that verdicts can
be compared. Does not belong here: faults of whole deliveries (faults.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from sources.reference import ended
from sources.regional.catalogue import dataset_contract
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule
from sources.simulator.costs import CORRECTIONS
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


def written(at: datetime | date, dialect: Dialect) -> str:
    """A time, or a day, as the sender writes it."""
    return at.strftime(dialect.timestamp_format if isinstance(at, datetime) else dialect.date_format)


def _absent(row: dict[str, Any], dialect: Dialect) -> str:
    return null_text(dialect)


def _ended_municipality(row: dict[str, Any], dialect: Dialect) -> str:
    codes = ended("municipality")
    return max(codes, key=lambda code: codes[code].ended_on)


def _no_such_day(name: str) -> Callable[[dict[str, Any], Dialect], str]:
    """A thirty-first of February in the year of a column."""

    def spoil(row: dict[str, Any], dialect: Dialect) -> str:
        impossible = {
            "%-d": "31",
            "%d": "31",
            "%-m": "2",
            "%m": "02",
            "%Y": f"{row[name]:%Y}",
            "%-H": "9",
            "%H": "09",
            "%M": "15",
            "%S": "00",
        }
        text = dialect.timestamp_format if isinstance(row[name], datetime) else dialect.date_format
        for token, value in impossible.items():
            text = text.replace(token, value)
        return text

    return spoil


def _code(name: str, code: str) -> Callable[[dict[str, Any], Dialect], str]:
    """Another code of a column, as the sender writes it."""

    def spoil(row: dict[str, Any], dialect: Dialect) -> str:
        return next((sent for sent, ours in dialect.codes.get(name, {}).items() if ours == code), code)

    return spoil


def _other_sign(row: dict[str, Any], dialect: Dialect) -> str:
    return str(-row["amount_eur"]).replace(".", dialect.decimal)


def _moved(name: str, **by: int) -> Callable[[dict[str, Any], Dialect], str]:
    return lambda row, dialect: written(row[name] + timedelta(**by), dialect)


def _assessed(row: dict[str, Any]) -> bool:
    return row["need_assessed_at"] is not None


def _visited(row: dict[str, Any]) -> bool:
    return row["visited_at"] is not None


def _assessed_in_year_of_visit(row: dict[str, Any]) -> bool:
    # Across New Year a moved assessment would break the rule on ages too.
    return _assessed(row) and row["need_assessed_at"].year == row["visited_at"].year


def _plain(row: dict[str, Any]) -> bool:
    return (row["item_scope"], row["hus_share"]) == ("external", "none")


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
    Kind("contacted_at", "type", _no_such_day("contacted_at"), fits=_visited),
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
COST_KINDS = (
    Kind("service_class_code", "codes", lambda row, dialect: "ZZ"),
    Kind("account_code", "codes", lambda row, dialect: "ZZ"),
    Kind("account_code", "required", _absent),
    # Of an internal item or a payment to the joint authority, another rule speaks of the production mode too.
    Kind("production_mode", "codes", lambda row, dialect: "ZZ", fits=_plain),
    Kind("item_scope", "required", _absent),
    Kind("hus_share", "codes", lambda row, dialect: "ZZ"),
    Kind("amount_eur", "required", _absent),
    Kind("amount_eur", "type", lambda row, dialect: "1e3"),
    Kind("amount_eur", "sign_agrees", _other_sign, fits=lambda row: row["account_code"] != CORRECTIONS),
    Kind("cost_month", "type", _no_such_day("cost_month")),
    Kind("cost_month", "in_period", _moved("cost_month", days=40)),
    Kind(
        "item_scope",
        "only_with",
        _code("production_mode", "bought"),
        fits=lambda row: row["item_scope"] == "internal",
        edited="production_mode",
    ),
    Kind(
        "hus_share",
        "only_with",
        _code("production_mode", "own"),
        fits=lambda row: row["hus_share"] == "hus",
        edited="production_mode",
    ),
)
KINDS_OF = {"care_contacts": KINDS, "costs": COST_KINDS}


@cache
def kinds_of(dataset: str) -> tuple[Kind, ...]:
    """The kinds of a dataset; one that has none of its own has those that its contract alone tells: an unknown code, a required code or day left out, a day of no calendar."""
    if dataset in KINDS_OF:
        return KINDS_OF[dataset]
    contract, kinds = dataset_contract(dataset), []
    others = {name for rule in contract.rules for name in rule.arguments.values() if isinstance(name, str)}
    for rule in contract.rules:
        column = contract.column(rule.column)
        if rule.check == "codes":
            kinds.append(Kind(rule.column, "codes", lambda row, dialect: "ZZ"))
        elif rule.check == "required" and column.allowed_codes and rule.column not in others:
            kinds.append(Kind(rule.column, "required", _absent))
        elif rule.check == "type" and column.type == "date" and column.required:
            kinds.append(Kind(rule.column, "type", _no_such_day(rule.column)))
    return tuple(kinds)


LINE_KINDS = ("ragged", "repeated")


@cache
def rule_id(column: str, check: str, dataset: str = "care_contacts") -> str:
    """The id of the contract's first rule that judges this check on this column."""
    return next(r.id for r in dataset_contract(dataset).rules if (r.column, r.check) == (column, check))


def with_row_faults(
    rng: np.random.Generator, rows: pl.DataFrame, text: pl.DataFrame, dialect: Dialect, share: float, file_name: str
) -> tuple[list[str], list[RowFault]]:
    """Lines of a file in which about that share of the records is faulty, and the truth about them. `rows` are the typed values behind `text`."""
    count = min(int(share * rows.height + rng.random()), rows.height)
    spoiled = sorted(rng.permutation(rows.height)[:count].tolist())
    kinds, dataset = kinds_of(dialect.dataset), dialect.dataset
    chosen = rng.integers(0, len(kinds) + len(LINE_KINDS), count).tolist()
    edits: dict[str, dict[int, str]] = {}
    faults, ragged, repeated = [], [], []
    for record, number in zip(spoiled, chosen, strict=True):
        if number >= len(kinds):
            (ragged if LINE_KINDS[number - len(kinds)] == "ragged" else repeated).append(record)
            continue
        kind, value = _spoilt((*kinds[number:], *kinds[:number]), rows.row(record, named=True), dialect)
        edits.setdefault(kind.edited or kind.column, {})[record] = value
        faults.append(RowFault(file_name, record + 2, kind.column, rule_id(kind.column, kind.check, dataset)))
    lines = lines_of(_edited(text, dialect, edits), dialect)
    for record in ragged:
        lines[record] = lines[record].rpartition(dialect.delimiter)[0]
        faults.append(RowFault(file_name, record + 2, None, file_rule("RAGGED").id))
    unique = dataset_contract(dataset).unique_rule
    for record in repeated:
        lines.append(lines[record])
        faults.append(RowFault(file_name, len(lines) + 1, unique.column, unique.id))
    return lines, sorted(faults, key=lambda f: f.line_number)


def _spoilt(kinds: tuple[Kind, ...], row: dict[str, Any], dialect: Dialect) -> tuple[Kind, str]:
    """The first kind that this row can have, and the text that breaks its rule."""
    kind = next(k for k in kinds if k.fits(row))
    return kind, kind.spoil(row, dialect)


def _edited(text: pl.DataFrame, dialect: Dialect, edits: dict[str, dict[int, str]]) -> pl.DataFrame:
    headers = {column: header for header, column in dialect.columns.items()}
    columns = {
        headers[name]: text[headers[name]].scatter(list(values), list(values.values()))
        for name, values in edits.items()
    }
    return text.with_columns(**columns) if columns else text
