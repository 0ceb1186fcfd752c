"""The limits on what a sender may send, as declared in limits.yml.

Belongs here: reading them, and refusing a manifest that goes beyond one, by name and value. Does not belong here: the length of a line (preflight.py, which reads the
bytes), the time that reading takes (staging.py), the number of deliveries a night (inbox.py, where the rest waits).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sources.regional.manifest import Manifest, Refused


@dataclass(frozen=True)
class Limits:
    """Every declared limit; none is a guess of the code."""

    files_per_delivery: int
    bytes_per_delivery: int
    rows_per_delivery: int
    columns: int
    line_characters: int
    reading_minutes: float
    deliveries_per_night: int
    waiting_hours: int
    hold_hours: int


@cache
def limits() -> Limits:
    """The limits in force."""
    return Limits(**yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")))


def refuse_beyond(manifest: Manifest) -> None:
    """Refuse a delivery with more files, bytes or rows than it may have. The manifest's own words are enough: the files are held against them elsewhere."""
    allowed = limits()
    files, size, rows = len(manifest.files), sum(f.bytes for f in manifest.files), sum(f.rows for f in manifest.files)
    if files > allowed.files_per_delivery:
        limit = allowed.files_per_delivery
        raise Refused("LIMIT_FILES", f"{files} files; the limit is {limit}", declared=limit, found=files)
    if size > allowed.bytes_per_delivery:
        limit = allowed.bytes_per_delivery
        raise Refused("LIMIT_BYTES", f"{size} bytes; the limit is {limit}", declared=limit, found=size)
    if rows > allowed.rows_per_delivery:
        limit = allowed.rows_per_delivery
        raise Refused("LIMIT_ROWS", f"{rows} rows; the limit is {limit}", declared=limit, found=rows)


def refuse_columns(found: int) -> None:
    """Refuse a header with more columns than any dataset has."""
    limit = limits().columns
    if found > limit:
        raise Refused(
            "LIMIT_COLUMNS", f"the header has {found} columns; the limit is {limit}", declared=limit, found=found
        )
