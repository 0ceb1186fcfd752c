"""Pages of csapi as rows.

Belongs here: fields, pages and attributes of that interface. Does not belong here: asking (collect.py), what a list must hold (rows.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sources.national.fields import read_fields
from sources.national.outcome import SourceError

SCHEMA = Path(__file__).parent / "replies.schema.json"
_NAMES = ("LongName", "ShortName", "Abbreviation")
_OF_ORGANISATION = {
    "abbreviation": "Abbreviation",
    "parent_organisation_code": "ParentId",
    "sector_code": "Sektori",
    "municipality_code": "Sijainti kunta",
    "business_id": "Y-Tunnus",
    "is_social_care_unit": "Sos.palveluyksikkö",
    "is_health_care_unit": "Terv.palveluyksikkö",
    "topi_code": "TOPI-koodi",
}


def read_page(document: Any, what: str, notes: list[str]) -> dict[str, Any]:
    """A page as it came, judged. Raises SourceError."""
    notes += read_fields(SCHEMA, "page", document, what)
    return document


def concepts(pages: Sequence[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    """The concepts of all pages. Raises SourceError when pages are missing, changed while they were read, or hold fewer than they say."""
    found = [concept for page in pages for concept in page["conceptCodes"]]
    totals = {(page["totalPages"], page["totalItems"]) for page in pages}
    numbers = [page["page"] for page in pages]
    if len(totals) != 1 or numbers != list(range(1, len(pages) + 1)) or len(found) != pages[0]["totalItems"]:
        raise SourceError(
            f"HVA-COD-0-011: {what}: {len(found)} codes on pages {numbers[:9]}, {pages[0]['totalItems']} said: changed while it was read"
        )
    return found


def item_row(concept: dict[str, Any], code_system: str) -> dict[str, Any]:
    """One code of a list. The server's texts are Finnish."""
    said = _attributes(concept)
    return {
        "code_system": code_system,
        "code": str(concept["conceptCodeId"]),
        "code_name_fi": next((said[name] for name in _NAMES if said.get(name)), None),
        "parent_code": said.get("ParentId"),
        **_dates(concept),
    }


def organisation_row(concept: dict[str, Any]) -> dict[str, Any]:
    """One organisation or unit. A sector comes as its number and a word, of which the number is kept."""
    said = _attributes(concept)
    row = {name: said.get(attribute) for name, attribute in _OF_ORGANISATION.items()}
    if row["municipality_code"]:
        row["municipality_code"] = row["municipality_code"].split()[0].zfill(3)
    if row["sector_code"]:
        row["sector_code"] = row["sector_code"].split()[0]
    name = next((said[name] for name in _NAMES if said.get(name)), None)
    code = str(concept["conceptCodeId"])
    return {"organisation_code": code, "organisation_name_fi": name, **row, **_dates(concept)}


def _attributes(concept: dict[str, Any]) -> dict[str, str]:
    """Attribute → its values in one text: a value is always a list there."""
    return {
        entry["attributeName"]: "; ".join(value for value in entry["attributeValue"] if value)
        for entry in concept["attributes"]
    }


def _dates(concept: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": concept["status"],
        "valid_from": concept.get("beginDate"),
        "valid_to": concept.get("expirationDate"),
    }
