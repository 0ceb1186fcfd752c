"""Replay and redo on the default home, for the command line and the Dagster UI alike.

Belongs here: the lock, the business time, and saying what was done. Does not belong here: the work (sources/regional/replay.py, redo.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.ledger import Ledger
from warehouse.lock import NightLock


@contextmanager
def _desk() -> Iterator[tuple[Home, Ledger, datetime]]:
    """The home under the night's lock, its ledger, and the business time: in a simulated home that of its last night."""
    root = default_home(current_profile())
    if not (root / "ledger.sqlite").exists():
        raise SotevarastoError(f"no ledger in {root}; run make nightly first, or set SOTEVARASTO_HOME")
    home = Home.open(root, current_profile())
    with NightLock(home), Ledger(home.ledger) as ledger:
        nights = ledger.events("night")
        yield home, ledger, nights[-1].at if nights and home.profile == "simulated" else datetime.now(UTC)


def replay_deliveries(
    organiser: str | None, dataset: str | None, period: str | None, say: Callable[[str], None]
) -> list[str]:
    """Judge again what a change touches and say what came of it; returns the lines for the operator."""
    from sources.landing import Landing
    from sources.regional.catalogue import counties, dataset_contracts
    from sources.regional.replay import Chosen, replay

    with _desk() as (home, ledger, at):
        done = replay(
            home,
            ledger,
            Landing(home.landing),
            dataset_contracts(),
            counties(),
            at=at,
            chosen=Chosen(organiser or None, dataset or None, period or None),
            say=say,
        )
    for problem in done.problems:
        say(problem)
    changed = [event for event in done.events if event.body["status"] != "unchanged"]
    say(
        f"replay: {done.looked_at} deliveries looked at, {len(done.events)} judged again, {len(changed)} changed: "
        f"{done.rows('recovered')} rows recovered, {done.rows('still_bad')} still bad, {done.rows('newly_bad')} refused by now"
    )
    if changed:
        say("Run make nightly to publish a release with them")
    return done.problems


def redo_delivery(receipt_id: str, say: Callable[[str], None]) -> None:
    """Make again what is missing of one delivery and say what that was."""
    from sources.landing import Landing
    from sources.regional.catalogue import counties, dataset_contracts
    from sources.regional.redo import redo

    with _desk() as (home, ledger, at):
        made = redo(home, ledger, Landing(home.landing), dataset_contracts(), counties(), receipt_id, at)
    for path in made:
        say(f"made again: {path}")
    if not made:
        say(f"{receipt_id}: nothing is missing")
