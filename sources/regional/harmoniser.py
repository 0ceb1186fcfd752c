"""Harmonising: one sender's text → the contract's types and codes, as SQL expressions.

Belongs here: the guards that say what text is a number, a time or a known code, as the sender's dialect declares. Does not belong here: whether a value is allowed
(rules.py), cutting lines (lines.py), running the SQL (judge.py).
Text that is not of the declared form becomes null and breaks the column's rule on its type; nothing is rounded, repaired or tried in another way. A code that the
sender's translation does not hold, composed or in parts, becomes the empty text, which no code list holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sources.contract import Column, Contract
from sources.regional.county import Dialect

SENT = "sent_"
# DuckDB's strptime takes one digit where two are declared and several blanks for one, so each token is also matched to the letter.
_DIGITS = {
    "%d": "[0-9]{2}",
    "%m": "[0-9]{2}",
    "%Y": "[0-9]{4}",
    "%H": "[0-9]{2}",
    "%M": "[0-9]{2}",
    "%S": "[0-9]{2}",
    "%-d": "[0-9]{1,2}",
    "%-m": "[0-9]{1,2}",
    "%-H": "[0-9]{1,2}",
}
_TOKEN = re.compile(r"%-?[A-Za-z]")


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier, also where it is a word of SQL."""
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """Names as a list of SQL identifiers."""
    return ", ".join(map(identifier, names))


def sent_expression(field: str, dialect: Dialect) -> str:
    """The text as sent, null where the sender means absent. `field` is an SQL expression."""
    if dialect.null_values == ("",):
        return f"nullif({field}, '')"
    absent = ", ".join(map(quoted, dialect.null_values))
    return f"case when {field} not in ({absent}) then {field} end"


def typed_expression(column: Column, dialect: Dialect) -> str:
    """The typed value of a column, from the SQL column `sent_<name>` (SENT)."""
    sent = identifier(SENT + column.name)
    kind = column.type.partition("(")[0]
    return _TYPED[kind](sent, column, dialect)


def typed_columns(contract: Contract, dialect: Dialect) -> str:
    """The select list of every typed column, in contract order."""
    return ", ".join(f"{typed_expression(c, dialect)} as {identifier(c.name)}" for c in contract.columns)


def _text(sent: str, column: Column, dialect: Dialect) -> str:
    codes = dialect.codes.get(column.name)
    if codes is None:
        return sent
    branches = " ".join(f"when {quoted(code)} then {quoted(ours)}" for code, ours in codes.items())
    other = "''"
    if not all(map(str.isascii, codes)):
        # Some systems write ä as a and two dots; asked only of what is not known as it stands.
        other = f"case nfc_normalize({sent}) {branches} else '' end"
    return f"case when {sent} is not null then case {sent} {branches} else {other} end end"


def _integer(sent: str, column: Column, dialect: Dialect) -> str:
    return _guarded(sent, "-?[0-9]{1,18}", f"try_cast({sent} as {column.sql_type})")


def _decimal(sent: str, column: Column, dialect: Dialect) -> str:
    precision, scale = map(int, re.findall(r"\d+", column.type))
    mark = re.escape(dialect.decimal)
    fraction = f"({mark}[0-9]{{1,{scale}}})?" if scale else ""
    plain = sent if dialect.decimal == "." else f"replace({sent}, {quoted(dialect.decimal)}, '.')"
    return _guarded(sent, f"-?[0-9]{{1,{precision - scale}}}{fraction}", f"try_cast({plain} as {column.sql_type})")


def _timestamp(sent: str, column: Column, dialect: Dialect) -> str:
    return _time(sent, dialect.timestamp_format)


def _date(sent: str, column: Column, dialect: Dialect) -> str:
    return f"cast({_time(sent, dialect.date_format or '')} as date)"


def _time(sent: str, declared: str) -> str:
    return _guarded(sent, time_pattern(declared), f"try_strptime({sent}, {quoted(declared)})")


def time_pattern(declared: str) -> str:
    """A regular expression for text of a declared form of time, to the letter."""
    pieces = re.split(f"({_TOKEN.pattern})", declared)
    return "".join(_DIGITS[piece] if piece in _DIGITS else re.escape(piece) for piece in pieces)


def _guarded(sent: str, pattern: str, value: str) -> str:
    return f"case when regexp_full_match({sent}, {quoted(pattern)}) then {value} end"


_TYPED: dict[str, Callable[[str, Column, Dialect], str]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "timestamp": _timestamp,
    "date": _date,
}
