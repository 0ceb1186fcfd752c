"""The cubes that are taken, as cubes.yml tells them.

Belongs here: reading that file and the names of regions. Does not belong here: looking for them in a reply (dimensions.py).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sources.reference import SEEDS

FILE = Path(__file__).parent / "cubes.yml"
TOTAL = "total"


@dataclass(frozen=True)
class Cube:
    """One cube. Patterns fit whole labels. `country` is the code of what the cube calls the whole. `digest` changes with anything that is said of the cube, so that a new wish is a new question."""

    topic: str
    subject: str
    label: re.Pattern[str]
    regions_at_least: int
    country: str
    dimensions: dict[str, re.Pattern[str]]
    categories: dict[str, re.Pattern[str]]
    measure: re.Pattern[str]
    digest: str


@cache
def cubes() -> tuple[Cube, ...]:
    """Every cube taken, in the file's order."""
    return tuple(_cube(entry) for entry in _document()["cubes"])


def _cube(entry: dict) -> Cube:
    said = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    dimensions = {role: entry[role] for role in ("region", "period", "category")} | {
        "measure": entry["measure"]["label"]
    }
    return Cube(
        topic=entry["topic"],
        subject=entry["subject"],
        label=_pattern(entry["label"]),
        regions_at_least=entry["regions_at_least"],
        country=entry["country"],
        dimensions={role: _pattern(label) for role, label in dimensions.items()},
        categories={code: _pattern(label) for code, label in entry["categories"].items()},
        measure=_pattern(entry["measure"]["node"]),
        digest=hashlib.sha256(said.encode("utf-8")).hexdigest()[:16],
    )


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


@cache
def region_names() -> dict[str, str]:
    """Label of a region in lower case → region code: the names of the project's own list in three languages, and the further ones of cubes.yml."""
    with (SEEDS / "raw__region.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row[f"name_{language}"].casefold(): row["region_code"] for row in rows for language in ("en", "sv", "fi")}
    return names | {label.casefold(): code for label, code in _document()["region_labels"].items()}


@cache
def _document() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
