"""`sotevarasto explain`: the arguments of the command.

Belongs here: reading them. Does not belong here: finding the figure (warehouse/cells.py), what it was made of (warehouse/explaining.py), the words (explain_view.py).
"""

from __future__ import annotations

import click


@click.command()
@click.argument("indicator")
@click.option("--region", required=True, metavar="CODE|NAME", help="The region's code or name.")
@click.option("--period", metavar="PERIOD", help="2026, 2026-Q3 or 2026-09; the latest that there is unless given.")
@click.option(
    "--level",
    help="The region's level, where a code is of several: county, country, collaborative_area, joint_authority, municipality.",
)
@click.option("--basis", help="residence, organiser or producer; the first of these that there is unless given.")
@click.option("--sex", help="A population group; total unless given. So with the next three.")
@click.option("--age-group", metavar="TEXT", help="As 75+.")
@click.option("--language-status", metavar="TEXT", help="As fi_sv.")
@click.option("--municipality-type", metavar="TEXT", help="As rural.")
@click.option(
    "--as-of",
    metavar="DAY|MOMENT",
    help="The figure as it was known then (UTC; a day stands for its end), and what was behind it.",
)
@click.option("--verify", is_flag=True, help="Read the landed bytes again and compare their hashes.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(
    indicator: str,
    region: str,
    period: str | None,
    level: str | None,
    basis: str | None,
    as_of: str | None,
    verify: bool,
    form: str,
    **groups: str | None,
) -> None:
    """Where a figure of the minimum dataset comes from, as in: explain contacts_per_1000 --region CODE --period 2026-09

    Tells its definition, the rows, deliveries and snapshots behind it with their hashes, the mappings and checks, what it was before, and the release.
    """
    from sotevarasto.explain_view import show
    from sources.home import Home, current_profile, default_home
    from sources.landing import Landing
    from warehouse.cells import Wanted, moment_of
    from warehouse.explaining import explain as explained
    from warehouse.explaining import verify_bytes
    from warehouse.read import open_release

    home = Home(default_home(current_profile()))
    given = {name: value for name, value in groups.items() if value}
    wanted = Wanted(indicator, region, period, level, basis, given, moment_of(as_of) if as_of else None)
    with open_release(home) as connection:
        found = explained(connection, wanted)
    if verify:
        verify_bytes(found, Landing(home.landing))
    show(found, form)
