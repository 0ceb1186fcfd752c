"""`sotevarasto hold`: the deliveries that wait for an explanation, and answering for one.

Belongs here: reading arguments, the lines that are said. Does not belong here: who may answer and what follows (sources/regional/holds/answers.py).
"""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.ledger import Ledger


@click.group()
def hold() -> None:
    """Deliveries that are unlike what their sender has sent before, and wait until a person has said why."""


@hold.command("list")
def hold_list() -> None:
    """Every delivery that waits, with the figures that hold it."""
    from sources.regional.holds.answers import waiting

    with Ledger(_home().ledger) as ledger:
        found = waiting(ledger)
    for held in found:
        sent, body = held.receipt.body, held.hold.body
        where = f"{sent['organiser_code']} {sent['dataset']} {sent['period']} sequence {sent['sequence']}"
        click.echo(f"{held.receipt.subject}  {where}, held since {held.hold.at:%Y-%m-%d}")
        for one in body["holds"]:
            click.echo(f"  {one['rule']} {one['reason']}")
        if held.answer is not None:
            told = held.answer.body
            left = "; another person must confirm it" if held.needs_second else "; the next night acts on it"
            click.echo(f"  {told['decision']} by {told['who']}: {told['reason']}{left}")
    click.echo(f"{len(found)} held" if found else "nothing is held")


@hold.command("answer")
@click.argument("receipt")
@click.option(
    "--release", "decision", flag_value="release", help="The delivery is right: it counts from the next night on."
)
@click.option("--refuse", "decision", flag_value="refuse", help="The delivery is wrong: it is rejected.")
@click.option("--reason", required=True, help="Why; it is kept in the ledger and told to the sender.")
@click.option(
    "--by", default=None, metavar="NAME", help="Who answers, if it is not the account that runs this command."
)
def hold_answer(receipt: str, decision: str | None, reason: str, by: str | None) -> None:
    """Answer for one held delivery, by its receipt; never by who sent it. In a locked month a second person repeats the answer to confirm it."""
    from sources.regional.catalogue import counties
    from sources.regional.holds.answers import Person, answer

    if decision is None:
        raise SotevarastoError("say --release or --refuse")
    home = _home()
    account = getpass.getuser()
    with Ledger(home.ledger) as ledger:
        person = Person(account, by if by is not None else account)
        event = answer(ledger, counties(), receipt, decision, reason, person, _now(home, ledger))
    kind = "confirmed" if event.kind == "hold_confirmation" else "recorded"
    click.echo(f"{decision} of {receipt} by {person.name} is {kind}; the next night acts on it")


def _now(home: Home, ledger: Ledger) -> datetime:
    """In a simulated home time is the calendar's: that of its last night."""
    nights = ledger.events("night")
    return nights[-1].at if nights and home.profile == "simulated" else datetime.now(UTC)


def _home() -> Home:
    root = default_home(current_profile())
    if not (root / "ledger.sqlite").exists():
        raise SotevarastoError(f"no ledger in {root}; run make nightly first, or set SOTEVARASTO_HOME")
    return Home.open(root, current_profile())
