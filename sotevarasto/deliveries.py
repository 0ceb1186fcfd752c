"""`sotevarasto delivery annul` and `sotevarasto period lock|revise`: what a person decides about deliveries and their months.

Belongs here: who and when, and one line of what was done. Does not belong here: the decisions themselves (sources/regional/annulment.py, periods.py).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.ledger import Ledger

_NEXT = "the next night publishes it"


@contextmanager
def _ledger() -> Iterator[tuple[Ledger, datetime]]:
    """The home's ledger under the night's lock, with the business time of a decision made now: in a simulated home that of its last night."""
    from warehouse.lock import NightLock

    root = default_home(current_profile())
    if not (root / "ledger.sqlite").exists():
        raise SotevarastoError(f"no ledger in {root}; run make nightly first, or set SOTEVARASTO_HOME")
    home = Home.open(root, current_profile())
    with NightLock(home), Ledger(home.ledger) as ledger:
        nights = ledger.events("night")
        yield ledger, nights[-1].at if nights and home.profile == "simulated" else datetime.now(UTC)


def annul(receipt_id: str, reason: str, who: str | None) -> None:
    """Take an accepted delivery out of force."""
    from sources.regional.annulment import annul

    with _ledger() as (ledger, at):
        event = annul(ledger, receipt_id, who or getpass.getuser(), reason, at)
    click.echo(f"annulled {receipt_id}, by {event.body['who']}; the delivery before it holds again, and {_NEXT}")


def lock(dataset: str, period: str, reason: str, who: str | None) -> None:
    """Make the figures of a dataset's month final."""
    from sources.regional.periods import lock

    with _ledger() as (ledger, at):
        event = lock(ledger, dataset, period, who or getpass.getuser(), reason, at)
    click.echo(
        f"locked {dataset} {period}, by {event.body['who']}; its figures are final, and what comes later waits for a revision"
    )


def revise(receipt_id: str, reason: str, who: str | None) -> None:
    """Ask for a revision, or approve the one that another person asked for."""
    from sources.regional.periods import revise

    with _ledger() as (ledger, at):
        event = revise(ledger, receipt_id, who or getpass.getuser(), reason, at)
        verdict = ledger.get("verdict", receipt_id).body
    moved = ", ".join(f"{verdict[f'rows_{what}'] or 0} {what}" for what in ("added", "changed", "removed"))
    month = f"{event.body['dataset']} {event.body['period']}"
    if event.kind == "revision":
        click.echo(f"revision of {month} by {receipt_id} approved by {event.body['who']}; {_NEXT}, see dq.revisions")
    else:
        click.echo(
            f"revision of {month} by {receipt_id} asked for by {event.body['who']} (rows against the delivery before it: {moved}); "
            "another person approves it with the same command"
        )
