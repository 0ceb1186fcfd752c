"""The catalogue of documents: which county packages there are, in which stage of approval, and what each is known by.

Belongs here: reading the catalogue and choosing what is due tonight. Does not belong here: the documents themselves (documents.py), asking for them (collect.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sources.national.fields import Codes, Field, inventory_of, plain, require_fields
from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

ORIGIN_LABEL = "sotevarasto_simulator"
# From the least to the most final. Paths write them so; catalogue and documents in Finnish letters.
STAGES = ("alustava", "hyvaksytty", "lopullinen", "jalkikorjattu")
PERIOD = re.compile(r"(\d{4})(?:C(03|06|09|12))?")
_PACKAGE = re.compile(r"H[A-Z]{2,7}")
_BUSINESS_ID = re.compile(r"\d{7}-\d")
# The service's own pages call the first of these also `hyvaksyntapvm`.
_ALIASES = {"hyvaksyntapvm": "hyvaksymispvm"}
_KNOWN = {
    "ytunnus": Field(),
    "raportointikokonaisuus": Field(),
    "raportointikausi": Field(),
    "hyvaksymisvaihe": Field(),
    "hyvaksymispvm": Field(may_be_null=True),
    "julkaisupvm": Field(may_be_null=True),
    "tunnusluvut": Field(),
    ORIGIN_LABEL: Field(may_be_absent=True),
}
_CODES = Codes(gone="HVA-TRE-0-002", new="HVA-TRE-0-003", null="HVA-TRE-0-004", retyped="HVA-TRE-0-005")
LEAST_SHARE_OF_BEFORE = 0.5


@dataclass(frozen=True)
class Document:
    """One document of the catalogue. `path` is below the service's base address; `marker` is what the catalogue dates it by.

    `county_code` is given by a simulated catalogue only, for business ids that were made up.
    """

    business_id: str
    package: str
    period: str
    stage: str
    approved_at: str | None
    published_at: str | None
    path: str
    county_code: str | None

    @property
    def object(self) -> str:
        return f"treasury_cell/{self.package}/{self.period}"

    @property
    def key(self) -> str:
        return f"{self.business_id}/{self.stage}"

    @property
    def marker(self) -> str:
        return f"{self.approved_at or ''}|{self.published_at or ''}"


def read_catalogue(document: Any, first_year: int, is_simulated: bool) -> list[Document]:
    """The county packages of a catalogue in the order of their objects and keys. Raises SourceError (HVA-TRE-0-001 … 007)."""
    listed = document.get("aineistot") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(row, dict) for row in listed):
        raise SourceError(
            "HVA-TRE-0-001: the catalogue is no list of `aineistot`: see whether the service still speaks v1"
        )
    rows = [{_ALIASES.get(plain(name), plain(name)): value for name, value in row.items()} for row in listed]
    known = _KNOWN if is_simulated else {name: field for name, field in _KNOWN.items() if name != ORIGIN_LABEL}
    require_fields("rows of the catalogue", inventory_of(rows), len(rows), known, _CODES)
    found = [_document(row) for row in rows if _PACKAGE.fullmatch(row["raportointikokonaisuus"])]
    wanted = sorted((d for d in found if int(d.period[:4]) >= first_year), key=lambda d: (d.object, d.key))
    if not wanted:
        raise SourceError("HVA-TRE-0-006: the catalogue has no package of a county at all: the last good rows stay")
    if len({(d.object, d.key) for d in wanted}) != len(wanted):
        raise SourceError("HVA-TRE-0-006: the catalogue lists a document twice: which is right cannot be told")
    return wanted


def _document(row: dict[str, Any]) -> Document:
    stage, path = plain(row["hyvaksymisvaihe"]), urlsplit(row["tunnusluvut"]).path
    wrong = [
        (not _BUSINESS_ID.fullmatch(row["ytunnus"]), "ytunnus"),
        (not PERIOD.fullmatch(row["raportointikausi"]), "raportointikausi"),
        (stage not in STAGES, "hyvaksymisvaihe"),
        ("/dokumentti/" not in path, "tunnusluvut"),
    ]
    if name := next((name for is_wrong, name in wrong if is_wrong), None):
        raise SourceError(
            f"HVA-TRE-0-007: the catalogue gives {name} as {str(row[name])[:60]!r}: its coding has changed"
        )
    return Document(
        business_id=row["ytunnus"],
        package=row["raportointikokonaisuus"],
        period=row["raportointikausi"],
        stage=stage,
        approved_at=row["hyvaksymispvm"],
        published_at=row["julkaisupvm"],
        path=f"dokumentti/{path.partition('/dokumentti/')[2]}",
        county_code=row.get(ORIGIN_LABEL),
    )


def catalogue_rows(documents: Iterable[Document], is_simulated: bool) -> pl.DataFrame:
    """The documents as rows of the warehouse."""
    import polars as pl

    names = ("business_id", "package", "period", "stage", "approved_at", "published_at", "path", "county_code")
    columns = {name: [getattr(d, name) for d in documents] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    origin = pl.lit("synthetic" if is_simulated else "published").alias("origin")
    return frame.rename({"package": "package_code", "period": "period_code", "path": "document_path"}).with_columns(
        origin
    )


@dataclass(frozen=True)
class Due:
    """What is to be fetched of one package and period, and all that the catalogue lists of it."""

    object: str
    fetched: tuple[Document, ...]
    listed: tuple[Document, ...]


def due_tonight(
    documents: list[Document], noted: Callable[[str], dict[str, Any]], at: datetime, believed: timedelta, most: int
) -> tuple[list[Due], int]:
    """Documents that are new or whose stamps moved, the newest periods first, then those that were compared longest ago; `most` at the most, and how many are left.

    `noted` gives what was noted of an object: by document its stamps and when it was last compared.
    """
    moved, stale = [], []
    for document in documents:
        held = noted(document.object).get("documents", {}).get(document.key)
        if held is None or held["marker"] != document.marker:
            moved.append(document)
        elif datetime.fromisoformat(held["compared_at"]) <= at - believed:
            stale.append((held["compared_at"], document))
    moved.sort(key=lambda d: (d.period[:4], d.period, d.package), reverse=True)
    waiting = [*moved, *(document for _, document in sorted(stale, key=lambda s: (s[0], s[1].object, s[1].key)))]
    chosen = waiting[:most]
    objects = dict.fromkeys(document.object for document in chosen)
    due = [
        Due(
            name,
            tuple(d for d in chosen if d.object == name),
            tuple(d for d in documents if d.object == name),
        )
        for name in objects
    ]
    return due, len(waiting) - len(chosen)
