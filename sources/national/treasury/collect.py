"""Collecting the Treasury's finances of the counties: the catalogue, the documents whose stamps moved, and the taxonomies that name their cells.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (catalogue.py, documents.py, taxonomy.py).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, Expect, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.treasury import taxonomy
from sources.national.treasury.catalogue import (
    LEAST_SHARE_OF_BEFORE,
    Document,
    Due,
    catalogue_rows,
    due_tonight,
    read_catalogue,
)
from sources.national.treasury.documents import document_rows, require_no_loss
from sources.national.visit import FrameRows, HeldPart, SavedPart, Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "treasury_cell.yml"
CATALOGUE, TAXONOMY, CELL = "treasury_catalogue/all", "treasury_taxonomy", "treasury_cell"
# After so many documents in a row that got no answer, the service is down and the rest is left for the next night.
MOST_UNANSWERED = 3
_NO_ANSWER = frozenset({"dns", "connect", "proxy", "tls", "timeout", "cut", "rate"})
# What a file store calls a JSON file differs from store to store.
_STORED_JSON = Expect(("application/json", "application/octet-stream"))


def collect_treasury(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the counties' finances up to date.

    An unchanged night asks for the catalogue, the list of taxonomies, and the headers of each taxonomy in use. Documents are fetched when the catalogue
    dates them anew, or when they were last compared too long ago; `documents_a_night` at the most, the rest waits. What fails is told in one line; what came
    is kept and not asked for again, and the others keep their last good rows.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore_rows(lambda body, paths: FrameRows(_restored(body, paths, landing, settings)))
    try:
        documents = _listed(visit)
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    most = int(settings.options["documents_a_night"])
    due, left = due_tonight(documents, visit.noted, at, settings.full_compare, most)
    faults: list[FetchError | SourceError] = []
    for one in due:
        faults += _collect_documents(visit, one)
        if sum(map(_is_unanswered, faults)) >= MOST_UNANSWERED:
            return visit.outcome(faults)
    told = [f"{left} documents are left for the next nights"] if left else []
    try:
        told += _collect_taxonomies(visit)
    except (FetchError, SourceError) as error:
        faults.append(error)
    return visit.outcome(faults, "; ".join(told) or None)


def plan_treasury(known: History, landing: Landing) -> Plan:
    """What the next visit will ask, by the catalogue as it was last kept; before that only the catalogue tells."""
    settings, listed = known.settings, known.latest(CATALOGUE)
    documents = _documents_in(landing, listed, settings) if listed is not None else []
    most = int(settings.options["documents_a_night"])
    due, left = due_tonight(documents, known.noted, known.at, settings.full_compare, most)
    asked = sum(len(one.fetched) for one in due)
    packages = {name.split("/")[1] for name in known.known_objects() if name.startswith(f"{CELL}/")}
    unread = sum(known.last_check(f"{TAXONOMY}/{package}") is None for package in packages)
    is_first = listed is None
    return plan_of(
        known,
        known.known_objects(),
        (
            Ask("catalogue", 1, 1),
            Ask("documents", asked, most if is_first else min(most, len(documents))),
            Ask("list of taxonomies", int(bool(packages or asked)), 1),
            Ask("headers of taxonomies", len(packages), None if is_first else len(packages)),
            Ask("taxonomies", unread, None if is_first else len(packages)),
        ),
        missing=None if is_first else len({d.object for d in documents} - known.known_objects()),
        later=left,
        nights=None if is_first else 1 + ceil(left / most),
    )


def _documents_in(landing: Landing, body: dict[str, Any], settings: SourceSettings) -> list[Document]:
    """The county packages of a catalogue that was kept."""
    document = json.loads(landing.path(body["sha256"]).read_bytes())
    return read_catalogue(document, settings.first_year, body["origin"] == "synthetic")


def _listed(visit: Visit) -> list[Document]:
    """The county packages of the catalogue, kept if they say something new."""
    settings = visit.settings
    part = visit.get("aineistot")
    documents = read_catalogue(part.reply.json, settings.first_year, settings.is_simulated)
    before = visit.latest(CATALOGUE)
    if before is not None and len(documents) < LEAST_SHARE_OF_BEFORE * before["parquet"]["rows"]:
        raise SourceError(
            f"HVA-TRE-0-006: the catalogue has {len(documents)} county packages where it had {before['parquet']['rows']}: the last good rows stay"
        )
    frame = catalogue_rows(documents, settings.is_simulated)
    visit.keep(CATALOGUE, [part], frame, content_digest(frame), {"source_updated": None})
    return documents


def _collect_documents(visit: Visit, due: Due) -> list[FetchError | SourceError]:
    """Fetch what is due of one package and period and make a snapshot of that and of what is held; the faults on the way."""
    latest = visit.latest(due.object)
    held = {part["document"]["key"]: part for part in (latest["parts"] if latest else ())}
    faults: list[FetchError | SourceError] = []
    with ExitStack() as stack:
        new: dict[str, SavedPart] = {}
        for document in due.fetched:
            try:
                new[document.key] = stack.enter_context(_document(visit, document))
            except (FetchError, SourceError) as error:
                faults.append(error)
                if sum(map(_is_unanswered, faults)) >= MOST_UNANSWERED:
                    break
        while new:
            try:
                _keep(visit, due, held, new)
                break
            except _Refused as refused:
                faults.append(refused.error)
                new = {key: part for key, part in new.items() if key not in refused.keys}
    return faults


class _Refused(Exception):
    """Documents that cannot be used; the others of their package can."""

    def __init__(self, error: SourceError, keys: set[str]) -> None:
        super().__init__(str(error))
        self.error, self.keys = error, keys


def _document(visit: Visit, document: Document) -> Any:
    facts = {
        "business_id": document.business_id,
        "package": document.package,
        "period": document.period,
        "stage": document.stage,
    }
    return visit.saved(document.path, facts={"document": {"key": document.key, **facts}})


def _keep(visit: Visit, due: Due, held: dict[str, dict[str, Any]], new: dict[str, SavedPart]) -> None:
    """One snapshot of the new documents and those that are held; then what was compared tonight is noted. Raises _Refused."""
    simulated = visit.settings.is_simulated
    parts: dict[str, SavedPart | HeldPart] = {key: HeldPart(body) for key, body in held.items()} | new
    places = [
        (part.incoming.path, part.facts["document"])
        if isinstance(part, SavedPart)
        else (visit.landed(part.body), part.body["document"])
        for _, part in sorted(parts.items())
    ]
    try:
        frame = _judged(places, simulated)
        require_no_loss(frame, visit.latest(due.object))
    except SourceError as error:
        raise _refused(error, new, simulated) from None
    facts = {
        "source_updated": max((d.published_at or "" for d in due.listed), default="") or None,
        "values": frame["amount"].count(),
        "versions": sorted(set(frame["taxonomy_version"])),
    }
    visit.keep(due.object, [part for _, part in sorted(parts.items())], frame, content_digest(frame), facts)
    known = visit.noted(due.object).get("documents", {})
    compared = {d.key: {"marker": d.marker, "compared_at": visit.at.isoformat()} for d in due.fetched if d.key in new}
    visit.note_check(due.object, {"documents": dict(sorted((known | compared).items()))})


def _refused(error: SourceError, new: dict[str, SavedPart], is_simulated: bool) -> _Refused:
    """Which of the new documents cannot be used: the first that is bad by itself, else all of them."""
    for key, part in new.items():
        try:
            _judged([(part.incoming.path, part.facts["document"])], is_simulated)
        except SourceError as its:
            return _Refused(SourceError(f"{part.facts['document']['business_id']}: {its}"), {key})
    return _Refused(error, set(new))


def _judged(places: list[tuple[Path, dict[str, str]]], is_simulated: bool) -> pl.DataFrame:
    frame = document_rows(places, is_simulated)
    require_rows(_contract(), frame)
    return frame


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)


def _is_unanswered(error: FetchError | SourceError) -> bool:
    return isinstance(error, FetchError) and (error.reason in _NO_ANSWER or (error.status or 0) >= 500)


def _collect_taxonomies(visit: Visit) -> list[str]:
    """Bring the taxonomies of the packages that are held up to date; what is worth saying. Errors: FetchError, SourceError."""
    versions: dict[str, set[str]] = {}
    for name in visit.known_objects():
        if name.startswith(f"{CELL}/"):
            versions.setdefault(name.split("/")[1], set()).update(visit.latest(name)["versions"])
    if not versions:
        return []
    index = visit.get(visit.settings.beside(visit.settings.options["taxonomy_index"]))
    found = taxonomy.addresses(index.reply.json, versions)
    too_large = [
        package
        for package, url in found.items()
        if not _collect_taxonomy(visit, package, url, sorted(versions[package]))
    ]
    lacking = sorted(versions.keys() - found.keys())
    return [
        *([f"no taxonomy names the cells of {', '.join(lacking)}"] if lacking else []),
        *([f"too large to fetch: taxonomy {', '.join(too_large)}"] if too_large else []),
    ]


def _collect_taxonomy(visit: Visit, package: str, url: str, versions: list[str]) -> bool:
    """Ask how large a taxonomy is and what it is known by, and fetch it when that moved. False when it is too large. Errors: FetchError, SourceError."""
    name, most = f"{TAXONOMY}/{package}", int(visit.settings.options["taxonomy_max_bytes"])
    told = visit.head(url, _STORED_JSON)
    length = told.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > most:
        return False
    found = {"marker": taxonomy.marker(told), "versions": versions}
    if visit.last_check(name) == found:
        return True
    shown = visit.settings.shown(url)
    with visit.saved(url, shown, expect=_STORED_JSON, facts={"package": package}) as part:
        frame = taxonomy.taxonomy_rows(part.incoming.path, package, versions, visit.settings.is_simulated)
        facts = {"source_updated": part.reply.last_modified, "versions": versions}
        visit.keep(name, [part], frame, content_digest(frame), facts)
    visit.note_check(name, found)
    return True


def _restored(body: dict[str, Any], paths: list[Path], landing: Landing, settings: SourceSettings) -> pl.DataFrame:
    """The rows of a snapshot, read anew."""
    kind = body["object"].split("/")[0]
    if kind == CELL:
        parts = body["parts"]
        return document_rows(
            [(path, part["document"]) for path, part in zip(paths, parts, strict=True)], settings.is_simulated
        )
    if kind == TAXONOMY:
        return taxonomy.taxonomy_rows(paths[0], body["object"].split("/")[1], body["versions"], settings.is_simulated)
    return catalogue_rows(_documents_in(landing, body, settings), settings.is_simulated)
