"""What a sender's values look like: the form of its times and its decimal sign.

Belongs here: telling the form from values, and saying when values leave two readings open. Does not belong here: which column they are of (headings.py).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sources.regional.harmoniser import time_pattern

if TYPE_CHECKING:
    import polars as pl

_DATES = (
    "%d.%m.%Y",
    "%-d.%-m.%Y",
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d%m%Y",
)
_TIMES = ("%H:%M", "%H:%M:%S", "%H.%M", "%H.%M.%S", "%-H:%M", "%-H.%M")
# Of many values a few may be faulty and the form is still theirs.
SHARE = 0.95
# Enough to see that a form is not theirs, before all are looked at.
_FIRST, _FIRST_SHARE = 20, 0.8
NUMBER = r"^-?[0-9]+(?:[.,][0-9]+)?$"


@dataclass(frozen=True)
class Form:
    """A form of times, and the others that the values allow as well and that would read them differently."""

    text: str
    rivals: tuple[str, ...]


def time_form(values: pl.Series, known: Iterable[str], with_clock: bool) -> Form | None:
    """The form of these texts; None when they are no times. `known` are forms that other senders use; `with_clock` asks for forms with an hour."""
    if not len(values):
        return None
    first = values.head(_FIRST).to_list()
    likely = [
        form
        for form in _forms(known)
        if ("%H" in form or "%-H" in form) == with_clock
        and sum(_pattern(form).fullmatch(value) is not None for value in first) >= _FIRST_SHARE * len(first)
    ]
    fitting = [form for form in likely if _fits(values, form)]
    # Every padded value is an unpadded one too; the stricter form is meant.
    strict = [f for f in fitting if "%-" not in f] or fitting
    if not strict:
        return None
    orders = {_order(form): form for form in reversed(strict)}
    first = strict[0]
    return Form(first, tuple(form for order, form in orders.items() if order != _order(first)))


def _forms(known: Iterable[str]) -> Sequence[str]:
    clocked = (f"{date}{glue}{time}" for date in _DATES for glue in (" ", "T", " klo ", " kl ") for time in _TIMES)
    compact = ("%Y%m%d%H%M", "%Y%m%d%H%M%S")
    return tuple(dict.fromkeys(itertools.chain(_DATES, clocked, compact, sorted(known))))


def _order(form: str) -> tuple[str, ...]:
    return tuple(token for token in re.findall(r"%-?([A-Za-z])", form) if token in "dmY")


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(time_pattern(form))


def _fits(values: pl.Series, form: str) -> bool:
    matching = values.filter(values.str.contains(f"^(?:{_pattern(form).pattern})$"))
    if len(matching) < SHARE * len(values):
        return False
    return _read(matching, form).is_not_null().sum() >= SHARE * len(values)


def _read(values: pl.Series, form: str) -> pl.Series:
    """The times; null where there is no such day."""
    import polars as pl

    kind = pl.Datetime if "%H" in form or "%-H" in form else pl.Date
    return values.str.to_datetime(form, strict=False) if kind is pl.Datetime else values.str.to_date(form, strict=False)


def times(values: pl.Series, form: str) -> pl.Series:
    """Texts as times of this form; null where they are none."""
    return _read(values, form)


def decimal_sign(values: Iterable[pl.Series]) -> tuple[str | None, int, int]:
    """The sign that stands before decimals in these columns, None when none or both do (a few faults apart); and how often a comma and a point do."""
    commas = points = 0
    for column in values:
        numbers = column.filter(column.str.contains(NUMBER))
        commas += int(numbers.str.contains(",", literal=True).sum())
        points += int(numbers.str.contains(".", literal=True).sum())
    for sign, count in ((",", commas), (".", points)):
        if count and count >= SHARE * (commas + points):
            return sign, commas, points
    return None, commas, points
