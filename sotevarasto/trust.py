"""`sotevarasto ledger verify` and `landing erase`.

Belongs here: asking the ledger and the landing to prove themselves, and saying the answer. Does not belong here: the proofs (sources/ledger.py,
sources/landing.py).
"""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.landing import Landing, erase_all, missing_bytes
from sources.ledger import Ledger


def _home() -> Home:
    root = default_home(current_profile())
    if not (root / "ledger.sqlite").exists():
        raise SotevarastoError(f"no ledger in {root}; run make nightly first, or set SOTEVARASTO_HOME")
    return Home.open(root, current_profile())


def verify() -> int:
    """Print every problem found, or one line that all is well. Returns the exit code: 0 well, 1 a problem."""
    from warehouse.publish import release_heads

    home = _home()
    with Ledger(home.ledger) as ledger:
        heads = release_heads(home)
        problems = [*ledger.verify(heads), *missing_bytes(home, ledger), *Landing(home.landing).verify()]
        events = ledger.head().seq
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(
            f"ledger verify: {len(problems)} problems; restore the ledger and the landing from a backup, and find out who changed them"
        )
        return 1
    click.echo(
        f"ledger verify: {events} events and every landed byte agree, also with the heads of the last {len(heads)} releases"
    )
    return 0


def erase_landed(hashes: Sequence[str], reason: str) -> None:
    """Erase landed files under the night's lock, all or, when one of them is not known, none; the next night rebuilds without them."""
    from warehouse.lock import NightLock

    home = _home()
    with NightLock(home), Ledger(home.ledger) as ledger:
        # In a simulated home time is the calendar's: that of its last night.
        nights = ledger.events("night")
        at = nights[-1].at if nights and home.profile == "simulated" else datetime.now(UTC)
        erase_all(home, ledger, hashes, reason, getpass.getuser(), at)
    click.echo(
        f"erased {', '.join(dict.fromkeys(hashes))}; the ledger keeps that it was done. Run make nightly to publish a release without these rows"
    )
