"""Sampo's replies as Python values: JSON that may not be JSON, and the script round the tree of dimensions.

Belongs here: taking the script off, mending what the server does not escape, and finding a cube's address and run. Does not belong here: asking for replies
(collect.py), dimensions (dimensions.py) and cells (cube.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from sources.http import Expect
from sources.national.fields import read_fields
from sources.national.outcome import SourceError
from sources.national.sampo.definitions import Cube

SCHEMA = Path(__file__).parent / "replies.schema.json"
# What the server's own source sends; `latest` takes the type that is asked for.
LISTED = Expect(("application/json", "text/plain"), "json")
_SCRIPT = re.compile(r"\A\s*thl\.pivot\.\w+\((.*)\)\s*;?\s*\Z", re.DOTALL)
# The server escapes nothing but the quotation mark, so a backslash that begins no escape is a backslash.
_BACKSLASH = re.compile(r'(\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))|\\')
_RUN_ID = re.compile(r"[0-9]{17}")


class Address(NamedTuple):
    """Where a cube stands, as `latest` takes it; `fact` begins with fact_."""

    subject: str
    hydra: str
    fact: str

    @property
    def path(self) -> str:
        return "/".join(self)


def read_json(body: bytes) -> Any:
    """A body as a value, whether it is JSON or a script that carries it. Raises ValueError."""
    text = body.decode("utf-8-sig")
    script = _SCRIPT.match(text)
    if script is not None:
        text = script.group(1)
    mended = _BACKSLASH.sub(lambda found: found.group(1) or r"\\", text)
    # Line ends within a text are as the label has them; JSON's own reader allows them when it is not strict.
    return json.loads(mended, strict=False)


def expect(kind: type, content_types: tuple[str, ...]) -> Expect:
    """What a cube or its tree must look like before anything of it is kept."""
    return Expect(content_types, None, _check(kind))


def _check(kind: type) -> Callable[[bytes], str | None]:
    def wrong(body: bytes) -> str | None:
        found = read_json(body)
        if isinstance(found, list) and not found:
            return "a list of 0"
        return None if isinstance(found, kind) else f"no JSON {'object' if kind is dict else 'list'}"

    return wrong


DIMENSIONS = expect(list, ("text/javascript", "application/javascript", "application/json"))
CELLS = expect(dict, ("application/json",))


def find_cube(listed: Any, cube: Cube, language: str, notes: list[str]) -> Address:
    """The address of the one dataset of a subject's list whose label fits. Raises SourceError."""
    notes += read_fields(SCHEMA, "collection", listed, f"the list of {cube.subject}")
    named = [(_address(item["href"], language), item["label"]) for item in listed["link"]["item"]]
    here = {address: label for address, label in named if address is not None}
    found = [address for address, label in here.items() if cube.label.fullmatch(label.strip())]
    if len(found) != 1:
        labels = "; ".join(sorted(here.values()))[:160] or "nothing"
        raise SourceError(
            f"HVA-SAM-0-001: {len(found)} datasets of {cube.subject} fit the label of {cube.topic} (there: {labels}): mend cubes.yml"
        )
    return found[0]


def _address(href: str, language: str) -> Address | None:
    """The host that an address names may be another than ours; only what it points at is read."""
    parts = [unquote(part) for part in urlsplit(href).path.removesuffix(".json").split("/")]
    if len(parts) < 4 or parts[-4] != language or not parts[-1].startswith("fact_"):
        return None
    return Address(*parts[-3:])


def read_run(document: Any, address: Address, notes: list[str]) -> str:
    """The id of a cube's newest run. Its time is on a twelve-hour clock without a.m. or p.m. and is not read. Raises SourceError."""
    notes += read_fields(SCHEMA, "latest", document, f"the newest run of {address.path}")
    came = Address(document["subject"], document["hydra"], document["fact"])
    if came != address or not _RUN_ID.fullmatch(document["runid"]):
        raise SourceError(
            f"HVA-SAM-0-002: the newest run of {address.path} was asked, {document['runid'][:20]!r} of {came.path[:80]} came"
        )
    return document["runid"]
