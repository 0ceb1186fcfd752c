"""What a package says of itself: the descriptor (Frictionless Data Package 2.0), its page and its name.

What belongs here: words and shapes. What does not: reading the release and writing files (package.py).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.release import Release

CLASSIFICATION = {
    "fi": "Sisäinen, ei tietosuojattu",
    "sv": "Intern, inte röjandekontrollerad",
    "en": "Internal, not disclosure-controlled",
}
MEANING = {
    "fi": "Pienten ryhmien lukuja ei ole peitetty eikä pyöristetty. Aineistoa ei saa luovuttaa eteenpäin eikä julkaista.",
    "sv": "Uppgifter om små grupper är varken dolda eller avrundade. Materialet får inte lämnas vidare eller publiceras.",
    "en": "Figures of small groups are neither suppressed nor rounded. The data must not be passed on or published.",
}
SYNTHETIC = {
    "fi": "SYNTEETTINEN: luvut ovat keksittyjä, ellei rivin origin-sarake muuta sano.",
    "sv": "SYNTETISK: siffrorna är påhittade om inte radens kolumn origin säger något annat.",
    "en": "SYNTHETIC: figures are made up unless the row's column origin says otherwise.",
}
# Each file may be parted from its folder: its own name says it too.
PREFIX = "sotevarasto-"
MARK = "internal-not-disclosure-controlled"
_MARKS = f"sisainen-ei-tietosuojattu-intern-inte-rojandekontrollerad-{MARK}"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIME": "time",
    "VARCHAR": "string",
    "DOUBLE": "number",
    "FLOAT": "number",
}


def package_name(release: Release, is_synthetic: bool) -> str:
    """The folder's name."""
    return f"{PREFIX}{release.release_id}-{_MARKS}{'-synthetic' if is_synthetic else ''}"


def field(
    column: str, kind: str, comment: str | None, unit: str | None, codes: str | None, *labels: str | None
) -> dict[str, Any]:
    """A column as a field of a Table Schema; what the standard has no word for stands beside it under our own."""
    told = {
        "name": column,
        "type": field_type(kind),
        "title": labels[-1],
        "description": comment,
        "data_type": kind.lower(),
    }
    told |= {"unit": unit, "code_list": codes} | {
        f"label_{x}": text for x, text in zip(("fi", "sv", "en"), labels, strict=True)
    }
    return {key: value for key, value in told.items() if value}


def field_type(kind: str) -> str:
    """The standard's type of a DuckDB type."""
    if kind.endswith("[]"):
        return "array"
    if kind.startswith("DECIMAL"):
        return "number"
    return "integer" if re.fullmatch(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?", kind) else _TYPES.get(kind, "any")


def descriptor(
    release: Release, resources: list[dict[str, Any]], sources: list[dict[str, Any]], is_synthetic: bool
) -> dict[str, Any]:
    """The content of datapackage.json."""
    marked = f"{CLASSIFICATION['en']}{' · SYNTHETIC' if is_synthetic else ''}"
    said = [
        f"{CLASSIFICATION[x]}. {MEANING[x]}{f' {SYNTHETIC[x]}' if is_synthetic else ''}" for x in ("fi", "sv", "en")
    ]
    return {
        "$schema": _PROFILE,
        "name": package_name(release, is_synthetic).lower(),
        "title": f"sotevarasto, release {release.release_id} ({marked})",
        "description": "\n\n".join(said),
        "version": release.release_id,
        "created": f"{release.at:%Y-%m-%dT%H:%M:%SZ}",
        "keywords": [MARK, *(["synthetic"] if is_synthetic else [])],
        "classification": CLASSIFICATION,
        "is_synthetic": is_synthetic,
        "licence_note": "No licence to pass on is given. What national sources publish is under the licence named at each source.",
        "release": {
            "release_id": release.release_id,
            "profile": release.profile,
            "ledger_seq": release.ledger.seq,
            "ledger_hash": release.ledger.hash,
            "code_fingerprint": release.code_fingerprint,
            "input_fingerprint": release.input_fingerprint,
        },
        "sources": sources,
        "resources": resources,
    }


def readme(described: dict[str, Any]) -> str:
    """The page of the package, in three languages."""
    return _template().render(
        package=described,
        classification=CLASSIFICATION,
        meaning=MEANING,
        synthetic=SYNTHETIC,
        is_synthetic=described["is_synthetic"],
    )


@cache
def _template():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Markdown for a reader of text: nothing is escaped, and nothing in it was sent by anyone.
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("package.md.j2")
