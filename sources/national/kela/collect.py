"""Collecting Kela's benefits: the portal's listing, the files whose stamps moved, and the county package when its headers did.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (listing.py, benefits.py, county_package.py).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, Expect, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.kela import county_package
from sources.national.kela.benefits import BenefitRows
from sources.national.kela.listing import PAGE_ROWS, Resource, data_files, packages
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.visit import FrameRows, Rows, Visit

ROOM = Path(__file__).parent
SETTINGS = ROOM / "source.yml"
COUNTY = "kela_county/all"
_LISTING = "listing"
# What a portal's store calls a CSV file differs from store to store.
_CSV = Expect(("text/csv", "text/plain", "application/octet-stream", "application/csv"))
_JSON = Expect(("application/json", "application/octet-stream"))


class _Landed:
    """A file that lies in the landing."""

    def __init__(self, path: Path) -> None:
        self.path = path


def collect_kela(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring Kela's benefits up to date.

    An unchanged night pages through the portal's listing and asks for the headers of the county package. A file is fetched when the portal dates it anew, or when
    it was last compared too long ago. What fails is told in one line; the rest is kept, and the failed ones keep their last good rows.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore_rows(lambda body, paths: _restored(body["object"], paths[0], settings.is_simulated))
    faults: list[FetchError | SourceError] = []
    try:
        for resource in _listed(visit):
            try:
                _collect_file(visit, resource)
            except (FetchError, SourceError) as error:
                faults.append(error)
    except (FetchError, SourceError) as error:
        faults.append(error)
    try:
        _collect_county_package(visit)
    except (FetchError, SourceError) as error:
        faults.append(error)
    return visit.outcome(faults)


def plan_kela(known: History) -> Plan:
    """What the next visit will ask. Which files there are, and whether they moved, only the portal's listing tells."""
    files = sorted(known.known_objects() - {COUNTY})
    unknown = [name for name in (*files, COUNTY) if known.last_check(name) is None]
    is_first, pages = not files, known.noted(_LISTING).get("pages")
    return plan_of(
        known,
        [*files, COUNTY],
        (
            Ask("pages of the listing", pages or 1, pages),
            Ask("headers of the county package", 1, 1),
            Ask("files", len(unknown) + is_first, None if is_first else len(files) + 1),
        ),
        missing=None if is_first else 0,
    )


def _listed(visit: Visit) -> list[Resource]:
    options = visit.settings.options

    def ask(start: int) -> object:
        query = {
            "fq": f"organization:{options['organization']}",
            "rows": str(PAGE_ROWS),
            "start": str(start),
            "sort": "name asc",
        }
        return visit.get("package_search", query).reply.json

    before = visit.requests_least
    listed = packages(ask)
    pages = {"pages": visit.requests_least - before}
    if visit.noted(_LISTING) != pages:
        visit.note_check(_LISTING, pages)
    return data_files(listed, options["dataset"])


def _is_known(visit: Visit, name: str, marker: str) -> bool:
    """Whether an object was compared under the same stamp, and not too long ago."""
    return visit.last_check(name) == {"marker": marker}


def _collect_file(visit: Visit, resource: Resource) -> None:
    """Fetch one file of benefits when it moved. Errors: FetchError, SourceError."""
    if _is_known(visit, resource.object, resource.marker):
        return
    with visit.saved(resource.url, visit.settings.shown(resource.url), expect=_CSV) as part:
        rows = BenefitRows(part.incoming, visit.settings.is_simulated)
        rows.require(_contract("kela_benefit"))
        rows.require_no_loss(visit.latest(resource.object))
        visit.keep(resource.object, [part], rows, rows.digest(), {"source_updated": resource.last_modified})
    visit.note_check(resource.object, {"marker": resource.marker})


def _collect_county_package(visit: Visit) -> None:
    """Fetch the county package when its headers moved. Errors: FetchError, SourceError."""
    url = visit.settings.beside(visit.settings.options["county_package"])
    told = visit.head(url, _JSON)
    marker = f"{told.etag or ''}|{told.last_modified or ''}|{told.headers.get('Content-Length', '')}"
    if _is_known(visit, COUNTY, marker):
        return
    with visit.saved(url, visit.settings.shown(url), expect=_JSON) as part:
        frame = county_package.county_rows(part.incoming.path, visit.settings.is_simulated)
        require_rows(_contract("kela_county"), frame)
        before = visit.latest(COUNTY)
        if before is not None and frame.height < before["parquet"]["rows"] / 2:
            raise SourceError(
                f"HVA-KELA-0-026: {frame.height} rows in the county package where it had {before['parquet']['rows']}: the last good rows stay"
            )
        visit.keep(COUNTY, [part], frame, content_digest(frame), {"source_updated": told.last_modified})
    visit.note_check(COUNTY, {"marker": marker})


@cache
def _contract(name: str) -> Contract:
    return load_contract(ROOM / f"{name}.yml")


def _restored(name: str, path: Path, is_simulated: bool) -> Rows:
    """The rows of a snapshot, read anew."""
    if name == COUNTY:
        return FrameRows(county_package.county_rows(path, is_simulated))
    return BenefitRows(_Landed(path), is_simulated)
