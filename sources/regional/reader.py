"""The header: which field of a line is which column of the contract.

Belongs here: reading the first line, matching it with the declared header by name, and naming what is wrong when it does not match.
Does not belong here: the lines below it (lines.py), what the values mean (harmoniser.py). A header that does not match is refused, however close it comes.
"""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sources.contract import Contract
from sources.regional.county import Dialect
from sources.regional.encodings import mark_of
from sources.regional.limits import refuse_columns
from sources.regional.manifest import Refused, together
from sources.regional.preflight import Preflight
from sources.regional.shown import shown

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "pipe"}
_TITLE_LINES = 20
_CLOSE = 0.6
_TOLD = 3


@dataclass(frozen=True)
class Header:
    """A header that matches. `text` is the line as sent without its line break, `fields` the number of fields that a line must have, `position` the field (from
    1) of each contract column. `has_trailing` tells of an unnamed last field, which must be empty on every line."""

    text: str
    fields: int
    position: Mapping[str, int]
    has_trailing: bool


def read_header(facts: Preflight, dialect: Dialect, contract: Contract) -> Header:
    """The header of a file that passed pre-flight. Refused when it is not exactly the declared one, in any order of columns."""
    lines = _first_lines(facts)
    cells = _cells(lines[0], dialect.delimiter)
    refuse_columns(len(cells))
    names = cells[:-1] if cells and cells[-1] == "" else cells
    if not _matches(names, dialect):
        raise _diagnosis(lines, cells, dialect, contract)
    position = {dialect.columns[name]: place for place, name in enumerate(names, 1)}
    return Header(lines[0], len(cells), position, has_trailing=len(names) < len(cells))


def _first_lines(facts: Preflight) -> list[str]:
    mark = mark_of(facts.head)
    # The head may end in the middle of a character: an incremental decoder leaves that one out.
    text = codecs.getincrementaldecoder(facts.encoding)().decode(facts.head[len(mark) :])
    return [line.removesuffix("\r") for line in text.split("\n")[:_TITLE_LINES]]


def _cells(line: str, delimiter: str) -> list[str]:
    """The names on one line; none when it is no line of CSV."""
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return []
    return [unicodedata.normalize("NFC", cell) for cell in rows[0]] if rows else []


def _matches(names: Sequence[str], dialect: Dialect) -> bool:
    return len(names) == len(dialect.columns) and set(names) == set(dialect.columns)


def _diagnosis(lines: list[str], cells: list[str], dialect: Dialect, contract: Contract) -> Refused:
    """What is wrong, in the order in which mending makes sense: where the header is, how it is split; and only when these are right all that is wrong with its names."""
    for number, line in enumerate(lines[1:], 2):
        if any(_matches(_cells(line, sign), dialect) for sign in DELIMITERS):
            # What stands above is not quoted: it may be a person's row.
            above = f"{number - 1} line{'s' if number > 2 else ''} above the header"
            return Refused(
                "HEADER_NOT_FIRST", f"the header is on line {number}: {above}", declared=1, found=number, line=number
            )
    if seen := _other_delimiter(lines[0], cells, dialect):
        declared, found = DELIMITERS[dialect.delimiter], DELIMITERS[seen]
        return Refused(
            "DELIMITER", f"line 1 is separated by {found}, not by {declared}", declared=declared, found=found, line=1
        )
    names = cells[:-1] if cells[-1:] == [""] else cells
    missing = [name for name in dialect.columns if name not in names]
    extra = [name for name in dict.fromkeys(names) if name not in dialect.columns]
    pairs = _closest(extra, missing, dialect, contract)
    known = len(dialect.columns) - len(missing)
    if (known + len(pairs)) * 2 < len(dialect.columns):
        # No header but a row, or another file: what stands there is not quoted either.
        few = f"line 1 has {known} of the {len(dialect.columns)} agreed headings; the header seems to be missing"
        return Refused("HEADER_MISSING", few, declared=_listed(missing), found=known, line=1)
    lacking = [name for name in missing if name not in pairs.values()]
    beyond = [name for name in extra if name not in pairs]
    return together(_of_names(lines[0], names, pairs, lacking, beyond))


def _of_names(
    line: str, names: list[str], pairs: Mapping[str, str], lacking: list[str], beyond: list[str]
) -> list[Refused]:
    """All that is wrong with the names of a header: told twice, renamed, missing, beyond what was agreed."""
    faults = []
    if repeated := sorted({name for name in names if name and names.count(name) > 1}):
        listed = _listed(repeated)
        faults.append(Refused("HEADER_DUPLICATE", f"the header has {listed} twice", found=listed, line=1))
    if pairs:
        renamed = [f"{shown(found, 60)!r} instead of {shown(declared, 60)!r}" for found, declared in pairs.items()]
        more = f"; and {len(renamed) - _TOLD} more" if len(renamed) > _TOLD else ""
        values = {"declared": _listed(list(pairs.values())), "found": _listed(list(pairs)), "line": 1}
        faults.append(Refused("HEADER_RENAMED", f"the header has {'; '.join(renamed[:_TOLD])}{more}", **values))
    if lacking:
        values = {"declared": _listed(lacking), "found": shown(line), "line": 1}
        faults.append(Refused("HEADER_MISSING", f"the header lacks {_listed(lacking)}", **values))
    if beyond:
        listed = _listed(beyond)
        faults.append(Refused("HEADER_EXTRA", f"the header has {listed} beyond what was agreed", found=listed, line=1))
    return faults


def _listed(names: Sequence[str]) -> str:
    told = ", ".join(repr(shown(name, 60)) for name in names[:5])
    return f"{told} … (+{len(names) - 5})" if len(names) > 5 else told


def _other_delimiter(line: str, cells: list[str], dialect: Dialect) -> str | None:
    """Another delimiter that yields more of the declared names, or that splits a line which the declared one does not."""

    def known(found: list[str]) -> int:
        return len(set(found) & set(dialect.columns))

    split = {other: _cells(line, other) for other in DELIMITERS if other != dialect.delimiter}
    best = max(split, key=lambda other: (known(split[other]), len(split[other])))
    is_better = known(split[best]) > max(known(cells), 1) or (len(cells) == 1 and len(split[best]) > 1)
    return best if is_better else None


def _closest(extra: list[str], missing: list[str], dialect: Dialect, contract: Contract) -> dict[str, str]:
    """Unknown names → the declared name that each seems to stand for: the column's own name, its label in any language, or a spelling close to it."""
    pairs: dict[str, str] = {}
    scored = sorted(
        ((_likeness(name, declared, contract, dialect), name, declared) for name in extra for declared in missing),
        key=lambda s: (-s[0], extra.index(s[1]), missing.index(s[2])),
    )
    for score, name, declared in scored:
        if score >= _CLOSE and name not in pairs and declared not in pairs.values():
            pairs[name] = declared
    return pairs


def _likeness(name: str, declared: str, contract: Contract, dialect: Dialect) -> float:
    column = contract.column(dialect.columns[declared])
    bare = _bare(name)
    if bare in {_bare(known) for known in (column.name, *column.label.values())}:
        return 1.0
    return SequenceMatcher(None, bare, _bare(declared)).ratio()


def _bare(name: str) -> str:
    """A name without case, accents and blanks round it."""
    letters = unicodedata.normalize("NFD", name.strip().casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))
