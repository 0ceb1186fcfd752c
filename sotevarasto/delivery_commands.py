"""`sotevarasto delivery`: what may be done with single deliveries.

Belongs here: the group and its arguments. Does not belong here: work.
"""

from __future__ import annotations

import click

from sotevarasto.county import check


@click.group()
def delivery() -> None:
    """Single deliveries: check one before it is sent, annul it, judge it again, make its files again."""


delivery.add_command(check)


@delivery.command("annul")
@click.argument("receipt")
@click.option("--reason", required=True, help="Why; it is kept in the ledger.")
@click.option("--by", metavar="NAME", help="Who decides; the user of this machine unless given. Never the sender.")
def delivery_annul(receipt: str, reason: str, by: str | None) -> None:
    """Take an accepted delivery out of force: the one before it holds again. Nothing is removed, and what was known before stays on record."""
    from sotevarasto.deliveries import annul

    annul(receipt, reason, by)


@delivery.command("replay")
@click.option("--organiser", metavar="CODE", help="Only this sender's deliveries.")
@click.option("--dataset", metavar="NAME", help="Only deliveries of this dataset.")
@click.option("--period", metavar="YYYY-MM", help="Only deliveries of this month.")
def delivery_replay(organiser: str | None, dataset: str | None, period: str | None) -> None:
    """Judge landed deliveries again where a changed rule, dialect or mapping touches them."""
    from warehouse.replaying import replay_deliveries

    replay_deliveries(organiser, dataset, period, click.echo)


@delivery.command("redo")
@click.argument("receipt")
def delivery_redo(receipt: str) -> None:
    """Make the missing slice, quarantine or report of a delivery again from its landed bytes."""
    from warehouse.replaying import redo_delivery

    redo_delivery(receipt, click.echo)
