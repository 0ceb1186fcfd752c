"""A manifest made from finished files, for a sender whose system makes none.

Belongs here: counting bytes and rows, hashes, and the few facts that files do not tell. Does not belong here: judging a manifest (manifest.py) or a delivery
(check.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.landing import file_sha256
from sources.regional.county import County, Dialect
from sources.regional.lines import LineFeed, Slot
from sources.regional.manifest import SUFFIX, Refused
from sources.regional.preflight import preflight, refuse
from sources.regional.reader import read_header

_HELSINKI = ZoneInfo("Europe/Helsinki")
_HEAD = 1 << 16


class OwnManifestError(SotevarastoError):
    """No manifest can be made of what was given; the message says what to give."""


def last_month(at: datetime) -> str:
    """The last month that has ended, in Finland, at `at` (aware)."""
    return (at.astimezone(_HELSINKI).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def dataset_of(files: Sequence[Path], county: County) -> str:
    """The dataset whose agreed headings the first file has. OwnManifestError when it has those of none, or of several alike."""
    if not files:
        raise OwnManifestError("no file was given; give the delivery's data files")
    with files[0].open("rb") as file:
        head = file.read(_HEAD)
    known = {name: _headings(head, dialect) for name, dialect in county.dialects.items()}
    best = max(known.values(), default=0)
    found = [name for name, count in known.items() if count == best]
    if not best or len(found) > 1:
        raise OwnManifestError(
            f"{files[0].name}: its first line does not tell the dataset; give --dataset ({', '.join(sorted(known))})"
        )
    return found[0]


def _headings(head: bytes, dialect: Dialect) -> int:
    first = head.decode(dialect.encoding, errors="replace").lstrip("\ufeff").split("\n")[0]
    return len({name.strip('"\r ') for name in first.split(dialect.delimiter)} & set(dialect.columns))


def own_manifest(
    files: Sequence[Path],
    county: County,
    contract: Contract,
    period: str,
    *,
    sequence: int,
    at: datetime,
) -> tuple[str, bytes]:
    """Name and content of the manifest of these finished files: the whole month, of all residents. OSError when a file cannot be read."""
    code, dialect = county.organiser_code, county.dialects[contract.name]
    listed = [_listed(file, dialect, contract) for file in files]
    body: Mapping[str, Any] = {
        "manifest_version": "1.0",
        "organiser_code": code,
        "dataset": contract.name,
        "contract_version": contract.version,
        "period": period,
        "sequence": sequence,
        "mode": "full",
        "created_at": at.astimezone(_HELSINKI).isoformat(timespec="seconds"),
        "sample_share": "1",
        "origin": "reported",
        "files": listed,
    }
    name = f"{code}-{contract.name}-{period}-{sequence}{SUFFIX}"
    return name, (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _listed(file: Path, dialect: Dialect, contract: Contract) -> dict[str, Any]:
    return {
        "name": file.name,
        "bytes": file.stat().st_size,
        "sha256": file_sha256(file),
        "rows": _rows(file, dialect, contract),
    }


# Lines are only counted, so it does not matter of which month they are.
_ANY_SLOT = Slot(0, 0, "2000-01")


def _rows(file: Path, dialect: Dialect, contract: Contract) -> int:
    """Records below the header. A file that will be refused before its rows are read has as many as it has further lines."""
    facts = preflight(file, dialect.encoding)
    if not facts.quotes:
        return max(facts.lines - 1, 0)
    try:
        refuse(facts)
        header = read_header(facts, dialect, contract)
        feed = LineFeed(file, facts, dialect.delimiter, header, _ANY_SLOT)
    except Refused:
        return max(facts.lines - 1, 0)
    for _ in feed.batches():
        pass
    return feed.lines - 1 - feed.extra_lines
