"""What Sotkanet says of one indicator: `/indicators/{id}`, read, mended by rule, and kept beside what was sent.

Belongs here: the shape of the reply and the row made of it (HVA-SOT-0-001 … 009). Does not belong here: the rules that mend (cleaning.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sources.ledger import canonical
from sources.national.outcome import SourceError
from sources.national.sotkanet.cleaning import clean_levels, clean_sexes, clean_text, unit_defect

if TYPE_CHECKING:
    import polars as pl

LANGUAGES = ("fi", "sv", "en")
TEXTS = ("title", "description", "interpretation", "limits", "legislation", "notices")
ORIGIN_LABEL = "sotevarasto_simulator"


@dataclass(frozen=True)
class Metadata:
    """One indicator as told tonight. `updated` is `data-updated` as sent; years are the whole range; `sexes` are those to ask for; `row` is what is kept."""

    indicator_id: int
    updated: str
    first_year: int
    last_year: int
    sexes: tuple[str, ...]
    row: dict[str, Any]


def read_metadata(document: Any, indicator_id: int, simulated: bool) -> Metadata:
    """Read one reply. Raises SourceError when it is of another indicator or shape, or lacks what the collecting rests on."""
    if not isinstance(document, dict) or document.get("id") != indicator_id:
        found = document.get("id") if isinstance(document, dict) else type(document).__name__
        raise SourceError(f"HVA-SOT-0-001: the description of {indicator_id} was asked, that of {found!r} came")
    updated, (first, last) = _updated(document), _range(document)
    texts, defects = _texts(document)
    if texts["title_fi"] is None:
        raise SourceError("HVA-SOT-0-004: the description has no Finnish title: the shape has changed")
    value_type = _part(document, "primaryValueType").get("code") or None
    classes = _part(document, "classifications")
    region = _part(classes, "region")
    listed = [str(value) for value in region.get("values") or []]
    levels, level_defects = clean_levels(listed, _part(region, "title").get("fi"))
    told = classes.get("sex")
    sexes, sex_defects = clean_sexes(told.get("values") if isinstance(told, dict) else None)
    row = {
        "indicator_id": indicator_id,
        "data_updated": date.fromisoformat(updated),
        "first_year": first,
        "last_year": last,
        **texts,
        "value_type": value_type,
        "decimals": document["decimals"] if isinstance(document.get("decimals"), int) else None,
        "sexes": ";".join(sexes),
        "region_categories": ";".join(levels),
        "region_categories_as_sent": ";".join(listed),
        "organization_name_fi": clean_text(_part(_part(document, "organization"), "title").get("fi"))[0],
        "defects": ";".join([*defects, *level_defects, *sex_defects, *unit_defect(texts["title_fi"], value_type)]),
        "as_sent": _encodable(canonical(document)),
        "origin": "synthetic" if simulated else "published",
    }
    return Metadata(indicator_id, updated, first, last, sexes, row)


def _encodable(text: str) -> str:
    """Half of a surrogate pair is valid in JSON and in no file of ours; the landing has it as sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _part(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = document.get(name)
    return part if isinstance(part, dict) else {}


def _updated(document: dict[str, Any]) -> str:
    updated = document.get("data-updated")
    try:
        good = isinstance(updated, str) and date.fromisoformat(updated).isoformat() == updated
    except ValueError:
        good = False
    if not good:
        raise SourceError(
            f"HVA-SOT-0-002: `data-updated` is {updated!r}, no date: whether the data moved cannot be told"
        )
    return updated


def _range(document: dict[str, Any]) -> tuple[int, int]:
    told = _part(document, "range")
    first, last = told.get("start"), told.get("end")
    if not (type(first) is type(last) is int and 1900 <= first <= last <= 2100):
        raise SourceError(f"HVA-SOT-0-003: the range of years is {told or None!r}: what to ask for cannot be told")
    return first, last


def _texts(document: dict[str, Any]) -> tuple[dict[str, str | None], list[str]]:
    """Every text in every language, mended, and the defects as `rule:field_language`."""
    texts: dict[str, str | None] = {}
    defects = []
    for name in TEXTS:
        for language in LANGUAGES:
            sent = _part(document, name).get(language)
            if sent is not None and not isinstance(sent, str):
                raise SourceError(f"HVA-SOT-0-005: {name} in {language} is no text: the shape has changed")
            texts[f"{name}_{language}"], applied = clean_text(sent)
            defects += [f"{rule}:{name}_{language}" for rule in applied]
    return texts, defects


def metadata_rows(metadata: Metadata) -> pl.DataFrame:
    """The one row of an indicator's description."""
    import polars as pl

    narrow = {"data_updated": pl.Date, "first_year": pl.Int16, "last_year": pl.Int16, "decimals": pl.Int16}
    wide = {"indicator_id": pl.Int32}
    schema = {name: (narrow | wide).get(name, pl.String) for name in metadata.row}
    return pl.DataFrame([metadata.row], schema=schema)
