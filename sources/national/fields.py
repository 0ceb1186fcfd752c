"""Whether a JSON reply still has the fields that it had: lost, renamed, added, empty or of another type, each with a code of its own.

Belongs here: judging a document by a JSON Schema and saying in one line what moved. Does not belong here: the schemas (in each source's room), what values mean.
A field that was added refuses nothing: it is told, and the figures are taken. Whatever else moved refuses the reply, and the last good snapshot stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from sources.national.outcome import SourceError

_SHOWN = 40


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


def _refuse(what: str, lost: Mapping[str, list[str]], added: Mapping[str, list[str]]) -> None:
    """A field that is gone beside one that came is taken for the same under another name; which it is, a person decides."""
    place, fields = next(iter(lost.items()))
    came = added.get(place, [])
    if came:
        nearest = (get_close_matches(fields[0], came, 1, 0) or came)[0]
        raise SourceError(
            f"HVA-NAT-0-002: {what}: field {fields[0]} of {place} is gone and {nearest} is new: renamed? See what the publisher says"
        )
    raise SourceError(f"HVA-NAT-0-001: {what}: field {fields[0]} of {place} is gone: the last good figures stay")


def _missing(problem: Any) -> Iterable[str]:
    # One error a field; its name stands only in the message and in the schema.
    return [field for field in problem.validator_value if field not in problem.instance][:1]


def _strange(problem: Any) -> Iterable[str]:
    return [_plain(field) for field in problem.instance if field not in problem.schema.get("properties", {})]


def _place(path: Iterable[Any]) -> str:
    """Where in the document, numbers left out: the same fault in a thousand rows is one."""
    return ".".join("…" if isinstance(step, int) else _plain(step) for step in path) or "the reply"


def _said(problem: Any) -> str:
    wanted = problem.validator_value if problem.validator in ("type", "const") else problem.validator
    return _plain(f"{type(problem.instance).__name__}, {wanted} expected")


def _plain(text: Any) -> str:
    return re.sub(r"[^\w .,:'\[\]-]", "?", str(text))[:_SHOWN]


@cache
def _validator(path: Path, name: str) -> Any:
    from jsonschema import Draft202012Validator

    document = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": document["$defs"]})
