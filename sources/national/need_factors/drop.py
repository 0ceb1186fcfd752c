"""A dropped file and its provenance, as they lie in inbox/national/need_factors/.

Belongs here: finding drops, and reading and refusing a provenance. Does not belong here: what the file says (factors.py), keeping it (collect.py).
Names are labels out of the folder's own listing; nothing that a provenance names is followed anywhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sources.home import Home
from sources.national.outcome import SourceError

SUFFIX = ".provenance.yml"
MAX_BYTES = 100_000


@dataclass(frozen=True)
class Provenance:
    """What a person says of a file that was dropped. `obtained_at` is aware; `body` is the document as it was read."""

    file: str
    sha256: str
    vintage: str
    published_on: date
    obtained_at: datetime
    address: str
    licence: str
    origin: str
    body: dict[str, Any]


def folder_of(home: Home) -> Path:
    """Where need factors are dropped."""
    return home.national_inbox / "need_factors"


def provenances(folder: Path) -> list[Path]:
    """The provenances in a folder by name; none when nobody ever dropped anything."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def unclaimed(folder: Path, claimed: set[str]) -> list[str]:
    """Names in the folder that are no provenance and that none names."""
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(SUFFIX) and p.name not in claimed)


def read_provenance(name: str, data: bytes) -> Provenance:
    """Read a provenance from its bytes; `name` is for messages. Raises SourceError (HVA-NF-0-001)."""
    try:
        if len(data) > MAX_BYTES:
            raise SourceError(f"HVA-NF-0-001: {name} has {len(data)} bytes; the limit is {MAX_BYTES}")
        body = yaml.safe_load(data.decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())[:160]
        raise SourceError(f"HVA-NF-0-001: {name} is not readable as YAML ({said}); mend the file") from None
    problem = next(iter(sorted(_validator().iter_errors(body), key=lambda e: list(map(str, e.absolute_path)))), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "top level"
        raise SourceError(f"HVA-NF-0-001: {name}: {place}: {problem.message[:160]}; see drop.schema.json")
    try:
        published_on = date.fromisoformat(body["published_on"])
        obtained_at = datetime.fromisoformat(body["obtained_at"])
    except ValueError as error:
        raise SourceError(f"HVA-NF-0-001: {name}: {error}; write days and times in ISO 8601") from None
    if obtained_at.tzinfo is None:
        raise SourceError(
            f"HVA-NF-0-001: {name}: obtained_at has no offset from UTC; write it as 2026-11-01T15:00:00+02:00"
        )
    plain = {key: body[key] for key in ("file", "sha256", "vintage", "address", "licence", "origin")}
    return Provenance(**plain, published_on=published_on, obtained_at=obtained_at, body=body)


@cache
def _validator():
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(Path(__file__).with_name("drop.schema.json").read_text(encoding="utf-8")))
