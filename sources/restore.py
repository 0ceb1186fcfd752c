"""Bringing a backup back: an empty home, made from a backup that first proves to be whole.

What belongs here: the order of the steps, so that a restore cut short is seen as such and can be run again. What does not: the backup itself (backup.py), and building
a release of what was restored (the next night).
"""

from __future__ import annotations

import os
from pathlib import Path

from sources.backup import Backup, BackupError, and_more, copy_file, make_private, read_sums, verify_backup
from sources.durable import TEMP_PREFIX, fsync_dir, fsync_file, kill_point, temp_path
from sources.home import FORMAT, Home
from sources.landing import file_sha256


def restore(backup: Backup, root: Path, profile: str) -> Home:
    """Make the home at `root`, an empty folder or none, from `backup`; the next night builds its release.

    A restore that was cut short is taken up by the next one of the same backup; until then the home refuses everything else. BackupError, and nothing written: the backup is
    damaged, of another profile or of a newer format, or there is something at `root`.
    """
    home = Home(Path(os.path.abspath(root)))
    if backup.profile != profile:
        raise BackupError(
            f"{backup.folder}: is of a {backup.profile} home, the profile is {profile}: set SOTEVARASTO_PROFILE={backup.profile}"
        )
    if backup.home_format > FORMAT:
        raise BackupError(
            f"{backup.folder}: is of home format {backup.home_format}, this code reads up to {FORMAT}: use newer code"
        )
    if _is_used(home.root) and not home.is_restoring(backup.head.hash):
        raise BackupError(f"{home.root}: is not empty: restore into a new folder (set SOTEVARASTO_HOME)")
    if faults := verify_backup(backup):
        raise BackupError(f"{backup.folder}: {faults[0]}{and_more(faults)}: nothing was restored; take another backup")
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.mark_restoring(backup.profile, backup.head.hash)
    kill_point("restore.marked")
    for path, digest in sorted(read_sums(backup.folder).items()):
        _put_back(backup.folder / path, home.root / path, digest)
        kill_point("restore.file_copied")
    _settle(home.root)
    home.end_restoring(backup.profile, backup.home_format)
    return Home.open(home.root, profile)


def _is_used(root: Path) -> bool:
    return root.exists() and any(not entry.name.startswith(TEMP_PREFIX) for entry in root.iterdir())


def _put_back(source: Path, target: Path, digest: str) -> None:
    """One file, under its name only once it is whole. What an earlier attempt put there whole stays."""
    if target.is_file() and file_sha256(target) == digest:
        fsync_file(target)
        return
    make_private(target.parent)
    tmp = temp_path(target)
    try:
        if copy_file(source, tmp) != digest:
            raise BackupError(f"{source}: did not read back as it was sealed: take another backup")
        os.replace(tmp, target)
    except BaseException:
        tmp.unlink(missing_ok=True)
        raise


def _settle(root: Path) -> None:
    """Remove what an earlier attempt left unfinished, and make every folder durable."""
    for parent, _, files in os.walk(root):
        for name in files:
            if name.startswith(TEMP_PREFIX):
                (Path(parent) / name).unlink()
        fsync_dir(Path(parent))
