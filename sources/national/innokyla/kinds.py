"""The kinds of page and the labels of each: `kinds.yml`.

Belongs here: reading that file. Does not belong here: finding labels in a page (reading.py), judging them (facts.py), which pages are read (pages.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "kinds.yml"
TEXT, DATE = "text", "date"


@dataclass(frozen=True)
class Label:
    """One label of a kind of page. Without a `column` its value is not kept; that of a personal one is dropped before anything is."""

    label: str
    column: str | None = None
    form: str = TEXT
    is_required: bool = False
    may_be_absent: bool = False
    is_personal: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of page. `verification` says how its labels came to be known."""

    name: str
    path: str
    verification: str
    labels: dict[str, Label]


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return {
        name: Kind(name, said["path"], said["verification"], {one["label"]: Label(**one) for one in said["labels"]})
        for name, said in _document()["kinds"].items()
    }


def block_name() -> str:
    """What the block of basic facts is called."""
    return _document()["block"]


def sections() -> frozenset[str]:
    """What follows the block."""
    return frozenset(_document()["ends_at"])


@cache
def _document() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
