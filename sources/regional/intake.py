"""The whole regional night: from the inbox to verdicts, slices, quarantine and reports.

Belongs here: the order of the steps, and writing what reports are missing. Does not belong here: the steps: the inbox and the receipt (inbox.py, receipt.py),
judging (judging.py), the report (report.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sources.contract import LANGUAGES, Contract
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional import catalogue
from sources.regional.county import County
from sources.regional.inbox import scan, settled_by
from sources.regional.judging import Judging, log_places
from sources.regional.outcome import IntakeOutcome, outcome_of
from sources.regional.receipt import clear_received, receive, record_sightings
from sources.regional.report import Context, is_written, write_report


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
    is its verdict; a fault of the machine while judging leaves the delivery for the next run and is told in `problems`. OSError and LedgerError when the home
    cannot be written at all.
    """
    contracts = catalogue.dataset_contracts() if contracts is None else contracts
    counties = catalogue.counties() if counties is None else counties
    clear_received(home, ledger)
    found = scan(home.inbox, counties, settled_by(ledger, at))
    record_sightings(ledger, found.waiting, at)
    received = receive(home, ledger, landing, found.arrivals, at)
    if received.receipt_ids:
        say(f"{len(received.receipt_ids)} deliveries received")
    judging = Judging(home, ledger, landing, contracts, counties, at, say)
    judging.run()
    unwritten = write_reports(home, ledger, contracts, counties)
    problems = (*found.problems, *received.problems, *judging.problems, *unwritten)
    return outcome_of(ledger, counties, at, found.waiting, problems, tuple(judging.disputed))


def write_reports(
    home: Home, ledger: Ledger, contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> list[str]:
    """Write the report of every judged delivery that has none, also those of a night that was cut short. Returns a line for each that could not be written."""
    erased = {receipt_id for e in ledger.events("erasure") for receipt_id in e.body["receipts"]}
    verdicts = {e.subject: e for e in ledger.events("verdict") if e.subject not in erased}
    problems: list[str] = []
    for receipt in ledger.events("receipt"):
        if receipt.subject not in verdicts or is_written(home, receipt):
            continue
        county = counties.get(receipt.body["organiser_code"])
        names = dict(county.name) if county else dict.fromkeys(LANGUAGES, "")
        context = Context(contracts.get(receipt.body["dataset"]), names)
        try:
            write_report(home, receipt, verdicts[receipt.subject], context)
        except Exception as error:  # a report that fails must not cost the night; the next run writes it
            log_places(home, receipt, error)
            problems.append(
                f"the report of delivery {receipt.subject} is not written ({type(error).__name__}); see {home.logs.name}/"
            )
    return problems
