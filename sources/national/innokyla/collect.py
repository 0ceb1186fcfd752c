"""Collecting Innokylä: robots.txt, then the pages whose turn it is, one by one.

Belongs here: the order of the requests and what is compared with what. Does not belong here: the list (pages.py), reading a page (reading.py, facts.py), what is
allowed (robots.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, Expect, FetchError, Reply, Validators
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.innokyla.facts import extract_bytes, extract_of, row_of
from sources.national.innokyla.kinds import kinds
from sources.national.innokyla.pages import NIGHTS_OF_A_ROUND, Page, is_turn, pages_of
from sources.national.innokyla.robots import Robots, read_robots
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.settings import SourceSettings
from sources.national.visit import Visit

ROOM = Path(__file__).parent
SETTINGS = ROOM / "source.yml"
PAGE = "innokyla_page"
# After so many pages in a row that got no answer, the service is down and the rest is left for the next night.
MOST_UNANSWERED = 3
_MOST_NAMED = 2
_HTML = Expect(("text/html", "application/xhtml+xml"))
_NO_ANSWER = frozenset({"dns", "connect", "proxy", "tls", "timeout", "cut", "rate"})


def collect_innokyla(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the listed pages up to date.

    A night asks for robots.txt and a seventh of the pages, and for those that were never had. The server is told which version of a page we hold, if it ever named
    one; a page that comes is kept when its row says something new. What fails is told by page in one line: the others are collected, and the failed ones keep
    their last good row.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: row_of(documents[0], body["listed"], body["address"], settings.is_simulated))
    notes: list[str] = []
    try:
        robots = read_robots(visit)
    except (FetchError, SourceError) as error:
        return visit.outcome([error])
    faults: dict[Page, FetchError | SourceError] = {}
    due = _due(visit)
    unanswered = 0
    for place, page in enumerate(due):
        try:
            _collect_page(visit, robots, page, notes)
            unanswered = 0
        except (FetchError, SourceError) as error:
            faults[page] = error
            unanswered = unanswered + 1 if _is_unanswered(error) else 0
        if unanswered == MOST_UNANSWERED:
            return visit.outcome([_told(faults, len(due) - place - 1)])
    return visit.outcome([_told(faults, 0)] if faults else (), "; ".join(notes[:_MOST_NAMED]) or None)


def plan_innokyla(known: History) -> Plan:
    """What the next visit will ask: robots.txt and the pages that are due, whether they moved or not."""
    due = _due(known)
    return plan_of(
        known,
        [f"{PAGE}/{page.key}" for page in pages_of(known.settings.is_simulated, known.at)],
        (Ask("robots.txt", 1, 1), Ask("pages", len(due), len(due))),
        known_bytes=known.bytes_of(f"{PAGE}/{page.key}" for page in due),
    )


def _due(known: History) -> list[Page]:
    """Whose turn it is, what was never had, and whose whole comparison is overdue because its turn fell on nights that did not run."""
    here = known.known_objects()
    overdue = known.at - known.settings.full_compare - timedelta(days=NIGHTS_OF_A_ROUND)
    return [
        page
        for page in pages_of(known.settings.is_simulated, known.at)
        if is_turn(page, known.at) or f"{PAGE}/{page.key}" not in here or known.checked_before(page.key, overdue)
    ]


def _is_unanswered(error: FetchError | SourceError) -> bool:
    return isinstance(error, FetchError) and (error.reason in _NO_ANSWER or (error.status or 0) >= 500)


def _told(faults: dict[Page, FetchError | SourceError], left: int) -> SourceError:
    """All faults in one line: the first in its own words, the others by their page."""
    named = ", ".join(page.slug[:60] for page in list(faults)[:_MOST_NAMED])
    more = f" and {len(faults) - _MOST_NAMED} more" if len(faults) > _MOST_NAMED else ""
    rest = f"; {left} more were not asked tonight" if left else ""
    first = next(iter(faults.values()))
    return SourceError(
        f"page{'s' if len(faults) > 1 else ''} {named}{more} failed ({first}){rest}; their last good rows stay"
    )


def _collect_page(visit: Visit, robots: Robots, page: Page, notes: list[str]) -> None:
    """Ask for one page and keep its row when it is new. Errors: FetchError, SourceError."""
    path = f"{kinds()[page.kind].path}/{page.slug}"
    robots.require_allowed(path)
    check = visit.last_check(page.key)
    # What the list says is part of the row: when it moved, the page is read whatever the server says.
    held = check if check is not None and check["listed"] == page.listed else {}
    validators = Validators(held.get("etag"), held.get("last_modified"))
    part = visit.get(path, expect=_HTML, validators=validators)
    if part.reply.not_modified:
        return
    extract, told = extract_of(part.reply.body, _charset(part.reply), kinds()[page.kind])
    notes += [f"{page.slug[:60]}: {note}" for note in told]
    row = row_of(extract, page.listed, part.address, visit.settings.is_simulated)
    require_rows(_contract(), row)
    kept = replace(part, reply=replace(part.reply, body=extract_bytes(extract)))
    facts = {"source_updated": row["modified_on"][0].isoformat(), "listed": page.listed, "page": extract["page"]}
    visit.keep(f"{PAGE}/{page.key}", [kept], row, content_digest(row), facts)
    found = {"etag": part.reply.etag, "last_modified": part.reply.last_modified, "listed": page.listed}
    if check != found:
        visit.note_check(page.key, found)


def _charset(reply: Reply) -> str:
    """The encoding that the reply tells; UTF-8 where it tells none."""
    told = reply.headers.get("Content-Type", "").lower().partition("charset=")[2]
    return told.partition(";")[0].strip(" \"'") or "utf-8"


@cache
def _contract() -> Contract:
    return load_contract(ROOM / f"{PAGE}.yml")
