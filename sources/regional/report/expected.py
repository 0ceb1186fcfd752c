"""What was expected of a value, as its sender would write it, in three languages.

Belongs here: turning a rule's declarations and its good example into the sender's own codes, times and numbers. Does not belong here: how the fault is mended
(the rule's own text), the words round it (texts.yml).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sources.contract import LANGUAGES, Column, Contract, Rule
from sources.regional.county import Dialect

_MANY = 30


def expected(
    rule: Any, contract: Contract | None, dialect: Dialect | None, texts: dict[str, Any], period: str | None
) -> dict[str, str]:
    """By language; empty texts where the rule is not about values. `period` is the month of the delivery."""
    if contract is None or not isinstance(rule, Rule):
        return dict.fromkeys(LANGUAGES, "")
    column, facts = contract.column(rule.column), _facts(rule, contract, dialect)
    kind = column.type.partition("(")[0]
    name = rule.check
    if name == "codes":
        name = "list" if not facts["codes"] else "codes"
    elif name == "type":
        name = kind
    elif name == "range" and None in (column.minimum, column.maximum):
        name = "at_least" if column.maximum is None else "at_most"
    elif name == "in_period" and period and kind in ("date", "timestamp"):
        # The rule's own example is of another month than this one.
        facts["example"] = period
    elif name not in ("required", "pattern", "range"):
        name = "example" if facts["example"] else "none"
    return {language: texts[language]["expected"][name].format(**facts) for language in LANGUAGES}


def agreed_codes(column: Column, dialect: Dialect | None) -> list[str]:
    """The codes of a column as the sender writes them: those of its translation, else the contract's own."""
    ours = (dialect.codes.get(column.name) if dialect else None) or {}
    return list(ours) or list(column.codes or ())


def as_sent(column: Column, value: str, dialect: Dialect | None) -> str:
    """A value of the contract's own form as the sender would write it."""
    if dialect is None or not value:
        return value
    kind = column.type.partition("(")[0]
    if kind in ("timestamp", "date"):
        form = dialect.timestamp_format if kind == "timestamp" else dialect.date_format
        return datetime.fromisoformat(value).strftime(form or "%Y-%m-%d")
    if kind == "decimal":
        return value.replace(".", dialect.decimal)
    return next((sent for sent, code in dialect.codes.get(column.name, {}).items() if code == value), value)


def header_of(column: str | None, dialect: Dialect | None) -> str | None:
    """The sender's own heading of a contract column."""
    sent = dialect.columns.items() if dialect else ()
    return next((header for header, name in sent if name == column), None)


def _facts(rule: Rule, contract: Contract, dialect: Dialect | None) -> dict[str, Any]:
    column = contract.column(rule.column)
    codes = agreed_codes(column, dialect)
    return {
        "codes": ", ".join(codes) if len(codes) <= _MANY else "",
        "list": column.code_list or "",
        "pattern": column.pattern,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "example": _example(rule, contract, dialect),
    }


def _example(rule: Rule, contract: Contract, dialect: Dialect | None) -> str:
    """The rule's good example: the value alone, or each heading with its value where it speaks of several."""
    sent = {name: as_sent(contract.column(name), value, dialect) for name, value in rule.example_good.items()}
    if set(sent) == {rule.column}:
        return sent[rule.column]
    return ", ".join(f"{header_of(name, dialect) or name} = {value or '–'}" for name, value in sent.items())
