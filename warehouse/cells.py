"""One cell of the minimum dataset, told by a person: an indicator, a region, a period, and where it matters a basis, a population group and a moment.

What belongs here: finding the one row that is meant, and saying what is near when there is none. What does not: what the row was made of (explaining.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from sources.errors import SotevarastoError
from warehouse.sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GROUPS = ("sex", "age_group", "language_status", "municipality_type")
TOTAL = "total"
MUNICIPALITY = "municipality"
# Where a code or a figure is of several levels or bases and nobody says which, the first of these.
_LEVELS = ("county", "country", "collaborative_area", "joint_authority", MUNICIPALITY)
_BASES = ("residence", "organiser", "producer")
_NEAR = 5
_CLOSE = 75
_LANGUAGES = ("fi", "sv", "en")
_PERIODS = (
    (re.compile(r"([0-9]{4})"), "year"),
    (re.compile(r"([0-9]{4})-?[Qq]([1-4])"), "quarter"),
    (re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"), "month"),
)
_MONTHS = {"year": 12, "quarter": 3, "month": 1}


class CellError(SotevarastoError):
    """There is no such figure; the message says what is near."""


@dataclass(frozen=True)
class Wanted:
    """What a person asks for. `indicator` and `region` are codes or names, `period` as 2026, 2026-Q3 or 2026-09 (None: the latest); `groups` column → value; `at` aware, None for now."""

    indicator: str
    region: str
    period: str | None = None
    level: str | None = None
    basis: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None


def find_cell(con: DuckDBPyConnection, wanted: Wanted) -> dict[str, Any]:
    """The row of mart.minimum_dataset that is meant, with `other_bases` beside it, and `chosen_from`: the periods that there are, when the latest was taken. CellError when there is none."""
    asked = wanted.period and period_of(wanted.period)
    indicator = _indicator(con, wanted.indicator)
    rows = _of_region(con, indicator, wanted)
    where = f"{indicator} of {rows[0]['region_level']} {rows[0]['region_code']}"
    chosen_from = [] if asked else _spans(rows)
    grain, start = asked or _latest(rows, wanted)
    period = wanted.period or period_text(grain, start)
    rows = _of_period(rows, where, grain, start, period)
    where = f"{where} for {period}"
    rows = _known_at(rows, where, wanted.at)
    bases = sorted({row["basis"] for row in rows}, key=_BASES.index)
    rows = [row for row in rows if row["basis"] == (wanted.basis or bases[0])]
    if not rows:
        raise CellError(f"{where}: there is no basis {wanted.basis!r}; there is {', '.join(bases)}")
    row = _of_group(rows, where, {group: wanted.groups.get(group) or TOTAL for group in GROUPS})
    return row | {"other_bases": [basis for basis in bases if basis != row["basis"]], "chosen_from": chosen_from}


def period_of(text: str) -> tuple[str, date]:
    """Grain and first day of a period as people write it. CellError when it is none."""
    for form, grain in _PERIODS:
        if found := form.fullmatch(text.strip()):
            parts = [int(part) for part in found.groups()]
            return grain, date(parts[0], 1 + (parts[1] - 1) * _MONTHS[grain] if len(parts) > 1 else 1, 1)
    raise CellError(f"{text!r} is no period; write 2026, 2026-Q3 or 2026-09")


def period_text(grain: str, start: date) -> str:
    """A period as people write it."""
    parts = {"year": "", "quarter": f"-Q{(start.month + 2) // 3}", "month": f"-{start.month:0>2}"}
    return f"{start.year}{parts[grain]}"


def moment_of(text: str) -> datetime:
    """The moment that a text names, aware UTC; a day stands for its end. CellError when it is none."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CellError(f"{text!r} is no moment; write 2026-11-02 or 2026-11-02T12:00") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def near(word: str, known: Iterable[str]) -> list[str]:
    """The known words most like one that is not known, best first."""
    from rapidfuzz import fuzz, process, utils

    found = process.extract(word, sorted(set(known)), scorer=fuzz.WRatio, processor=utils.default_process, limit=_NEAR)
    return [text for text, score, _ in found if score >= _CLOSE]


def rows_of(con: DuckDBPyConnection, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The answer of a query, a dictionary a row."""
    found = con.execute(query, dict(values or {}))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _indicator(con: DuckDBPyConnection, word: str) -> str:
    known = rows_of(con, "select * from core.dim_indicator")
    for row in known:
        if word.casefold() in {row["indicator_code"], *(row[f"indicator_name_{x}"].casefold() for x in _LANGUAGES)}:
            return row["indicator_code"]
    names = {row[f"indicator_name_{x}"]: row["indicator_code"] for row in known for x in _LANGUAGES}
    codes = {row["indicator_code"] for row in known}
    close = dict.fromkeys(names.get(text, text) for text in near(word, codes | set(names)))
    raise CellError(f"there is no indicator {word!r}; {_hint(close, 'core.dim_indicator lists them')}")


def _of_region(con: DuckDBPyConnection, indicator: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Every row of the indicator in the region that is meant."""
    known = rows_of(con, query("cell_regions"), {"indicator": indicator})
    meant = [
        row
        for row in known
        if wanted.region.casefold()
        in {row["region_code"].casefold(), *(row[f"region_name_{x}"].casefold() for x in _LANGUAGES)}
        and wanted.level in (None, row["region_level"])
    ]
    if not meant:
        names = {
            row[f"region_name_{x}"]: f"{row['region_code']} ({row['region_name_en']})"
            for row in known
            for x in _LANGUAGES
        }
        codes = {row["region_code"]: f"{row['region_code']} ({row['region_name_en']})" for row in known}
        close = dict.fromkeys((names | codes)[text] for text in near(wanted.region, names | codes))
        of_level = f" of level {wanted.level}" if wanted.level else ""
        raise CellError(f"there is no region {wanted.region!r}{of_level}; {_hint(close, 'core.dim_region lists them')}")
    for row in sorted(meant, key=lambda row: _LEVELS.index(row["region_level"])):
        found = rows_of(
            con,
            "select * from mart.minimum_dataset where indicator_code = $indicator and region_level = $level and region_code = $code",
            {"indicator": indicator, "level": row["region_level"], "code": row["region_code"]},
        )
        if found:
            return found
    levels = rows_of(con, query("cell_levels"), {"indicator": indicator})
    raise CellError(
        f"{indicator} has no figure of {meant[0]['region_level']} {meant[0]['region_code']}; "
        f"it has figures of {', '.join(one['told'] for one in levels) or 'no region yet'}"
    )


def _latest(rows: list[dict[str, Any]], wanted: Wanted) -> tuple[str, date]:
    """The period that ends last, the shortest of several; of what is known at the moment that is asked for, if anything is."""
    moment = wanted.at.astimezone(UTC).replace(tzinfo=None) if wanted.at else None
    meant = [row for row in rows if wanted.basis in (None, row["basis"]) and _is_known(row, moment)]
    found = max(meant or rows, key=lambda row: (row["period_end"], row["period_start"]))
    return found["period_grain"], found["period_start"]


def _spans(rows: list[dict[str, Any]]) -> list[str]:
    """The periods that there are, a text for each grain."""
    starts = {grain: {row["period_start"] for row in rows if row["period_grain"] == grain} for grain in _MONTHS}
    return [
        f"{len(found)} {grain}{'s' if len(found) > 1 else ''}, {period_text(grain, min(found))} to {period_text(grain, max(found))}"
        for grain, found in reversed(starts.items())
        if found
    ]


def _is_known(row: Mapping[str, Any], moment: datetime | None) -> bool:
    if moment is None:
        return row["known_to"] is None
    return row["known_from"] <= moment and (row["known_to"] is None or moment < row["known_to"])


def _of_period(rows: list[dict[str, Any]], where: str, grain: str, start: date, asked: str) -> list[dict[str, Any]]:
    found = [row for row in rows if row["period_grain"] == grain and row["period_start"] == start]
    if found:
        return found
    there = sorted(
        {row["period_start"] for row in rows if row["period_grain"] == grain}, key=lambda day: abs(day - start)
    )
    if there:
        close = ", ".join(period_text(grain, day) for day in sorted(there[:_NEAR]))
        raise CellError(f"{where} has no figure for {asked}; the nearest are {close}")
    shown = {
        grain: max(row["period_start"] for row in rows if row["period_grain"] == grain)
        for grain in {r["period_grain"] for r in rows}
    }
    close = ", ".join(f"{grain}s such as {period_text(grain, day)}" for grain, day in sorted(shown.items()))
    raise CellError(f"{where} has no {grain}s; it has {close}")


def _known_at(rows: list[dict[str, Any]], where: str, at: datetime | None) -> list[dict[str, Any]]:
    if at is None:
        found = [row for row in rows if _is_known(row, None)]
        gone = max(row["known_to"] for row in rows) if not found else None
        if gone:
            raise CellError(f"{where} is not known any more, since {gone:%Y-%m-%d %H:%M} UTC; say --as-of a day before")
        return found
    moment = at.astimezone(UTC).replace(tzinfo=None)
    found = [row for row in rows if _is_known(row, moment)]
    if not found:
        first = min(row["known_from"] for row in rows)
        raise CellError(
            f"{where} was not known at {moment:%Y-%m-%d %H:%M} UTC; it was first known at {first:%Y-%m-%d %H:%M} UTC"
        )
    return found


def _of_group(rows: list[dict[str, Any]], where: str, groups: Mapping[str, str]) -> dict[str, Any]:
    for row in rows:
        if all(row[group] == value for group, value in groups.items()):
            return row
    for group, value in groups.items():
        known = {row[group] for row in rows}
        if value not in known:
            # Groups are few: all of them are told.
            raise CellError(f"{where}: {group} {value!r} is not there; there is {', '.join(sorted(known))}")
    asked = ", ".join(f"{group} {value}" for group, value in groups.items() if value != TOTAL)
    raise CellError(f"{where} is not split by {asked} together; ask for one of them, or for sex with age_group")


def _hint(close: Iterable[str], otherwise: str) -> str:
    found = ", ".join(close)
    return f"near it: {found}" if found else otherwise
