"""The whole regional night: from the inbox to verdicts, slices, quarantine and reports.

Belongs here: the order of the steps, and writing what reports are missing. Does not belong here: the steps: the inbox and the receipt (inbox.py, receipt.py),
judging (judging.py), the report (report.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Event, Ledger
from sources.regional import catalogue
from sources.regional.acknowledgement import write_receipts
from sources.regional.county import County
from sources.regional.failures import log_places
from sources.regional.inbox import scan
from sources.regional.judgements import REPLAY, UNCHANGED, VERDICT, receipt_of
from sources.regional.judging import Judging
from sources.regional.outcome import IntakeOutcome, outcome_of
from sources.regional.outlook import write_outlooks
from sources.regional.receipt import clear_received, receive
from sources.regional.report import context_of, is_written, write_report
from sources.regional.sender import TEST_ORGANISER, county_of
from sources.regional.sightings import aged, record_sightings, settled_by
from sources.regional.staging import Connections


class IntakeError(SotevarastoError):
    """The home cannot be read or written, so the intake stopped; what has no receipt lies in the inbox, what has one is judged by the next run."""


def take_in(
    home: Home,
    ledger: Ledger,
    landing: Landing,
    contracts: Mapping[str, Contract] | None = None,
    counties: Mapping[str, County] | None = None,
    *,
    at: datetime,
    say: Callable[[str], None] = lambda text: None,
) -> IntakeOutcome:
    """Take in and judge everything that has arrived; `at` is the business time (aware), `say` gets a line of progress now and then.

    `contracts` (by dataset) and `counties` (by organiser code) are the repository's own unless given. Running it again changes nothing. A fault of a delivery
    is its verdict; a fault of the machine while judging leaves the delivery for the next run and is told in `problems`. IntakeError and LedgerError when the home
    cannot be written at all.
    """
    contracts = catalogue.dataset_contracts() if contracts is None else contracts
    counties = catalogue.counties() if counties is None else counties
    try:
        return _take_in(home, ledger, landing, contracts, counties, at, say)
    except OSError as error:
        place = error.filename or home.root
        raise IntakeError(
            f"{place}: {error.strerror}: the intake stopped, nothing is lost; make room or mend the folder and run again"
        ) from None


def _take_in(
    home: Home,
    ledger: Ledger,
    landing: Landing,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    at: datetime,
    say: Callable[[str], None],
) -> IntakeOutcome:
    clear_received(home, ledger)
    found = scan(home.inbox, {*counties, TEST_ORGANISER}, settled_by(ledger, at))
    record_sightings(ledger, home.inbox, found.waiting, at)
    received = receive(home, ledger, landing, found.arrivals, at)
    found = replace(found, arrivals=())
    write_receipts(home, ledger)
    if received.receipt_ids:
        say(f"{len(received.receipt_ids)} deliveries received")
    judging = Judging(home, ledger, landing, contracts, counties, at, say)
    judging.run()
    unwritten = write_reports(home, ledger, contracts, counties, say)
    if received.receipt_ids:
        say("what each month would come to, for its sender …")
    unwritten += write_outlooks(home, ledger, contracts, counties)
    problems = (*found.problems, *received.problems, *judging.problems, *unwritten)
    waiting = aged(ledger, found.waiting, at)
    return outcome_of(ledger, contracts, counties, at, waiting, problems, tuple(judging.disputed))


def write_reports(
    home: Home,
    ledger: Ledger,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    say: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Write the report of every judged delivery that has none, also those of a night that was cut short. Returns a line for each that could not be written."""
    written = 0
    erased = {receipt_id for e in ledger.events("erasure") for receipt_id in e.body["receipts"]}
    problems: list[str] = []
    with Connections(home, 1) as connections:
        for receipt, judgement in _judged(ledger):
            if receipt.subject in erased or is_written(home, receipt):
                continue
            county = county_of(receipt.body, counties)
            try:
                with connections.of_this_thread() as con:
                    context = context_of(receipt.body["dataset"], contracts, county, con)
                    write_report(home, receipt, judgement(), context)
                written += 1
                if written % 100 == 0:
                    say(f"{written} reports written")
            except Exception as error:  # a report that fails must not cost the night; the next run writes it
                log_places(home, receipt, error)
                failed = type(error).__name__
                problems.append(
                    f"the report of delivery {receipt.subject} is not written ({failed}); see {home.logs.name}/"
                )
    return problems


def _judged(ledger: Ledger) -> Iterator[tuple[Event, Callable[[], Event]]]:
    """Each receipt with its verdict, or with its hold while it has none; where the delivery was judged again and that changed something, also under the later
    judgement's own id."""
    again: dict[str, list[str]] = defaultdict(list)
    for event in ledger.each(REPLAY):
        if event.body["status"] != UNCHANGED:
            again[receipt_of(event)].append(event.subject)
    judged, held = {*ledger.subjects(VERDICT)}, {*ledger.subjects("hold")}
    for receipt in ledger.each("receipt"):
        kinds = [VERDICT] if receipt.subject in judged else ["hold"] if receipt.subject in held else []
        known = [(kind, receipt.subject) for kind in kinds] + [
            (REPLAY, subject) for subject in again.get(receipt.subject, ())
        ]
        for kind, subject in known:
            yield replace(receipt, subject=subject), partial(ledger.get, kind, subject)
