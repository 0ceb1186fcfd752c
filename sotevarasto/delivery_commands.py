"""`sotevarasto delivery`: what may be done with single deliveries.

Belongs here: the group, to which each command registers itself. Does not belong here: work.
"""

from __future__ import annotations

import click

from sotevarasto.county import check


@click.group()
def delivery() -> None:
    """One delivery: check it before it is sent."""


delivery.add_command(check)
