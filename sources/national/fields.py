"""Whether a reply still has the fields that it had: lost, renamed, added, empty or of another type, each told apart.

Belongs here: judging a JSON document by a JSON Schema (`read_fields`), and rows by a count of what was sent, which also does for files larger than memory
(`require_fields`). Does not belong here: the schemas and the lists of fields (in each source's room), what values mean, and rules of typed rows (rules.py).

Both refuse a field that is gone, empty or of another type, and the last good snapshot stays. Of a field that was added a document's schema tells and the
figures are taken; rows that are counted are refused until the reader knows it.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sources.national.outcome import SourceError

_SHOWN = 40
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


def read_fields(path: Path, name: str, document: Any, what: str) -> list[str]:
    """Judge `document` by `$defs.<name>` of the schema file `path`; `what` names the reply. Returns what is worth saying of added fields.

    An object of the schema lists its `properties` and says `additionalProperties: false`, so that an added field shows. Raises SourceError.
    """
    lost: dict[str, list[str]] = {}
    added: dict[str, list[str]] = {}
    for problem in _validator(path, name).iter_errors(document):
        place = _place(problem.absolute_path)
        if problem.validator == "required":
            lost.setdefault(place, []).extend(_missing(problem))
        elif problem.validator == "additionalProperties":
            added.setdefault(place, []).extend(_strange(problem))
        elif problem.instance is None:
            raise SourceError(f"HVA-NAT-0-004: {what}: {place} is empty (null): the last good figures stay")
        else:
            raise retyped(what, place, _said(problem))
    if lost:
        _refuse(what, lost, added)
    return sorted({f"HVA-NAT-0-003: {what}: field {field} is new" for fields in added.values() for field in fields})


def retyped(what: str, place: str, came: str) -> SourceError:
    """The refusal of a field of another type; `came` says what came and what was expected."""
    return SourceError(f"HVA-NAT-0-005: {what}: {place} has another form ({came}): the last good figures stay")


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
        told = f"; {_nearest(gone[0], new)[:_SHOWN]!r} came, which is not known: was it renamed?" if new else ""
        raise SourceError(f"{codes.gone}: {what} have no field {gone[0]!r}{told}; the last good rows stay")
    if new:
        raise SourceError(
            f"{codes.new}: {what} have a field {new[0][:_SHOWN]!r} that is not known; see what it means and add it to the reader"
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


def _nearest(gone: str, came: Sequence[str]) -> str:
    """Which of the fields that came is most like the one that is gone."""
    return (difflib.get_close_matches(gone, came, 1, 0) or came)[0]


def _refuse(what: str, lost: Mapping[str, list[str]], added: Mapping[str, list[str]]) -> None:
    """A field that is gone beside one that came is taken for the same under another name; which it is, a person decides."""
    place, fields = next(iter(lost.items()))
    came = added.get(place, [])
    if came:
        raise SourceError(
            f"HVA-NAT-0-002: {what}: field {fields[0]} of {place} is gone and {_nearest(fields[0], came)} is new: renamed? See what the publisher says"
        )
    raise SourceError(f"HVA-NAT-0-001: {what}: field {fields[0]} of {place} is gone: the last good figures stay")


def _missing(problem: Any) -> Iterable[str]:
    # One error a field; its name stands only in the message and in the schema.
    return [field for field in problem.validator_value if field not in problem.instance][:1]


def _strange(problem: Any) -> Iterable[str]:
    return [_printable(field) for field in problem.instance if field not in problem.schema.get("properties", {})]


def _place(path: Iterable[Any]) -> str:
    """Where in the document, numbers left out: the same fault in a thousand rows is one."""
    return ".".join("…" if isinstance(step, int) else _printable(step) for step in path) or "the reply"


def _said(problem: Any) -> str:
    wanted = problem.validator_value if problem.validator in ("type", "const") else problem.validator
    return _printable(f"{type(problem.instance).__name__}, {wanted} expected")


def _printable(text: Any) -> str:
    return re.sub(r"[^\w .,:'\[\]-]", "?", str(text))[:_SHOWN]


@cache
def _validator(path: Path, name: str) -> Any:
    from jsonschema import Draft202012Validator

    document = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": document["$defs"]})
