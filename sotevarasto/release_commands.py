"""`sotevarasto release`: the releases that stand, a package of one, and what moved between two.

Belongs here: the group and its arguments, and the lines that are said. Does not belong here: the package (warehouse/package.py), the comparison (warehouse/difference.py).
"""

from __future__ import annotations

from pathlib import Path

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home


@click.group()
def release() -> None:
    """Releases: the list, a package to take away, what moved between two."""


@release.command("list")
def release_list() -> None:
    """Every release that stands, oldest first; * is the current one."""
    from warehouse.release import current_release, standing_releases

    home = _home()
    current = current_release(home)
    for one in standing_releases(home):
        mark = "*" if current is not None and one.release_id == current.release_id else " "
        rows = sum(table["rows"] for table in one.tables)
        click.echo(
            f"{mark} {one.release_id}  night of {one.at:%Y-%m-%d %H:%M} UTC, {one.profile}, {len(one.tables)} tables, {rows:,} rows, "
            f"ledger row {one.ledger.seq}, code {one.code_fingerprint[:12]}"
        )


@release.command("export")
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--release",
    "release_id",
    metavar="ID",
    help="Another release than the current one; the beginning of its id is enough.",
)
@click.option("--public", is_flag=True, help="Refused: there is no disclosure control yet.")
def release_export(target: Path, release_id: str | None, public: bool) -> None:
    """Write a release as a package into DIR: Parquet files with datapackage.json. Internal, not disclosure-controlled; no person rows."""
    from warehouse.package import PUBLIC, export_package, release_of

    if public:
        raise SotevarastoError(PUBLIC)
    home = _home()
    folder = export_package(home, target, release_of(home, release_id))
    click.echo(f"exported to {folder}: internal, not disclosure-controlled; do not pass it on")


def _home() -> Home:
    home = Home(default_home(current_profile()))
    if not home.releases.is_dir():
        raise SotevarastoError(f"{home.root}: holds no release yet: run `sotevarasto nightly`")
    return home
