"""`sotevarasto release`: the releases that stand, a package of one, what moved between two, and one of the past built again.

Belongs here: the group and its arguments, and the lines that are said. Does not belong here: the package (warehouse/package.py), the comparison
(warehouse/difference.py), the building (orchestration/rebuilding.py).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home

if TYPE_CHECKING:
    from warehouse.release import Release

SHOWN = 20


@click.group()
def release() -> None:
    """Releases: the list, a package to take away, what moved between two, one of the past built again."""


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


@release.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write every moved figure to this file."
)
def release_diff(before: str, after: str, file: Path | None) -> None:
    """What moved from release A to release B, by indicator, region and period, and why. The beginnings of their ids are enough."""
    from warehouse.difference import compared, summary, write_csv
    from warehouse.package import release_of

    home = _home()
    one, other = release_of(home, before), release_of(home, after)
    with compared(home, one, other) as connection:
        _show_difference(one, other, summary(connection))
        written = write_csv(connection, file) if file else None
    if file:
        click.echo(
            f"{written:,} moved figures written to {file}: internal, not disclosure-controlled; do not pass it on"
        )


@release.command("rebuild")
@click.option(
    "--as-of",
    required=True,
    metavar="DAY|MOMENT",
    help="The newest release of then is built again (UTC; a day stands for its end).",
)
def release_rebuild(as_of: str) -> None:
    """Build a release of the past again from landing and ledger, and compare every table with what was recorded. Exit code 1 when the same code gives other tables."""
    from orchestration.rebuilding import rebuild
    from sources.ledger import Ledger
    from warehouse.cells import moment_of
    from warehouse.lock import NightLock

    home = Home.open(_home().root, current_profile())
    with NightLock(home), Ledger(home.ledger) as ledger:
        found = rebuild(home, ledger, moment_of(as_of))
    code = "the same code" if found.is_same_code else "other code than now"
    for name in found.differing:
        click.echo(f"  {name} is not as it was")
    erased = f"; {found.erasures} erasures since" if found.erasures else ""
    click.echo(
        f"release {found.release_id}, made by {code}, built again: {len(found.tables)} tables, {len(found.differing)} differ{erased}"
    )
    if found.is_proof_broken:
        click.echo(
            "equal inputs and equal code gave another content: ask `sotevarasto ledger verify`, and report it", err=True
        )
        sys.exit(1)


def _show_difference(one: Release, other: Release, found: dict[str, Any]) -> None:
    moved = sum(row["figures"] for row in found["moved"])
    code = "the same code" if one.code_fingerprint == other.code_fingerprint else "other code"
    click.echo(
        f"{one.release_id} to {other.release_id}, by {code}: {moved:,} of {found['figures']:,} current figures moved"
    )
    for row in found["moved"]:
        click.echo(f"  {row['figures']:>9,}  {row['moved']}")
    if moved:
        click.echo("why:")
    for row in found["causes"]:
        click.echo(
            f"  {row['figures']:>9,}  {row['cause']}: {row['indicators']} indicators, {row['regions']} regions, {row['periods']} periods"
        )
    if moved:
        click.echo("by indicator, with the widest change of a total:")
    for row in found["indicators"][:SHOWN]:
        click.echo(f"  {row['figures']:>9,}  {row['indicator_code']}{_widest(row)}")
    if (more := len(found["indicators"]) - SHOWN) > 0:
        click.echo(f"  and {more} more indicators; --csv FILE gives all")


def _widest(row: dict[str, Any]) -> str:
    if row["region_code"] is None:
        return f" ({row['appeared']:,} appeared, {row['gone']:,} gone)" if row["appeared"] or row["gone"] else ""
    from warehouse.cells import period_text

    period = period_text(row["period_grain"], row["period_start"])
    return f": {row['old_value']:f} to {row['new_value']:f} in {row['region_level']} {row['region_code']}, {period} ({row['cause']})"


def _home() -> Home:
    home = Home(default_home(current_profile()))
    if not home.releases.is_dir():
        raise SotevarastoError(f"{home.root}: holds no release yet: run `sotevarasto nightly`")
    return home
