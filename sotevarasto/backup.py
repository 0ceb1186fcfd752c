"""`sotevarasto backup` and `restore`.

Belongs here: which home, and the line that is said. Does not belong here: the copying and the proofs (sources/backup.py, sources/restore.py).
"""

from __future__ import annotations

from pathlib import Path

import click

from sources.backup import Backup, holding_erased, make_backup
from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from sources.ledger import Ledger
from sources.restore import restore


def save(target: Path, keep: int | None) -> None:
    """Make a backup of the home under `target` and say what it holds."""
    root = default_home(current_profile())
    if not (root / "ledger.sqlite").exists():
        raise SotevarastoError(f"no ledger in {root}; run make nightly first, or set SOTEVARASTO_HOME")
    home = Home.open(root, current_profile())
    made = make_backup(home, target, keep)
    size = f"{made.bytes / 1e6:,.1f} MB"
    click.echo(
        f"backup {made.folder}: {made.head.seq} events and {made.files} files ({size}), all of them read and proven"
    )
    with Ledger(home.ledger) as ledger:
        stale = holding_erased(target, ledger)
    if stale:
        names = ", ".join(folder.name for folder in stale)
        click.echo(f"erased bytes are still in earlier backups; remove these folders for good: {names}")


def bring_back(folder: Path) -> None:
    """Restore a backup into the home, which must be empty."""
    root = default_home(current_profile())
    backup = Backup.read(folder)
    home = restore(backup, root, current_profile())
    click.echo(
        f"restored {backup.head.seq} events and {backup.files} files of {backup.made_at:%Y-%m-%d %H:%M} UTC into {home.root}; "
        "run sotevarasto nightly to build the release"
    )
