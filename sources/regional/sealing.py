"""Sealing: what follows when a delivery holds personal data that nobody may send here.

Belongs here: putting together what the tripwire finds in a delivery's files, names and manifest, and the refusal that tells the places without the values. A sealed delivery is
rejected under a rule of its own; nothing is derived from it, on no later day either, and `landing erase` removes its bytes. Does not belong here: looking (tripwire.py), the
verdict (judging.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sources.contract import Contract
from sources.identity_code import MASK
from sources.landing import Landing
from sources.personal_data import EMAIL, IDENTITY_CODE, PHONE
from sources.regional.county import County, Dialect
from sources.regional.manifest import MAX_BYTES, Refused
from sources.regional.sender import county_of
from sources.regional.shown import shown
from sources.regional.tripwire import Findings, Place, examine_file, examine_text

RULE = "PERSONAL_DATA"
_NAMES = {
    IDENTITY_CODE: ("personal identity code", "personal identity codes"),
    EMAIL: ("e-mail address", "e-mail addresses"),
    PHONE: ("telephone number", "telephone numbers"),
}
_TOLD_IN_REASON = 3


class Sealed(Refused):
    """The delivery holds personal data. `places` tell where, never what."""

    def __init__(self, findings: Findings) -> None:
        count = f"{findings.total} or more" if findings.is_more else findings.total
        kinds = Counter(place.kind for place in findings.places)
        told = " and ".join(_NAMES[kind][number > 1] for kind, number in sorted(kinds.items()))
        where = "; ".join(_where(place) for place in findings.places[:_TOLD_IN_REASON])
        rest = findings.total - _TOLD_IN_REASON
        more = f"; and {rest} more" if rest > 0 else ""
        first = findings.places[0]
        super().__init__(
            RULE,
            f"{where}{more}: {told}, {count} in all; the delivery is sealed and nothing of it is used",
            found=count,
            line=first.line or 1,
            where="; ".join(_short(place) for place in findings.places[:_TOLD_IN_REASON])
            + (f" … (+{rest})" if rest > 0 else ""),
        )
        self.places = findings.places


def _where(place: Place) -> str:
    line = f" line {place.line}" if place.line else ""
    column = f" column {place.column}" if place.column else ""
    return f"{shown(place.file, 60)}{line}{column}"


def _short(place: Place) -> str:
    """A place in no language."""
    line = f":{place.line}" if place.line else ""
    column = f" [{place.column}]" if place.column else ""
    return f"{shown(place.file, 60)}{line}{column}"


def seal_if_received(
    landing: Landing, receipt: Mapping[str, Any], contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> None:
    """Look through all that a receipt (its event's body) names: the manifest, the names, the data files. Raises Sealed."""
    county, dataset = county_of(receipt, counties), receipt["dataset"]
    dialect = county.dialects.get(dataset) if county else None
    findings = _manifest(landing, receipt)
    for file in receipt["files"]:
        findings += _file(file["name"], landing.path(file["sha256"]), dialect, contracts.get(dataset))
    if findings:
        raise Sealed(findings)


def _manifest(landing: Landing, receipt: Mapping[str, Any]) -> Findings:
    """The manifest's name and text. Of a manifest too large to be one only the beginning is read."""
    name = receipt["manifest_name"]
    with landing.path(receipt["manifest_sha256"]).open("rb") as file:
        text = file.read(MAX_BYTES).decode("utf-8", errors="replace")
    return _name(name) + examine_text(text, name)


def _file(name: str, path: Path, dialect: Dialect | None, contract: Contract | None) -> Findings:
    return _name(name) + examine_file(path, name, dialect, contract)


def _name(name: str) -> Findings:
    """A name as the receipt has it, in which what identifies is masked by now."""
    found = examine_text(name, name)
    if not found and MASK in name:
        found = Findings(1, False, (Place(IDENTITY_CODE, name, None, None),))
    return Findings(found.total, found.is_more, tuple(Place(p.kind, p.file, None, None) for p in found.places))


def facts(refusal: Refused | None) -> dict[str, Any]:
    """What a verdict keeps of a refusal's sealing: whether the delivery is sealed, and the places."""
    if not isinstance(refusal, Sealed):
        return {"is_sealed": False, "places": []}
    return {
        "is_sealed": True,
        "places": [
            {"kind": p.kind, "file": shown(p.file, 200), "line": p.line, "column": p.column} for p in refusal.places
        ],
    }
