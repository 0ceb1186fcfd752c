"""The fields of a reply against those that its protocol knows, each kind of difference under its own code.

Belongs here: telling a field that is gone, new, renamed, null or of another type, from a count of what was sent. Does not belong here: what a field means (the sources'
own rooms), and rules of typed rows (rules.py).
"""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sources.national.outcome import SourceError

TEXT, NUMBER, LIST, NULL = "text", "number", "list", "null"
_KINDS = {str: TEXT, int: NUMBER, float: NUMBER, list: LIST, type(None): NULL, bool: "true or false", dict: "object"}
_JSON_KINDS = {
    **{"VARCHAR": TEXT, "UBIGINT": NUMBER, "BIGINT": NUMBER, "DOUBLE": NUMBER, "HUGEINT": NUMBER, "ARRAY": LIST},
    **{"NULL": NULL, "BOOLEAN": "true or false", "OBJECT": "object"},
}
# (field, kind) → in how many rows it was sent so.
Inventory = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Field:
    """What a field may hold. One that `may_be_absent` may also be null."""

    kinds: frozenset[str] = frozenset({TEXT})
    may_be_null: bool = False
    may_be_absent: bool = False


@dataclass(frozen=True)
class Codes:
    """The codes of a room for each kind of difference."""

    gone: str
    new: str
    null: str
    retyped: str


def plain(name: str) -> str:
    """A field's name in small letters without the dots and rings of ä, ö and å, which a service writes in one place and not in another."""
    apart = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).lower()


def kind_of(json_type: str) -> str:
    """Our word for what DuckDB calls the type of a JSON value."""
    return _JSON_KINDS.get(json_type, json_type.lower())


def inventory_of(rows: Iterable[Mapping[str, Any]]) -> Inventory:
    """What rows in memory hold."""
    return Counter((plain(name), _KINDS.get(type(value), "?")) for row in rows for name, value in row.items())


def require_fields(what: str, found: Inventory, rows: int, known: Mapping[str, Field], codes: Codes) -> None:
    """Every field is known, present where it must be, and of a kind that it may be. `what` names the rows. Raises SourceError with the code of the first difference."""
    sent = {name for name, _ in found}
    gone = sorted(name for name, field in known.items() if name not in sent and not field.may_be_absent)
    new = sorted(sent - known.keys())
    if gone:
        near = difflib.get_close_matches(gone[0], new, 1, 0.5) or new[:1]
        told = f"; {near[0]!r} came, which is not known: was it renamed?" if near else ""
        raise SourceError(f"{codes.gone}: {what} have no field {gone[0]!r}{told}; the last good rows stay")
    if new:
        raise SourceError(
            f"{codes.new}: {what} have a field {new[0][:40]!r} that is not known; see what it means and add it to the reader"
        )
    for name, field in known.items():
        counts = {kind: count for (sent_name, kind), count in found.items() if sent_name == name}
        if strange := sorted(counts.keys() - field.kinds - {NULL}):
            wanted = " or ".join(sorted(field.kinds))
            raise SourceError(
                f"{codes.retyped}: {counts[strange[0]]} {what} give {name!r} as {strange[0]} instead of {wanted}: its type has changed"
            )
        absent = rows - sum(counts.values())
        nulls = counts.get(NULL, 0) + (0 if field.may_be_absent else absent)
        if nulls > 0 and not (field.may_be_null or field.may_be_absent):
            raise SourceError(f"{codes.null}: {nulls} of {rows} {what} have no {name!r}: refused whole")
