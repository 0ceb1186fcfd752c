"""The manifest of a delivery: what it may say, and why one is refused.

Belongs here: bounded reading of the bytes (size, nesting, repeated keys), the JSON Schema, and the typed model that the inbox and the intake use.
Does not belong here: comparing the manifest with the files beside it (inbox.py, intake.py) and the order of deliveries (sequence.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from sources.errors import SotevarastoError
from sources.personal_data import masked
from sources.regional.shown import shown, unseen

SUFFIX = ".manifest.json"
# full: the files are the whole month. delta: rows that are new or stand in place of those of the same key. delete: keys alone, of rows that go.
FULL, DELTA, DELETE = MODES = ("full", "delta", "delete")
MAX_BYTES = 1_000_000
MAX_DEPTH = 16
_MAX_DIGITS = 18
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class Refused(SotevarastoError):
    """A delivery is refused as a whole. `code` is a rule of file_rules.yml; `values` are what was declared and what was found, for the report. `also` are further faults
    that were seen in the same look, so that a sender can mend them in one go; none of them has others of its own."""

    def __init__(self, code: str, reason: str, *, also: Iterable[Refused] = (), **values: object) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.also = tuple(also)
        self.values = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}

    def as_dict(self) -> dict[str, Any]:
        """For the receipt, from which `refusal_of` makes it again."""
        told = {"code": self.code, "reason": self.reason, "values": self.values}
        return told | {"also": [one.as_dict() for one in self.also]} if self.also else told


def refusal_of(told: Mapping[str, Any]) -> Refused:
    """The refusal that a receipt tells of."""
    also = [refusal_of(one) for one in told.get("also", ())]
    return Refused(told["code"], told["reason"], also=also, **told["values"])


def together(refusals: Sequence[Refused]) -> Refused:
    """The first of these, telling of all the others and of theirs."""
    first, *rest = (one for refusal in refusals for one in (refusal, *refusal.also))
    return Refused(first.code, first.reason, also=rest, **first.values)


class Cut(Refused):
    """The manifest ends in the middle: it may still be on its way, so it waits; refused when it did not grow by the next night."""


@dataclass(frozen=True)
class DataFile:
    """One data file as the manifest declares it; `rows` counts records without the header. `name` is a label, never a path."""

    name: str
    bytes: int
    sha256: str
    rows: int


@dataclass(frozen=True)
class Manifest:
    """A valid manifest. `period` is 'YYYY-MM', `sample_share` more than 0 and at most 1; `body` is the document as sent.

    `mode` is one of MODES. `supersedes` is the receipt id or the sequence of the delivery that this one replaces or changes, where its sender says so; `as_organiser`
    is whose dialect a delivery of the test organiser is written in.
    """

    organiser_code: str
    dataset: str
    contract_version: str
    period: str
    sequence: int
    mode: str
    created_at: datetime
    sample_share: Decimal
    origin: str
    files: tuple[DataFile, ...]
    empty_reason: str | None
    body: dict[str, Any] = field(repr=False, compare=False)
    supersedes: int | str | None = None
    as_organiser: str | None = None


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest from its bytes; a byte order mark is allowed.

    Raises Refused with the code of the first rule broken, or Cut (a Refused) when the document ends before it is closed.
    """
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            "MANIFEST_ENCODING",
            f"the manifest is not UTF-8 at byte {error.start}",
            found=f"byte {error.start}",
            declared="utf-8",
            byte=error.start,
        ) from None
    _refuse_deep(text)
    body = _load(text)
    _refuse_unseen(body)
    _refuse_invalid(body)
    return _typed(body)


def too_large(size: int) -> Refused:
    """The refusal of a manifest of `size` bytes, which is never read into memory."""
    return Refused(
        "MANIFEST_SIZE", f"the manifest has {size} bytes; the limit is {MAX_BYTES}", declared=MAX_BYTES, found=size
    )


def _refuse_deep(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub('""', text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_DEPTH:
            raise Refused(
                "MANIFEST_DEPTH",
                f"the manifest nests deeper than {MAX_DEPTH} levels",
                declared=MAX_DEPTH,
                found=f"more than {MAX_DEPTH}",
            )


def _load(text: str) -> dict[str, Any]:
    try:
        body = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer, parse_float=Decimal
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise (Cut if _ends_early(error, text) else Refused)(
            "MANIFEST_JSON",
            f"the manifest is not JSON at {place}: {error.msg}",
            found=f"{place}: {error.msg}",
            line=error.lineno,
            character=error.colno,
        ) from None
    if not isinstance(body, dict):
        raise Refused(
            "MANIFEST_SCHEMA", "the manifest is not a JSON object", declared="object", found=type(body).__name__
        )
    return body


def _ends_early(error: json.JSONDecodeError, text: str) -> bool:
    """True when more text could still have made the document whole."""
    rest = text[error.pos :].rstrip()
    begun = ("null", "true", "false", "-1")
    return error.msg.startswith("Unterminated string") or any(literal.startswith(rest) for literal in begun)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for key, value in pairs:
        if key in body:
            raise Refused(
                "MANIFEST_DUPLICATE_KEY", f"the manifest gives the key {shown(key)!r} twice", found=shown(key)
            )
        body[key] = value
    return body


def _constant(text: str):
    raise Refused("MANIFEST_JSON", f"the manifest holds {text}, which is not JSON", found=text)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise Refused(
            "MANIFEST_SCHEMA",
            f"the manifest holds a number of {len(digits)} digits",
            declared=f"{_MAX_DIGITS} digits",
            found=len(digits),
        )
    return int(digits)


def _refuse_unseen(value: Any, place: str = "") -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_unseen(key, place or "a key")
            _refuse_unseen(item, f"{place}.{shown(key, 40)}" if place else shown(key, 40))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unseen(item, f"{place}[{index}]")
    elif isinstance(value, str) and unseen(value):
        raise Refused(
            "MANIFEST_CHARACTER",
            f"{place}: {shown(value)} holds a control character or a character that does not show",
            found=shown(value),
        )


@cache
def _validator():
    from jsonschema import Draft202012Validator

    schema = json.loads(Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _refuse_invalid(body: dict[str, Any]) -> None:
    # A manifest of 1 MB could break the schema in a hundred thousand places: the first few say enough.
    errors = sorted(
        islice(_validator().iter_errors(body), 20), key=lambda e: (list(map(str, e.absolute_path)), e.validator)
    )
    if not errors:
        return
    # There is an error for each missing key, and each tells of all of them.
    told = {refusal.reason: refusal for refusal in map(_invalid, errors)}
    raise together(list(told.values()))


def _invalid(error: Any) -> Refused:
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".") or "top level"
    declared, found = _expectation(error)
    reason = f"manifest, {shown(place)}: expected {declared}, found {found}"
    values = {"declared": declared, "found": found, "place": shown(place)}
    missing = {"missing": ", ".join(_missing(error))} if error.validator == "required" else {}
    return Refused("MANIFEST_SCHEMA", reason, **values, **missing)


def _missing(error: Any) -> list[str]:
    return [name for name in error.validator_value if name not in error.instance]


def _expectation(error: Any) -> tuple[str, str]:
    """What the schema wants and what stands there, both short: jsonschema's own messages repeat the whole value."""
    if error.validator == "required":
        missing = _missing(error)
        return f"the key{'s' if len(missing) > 1 else ''} {', '.join(missing)}", "no such key"
    if error.validator == "additionalProperties":
        extra = sorted(set(error.instance) - set(error.schema["properties"]))
        return "only the keys of the schema", shown(", ".join(extra))
    wanted = error.schema.get("description") if error.validator == "pattern" else None
    return wanted or f"{error.validator} {shown(json.dumps(error.validator_value))}", shown(
        json.dumps(error.instance, default=str, ensure_ascii=False)
    )


def _typed(body: dict[str, Any]) -> Manifest:
    names = [f["name"] for f in body["files"]]
    for name in names:
        if name in (".", "..") or "/" in name or "\\" in name or name.endswith(SUFFIX) or masked(name) != name:
            raise Refused(
                "MANIFEST_NAME", f"{shown(name)!r} is no name of a data file beside the manifest", found=shown(name)
            )
    if repeated := [name for name in names if names.count(name) > 1]:
        raise Refused(
            "MANIFEST_NAME", f"the manifest names the file {shown(repeated[0])!r} twice", found=shown(repeated[0])
        )
    return Manifest(
        organiser_code=body["organiser_code"],
        dataset=body["dataset"],
        contract_version=body["contract_version"],
        period=body["period"],
        sequence=body["sequence"],
        mode=body["mode"],
        created_at=_created_at(body["created_at"]),
        sample_share=Decimal(body["sample_share"]),
        origin=body["origin"],
        files=tuple(DataFile(**f) for f in body["files"]),
        empty_reason=body.get("empty_reason"),
        body=body,
        supersedes=body.get("supersedes"),
        as_organiser=body.get("as_organiser"),
    )


def _created_at(text: str) -> datetime:
    wanted = "a time with an offset, such as 2026-09-10T08:15:00+03:00"
    try:
        created_at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            "MANIFEST_TIME",
            f"created_at is {shown(text)!r}, which is no ISO 8601 time",
            declared=wanted,
            found=shown(text),
        ) from None
    if created_at.tzinfo is None:
        raise Refused(
            "MANIFEST_TIME",
            f"created_at is {shown(text)!r}, without an offset from UTC",
            declared=wanted,
            found=shown(text),
        )
    return created_at
