"""Mappings: codes that a sender uses beyond those agreed in its dialect, each with who said what it means, when and why.

Belongs here: reading `mappings/<dataset>.csv`, refusing a bad line in one line of text that names file and line, and putting the mappings into the senders' dialects. Does not
belong here: the dialects themselves (county.py), which values wait for a mapping (unmapped.py), trying rows again (replay.py).

A line is one decision of a person: nothing is mapped by likeness alone, however close (method `nearest` says that the likeness was looked at and found right).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.identity_code import MASK
from sources.personal_data import masked
from sources.regional.county import County

HEADER = ("organiser_code", "column_name", "value_as_sent", "code", "method", "author", "mapped_on", "reason")
# exact: the sender's own list says so; manual: somebody who knows decided; nearest: the nearest known code was proposed and a person agreed.
METHODS = ("exact", "manual", "nearest")
_LONGEST = 200


class MappingError(SotevarastoError):
    """A file of mappings cannot be used; the message names the file, the line and the mend."""


@dataclass(frozen=True)
class MappedCode:
    """One line: what a sender writes in a column, and the contract's code that it means."""

    dataset: str
    organiser_code: str
    column_name: str
    value_as_sent: str
    code: str
    method: str
    author: str
    mapped_on: date
    reason: str


def load_mappings(
    folder: Path, contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> tuple[MappedCode, ...]:
    """Every mapping of a folder, in the order of files and lines.

    Raises MappingError at the first bad line: another header, a dataset, sender, column or code that is not known, a value that is mapped twice or stands in the
    dialect, no author, no reason, no day, a value with personal data in it.
    """
    mappings: list[MappedCode] = []
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in contracts:
            raise MappingError(f"{path.name}: there is no dataset {path.stem}; name the file after one")
        mappings += _of_file(path, contracts[path.stem], counties)
    return tuple(mappings)


def with_mappings(
    counties: Mapping[str, County], contracts: Mapping[str, Contract], mappings: tuple[MappedCode, ...]
) -> dict[str, County]:
    """The senders, their dialects knowing the mapped codes too."""
    by_dialect: dict[tuple[str, str], dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for one in mappings:
        by_dialect[one.organiser_code, one.dataset][one.column_name][one.value_as_sent] = one.code
    found = dict(counties)
    for (organiser_code, dataset), columns in by_dialect.items():
        county = found[organiser_code]
        dialect = county.dialects[dataset]
        codes = dict(dialect.codes)
        for column, added in columns.items():
            codes[column] = {**_known(dialect.codes, contracts[dataset], column), **added}
        dialects = {**county.dialects, dataset: replace(dialect, codes=codes)}
        found[organiser_code] = replace(county, dialects=dialects)
    return found


def _known(codes: Mapping[str, Mapping[str, str]], contract: Contract, column: str) -> Mapping[str, str]:
    """What a sender may write in a column → the contract's code. Where its dialect translates nothing it writes the contract's own codes."""
    own = contract.column(column).allowed_codes or ()
    return codes.get(column) or {code: code for code in own}


def _of_file(path: Path, contract: Contract, counties: Mapping[str, County]) -> list[MappedCode]:
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MappingError(f"{path.name}: not readable as CSV in UTF-8 ({error}); mend the file") from None
    if not rows or tuple(rows[0]) != HEADER:
        raise MappingError(f"{path.name}: line 1: the header must be {','.join(HEADER)}")
    found: dict[tuple[str, str, str], int] = {}
    mappings = []
    for number, row in enumerate(rows[1:], 2):
        place = f"{path.name}: line {number}"
        if len(row) != len(HEADER):
            raise MappingError(f"{place}: {len(row)} values where the header has {len(HEADER)}; mend the line")
        one = _mapping(place, contract, counties, dict(zip(HEADER, (cell.strip() for cell in row), strict=True)))
        key = (one.organiser_code, one.column_name, one.value_as_sent)
        if key in found:
            raise MappingError(
                f"{place}: {one.value_as_sent!r} is mapped on line {found[key]} already; keep one of them"
            )
        found[key] = number
        mappings.append(one)
    return mappings


def _mapping(place: str, contract: Contract, counties: Mapping[str, County], row: dict[str, str]) -> MappedCode:
    row["value_as_sent"] = unicodedata.normalize("NFC", row["value_as_sent"])
    county = counties.get(row["organiser_code"])
    if county is None or contract.name not in county.dialects:
        raise MappingError(
            f"{place}: {row['organiser_code']!r} is no sender of {contract.name}; give its organiser code"
        )
    column = next((c for c in contract.columns if c.name == row["column_name"]), None)
    if column is None or column.allowed_codes is None:
        raise MappingError(
            f"{place}: {row['column_name']!r} is no column with a code list; give the contract's name of one"
        )
    if row["code"] not in column.allowed_codes:
        raise MappingError(f"{place}: {row['code']!r} is no code of {column.name}; see the contract of {contract.name}")
    _refuse_value(place, row["value_as_sent"])
    known = _known(county.dialects[contract.name].codes, contract, column.name)
    if (there := known.get(row["value_as_sent"])) is not None:
        how = "already" if there == row["code"] else f"and means {there}"
        raise MappingError(
            f"{place}: {row['value_as_sent']!r} stands in the dialect of {row['organiser_code']} {how}; change the one or remove the other"
        )
    if row["method"] not in METHODS:
        raise MappingError(f"{place}: the method {row['method']!r} is none of {', '.join(METHODS)}")
    for name in ("author", "reason"):
        if not row[name] or masked(row[name]) != row[name]:
            raise MappingError(f"{place}: give the {name}, without an address or a number")
    return MappedCode(dataset=contract.name, **{**row, "mapped_on": _day(place, row["mapped_on"])})


def _refuse_value(place: str, value: str) -> None:
    if not value or len(value) > _LONGEST or MASK in value or masked(value) != value:
        raise MappingError(f"{place}: the value must be what was sent: not empty, not long, no person's")


def _day(place: str, text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise MappingError(f"{place}: {text!r} is no day; write it as 2026-11-02")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MappingError(f"{place}: {text} is no day of the calendar; write it as 2026-11-02") from None
