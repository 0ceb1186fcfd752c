"""Recovery: what a crash left half-done is finished or removed. First in every job, under the lock.

What belongs here: temporary files, half releases, the agreement of `current` with the ledger, erasures and inbox
removals that were cut short. What does not: redoing work; whatever was lost before its durable step is simply new.
"""

import os
import shutil
from pathlib import Path

from sources.durable import TEMP_PREFIX, fsync_dir
from sources.home import Home
from sources.landing import finish_erasures
from sources.ledger import Ledger, LedgerError
from sources.regional.receipt import clear_received
from warehouse.release import (
    Release,
    current_release,
    point_current,
    prune,
    record_head,
    record_release,
    release_heads,
    remove_folder,
    standing_releases,
)


def recover(home: Home, ledger: Ledger) -> list[str]:
    """Bring the home to a state that a run may start from; returns what was mended, in words. Idempotent.

    The caller holds the home's lock: a temporary file of a living run would look like one of a dead one.
    """
    _require_heads(home, ledger)
    mended = _remove_temporary(home)
    mended += _remove_half_releases(home)
    mended += _agree(home, ledger)
    mended += [f"removed release {release_id}, which is no longer kept" for release_id in prune(home, ledger)]
    finish_erasures(home, ledger)
    if cleared := clear_received(home, ledger):
        mended.append(f"removed {cleared} received deliveries that still lay in the inbox")
    return mended


def _require_heads(home: Home, ledger: Ledger) -> None:
    """Refuse a ledger that lost rows which a release was made from: what is appended to it now would hide the loss."""
    for head in release_heads(home):
        if not ledger.holds(head):
            raise LedgerError(
                f"{ledger.path}: row {head.seq}, which a release was made from, is gone or changed: restore the ledger from a backup that has it "
                f"(or, to go on without what it lost, remove {home.releases} and {home.current})"
            )


def _remove_temporary(home: Home) -> list[str]:
    """Unfinished files and folders, known by their prefix. Never in the inbox: what lies there is its sender's."""
    found = [entry for entry in home.root.iterdir() if entry.name.startswith(TEMP_PREFIX)]
    for folder in (
        home.landing,
        home.parquet,
        home.quarantine,
        home.checks,
        home.receipts,
        home.reports,
        home.releases,
    ):
        for parent, folders, files in os.walk(folder):
            found += [Path(parent) / name for name in (*folders, *files) if name.startswith(TEMP_PREFIX)]
            folders[:] = [name for name in folders if not name.startswith(TEMP_PREFIX)]
    for entry in found:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    return [f"removed {len(found)} unfinished files"] if found else []


def _remove_half_releases(home: Home) -> list[str]:
    """A link among the releases is a build that was never renamed; a folder without its facts is part of one."""
    mended = []
    for folder in sorted(home.releases.iterdir()):
        if folder.is_symlink():
            folder.unlink()
            fsync_dir(home.releases)
            mended.append(f"removed the unfinished build of release {folder.name}")
        elif Release.read(folder) is None:
            remove_folder(folder)
            mended.append(f"removed the incomplete release {folder.name}")
    return mended


def _agree(home: Home, ledger: Ledger) -> list[str]:
    """Make `current` and the ledger say the same.

    Swapped but not recorded: the release is published, so its event is appended. A link to nothing: back to the newest
    recorded release that stands. (Renamed but not swapped: `prune` removes it, and the run that follows builds it again.)
    """
    current = current_release(home)
    if current is not None:
        if ledger.get("release", current.release_id) is not None:
            return []
        record_release(ledger, current)
        record_head(home, ledger)
        return [f"recorded release {current.release_id}, which was current already"]
    standing = {release.release_id for release in standing_releases(home)}
    recorded = [event.subject for event in ledger.events("release") if event.subject in standing]
    if recorded:
        point_current(home, recorded[-1])
        return [f"pointed current to release {recorded[-1]}, the newest that stands"]
    if home.current.is_symlink():
        home.current.unlink()
        fsync_dir(home.root)
        return ["removed the link current, which pointed to nothing"]
    return []
