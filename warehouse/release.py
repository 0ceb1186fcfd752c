"""Releases as they stand in a home: which there are, which is current, what each says of itself.

What belongs here: reading release.json, pointing `current`, recording a release and its ledger head, keeping the last
three. What does not: building one (warehouse/publish.py), mending after a crash (warehouse/recover.py).
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sources.durable import TEMP_PREFIX, fsync_dir, kill_point, temp_path, write_atomic
from sources.errors import SotevarastoError
from sources.home import Home
from sources.ledger import Event, Head, Ledger

KEPT = 3
MARTS, WAREHOUSE = "marts.duckdb", "warehouse.duckdb"
FACTS, HEAD = "release.json", "ledger_head.json"
FORMAT = 1


class ReleaseError(SotevarastoError):
    """There is no release, or it is not as it should be."""


@dataclass(frozen=True)
class Release:
    """One release, as its release.json says.

    `at` is the business time (aware UTC) of the night that made it, `ledger` the head it was made from, `tables` one
    {"name": "schema.table", "rows", "hash", "file"} each, in the order of names.
    """

    release_id: str
    at: datetime
    profile: str
    ledger: Head
    code_fingerprint: str
    input_fingerprint: str
    tables: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """The content of release.json, as plain values."""
        return asdict(self) | {
            "format": FORMAT,
            "at": self.at.astimezone(UTC).isoformat(),
            "ledger": self.ledger._asdict(),
            "tables": list(self.tables),
        }

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The release in `folder`; None if the folder does not hold a whole one."""
        try:
            facts = json.loads((folder / FACTS).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        whole = facts.get("format") == FORMAT and facts["release_id"] == folder.name
        if not whole or not all((folder / name).is_file() for name in (MARTS, WAREHOUSE)):
            return None
        return cls(
            release_id=facts["release_id"],
            at=datetime.fromisoformat(facts["at"]),
            profile=facts["profile"],
            ledger=Head(**facts["ledger"]),
            code_fingerprint=facts["code_fingerprint"],
            input_fingerprint=facts["input_fingerprint"],
            tables=tuple(facts["tables"]),
        )


def current_release(home: Home) -> Release | None:
    """The release that `current` points to; None before the first."""
    return Release.read(home.current.resolve()) if home.current.is_symlink() else None


def standing_releases(home: Home) -> list[Release]:
    """All whole releases of the home, in the order in which their nights were."""
    folders = (folder for folder in home.releases.iterdir() if not folder.is_symlink() and folder.is_dir())
    releases = (Release.read(folder) for folder in folders if not folder.name.startswith(TEMP_PREFIX))
    return sorted((release for release in releases if release), key=lambda release: (release.ledger.seq, release.at))


def release_heads(home: Home) -> list[Head]:
    """The newest ledger head that each standing release keeps, for `Ledger.verify`."""
    return [_kept_head(home.releases / release.release_id) or release.ledger for release in standing_releases(home)]


def _kept_head(folder: Path) -> Head | None:
    try:
        return Head(**json.loads((folder / HEAD).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def record_head(home: Home, ledger: Ledger) -> None:
    """Write the ledger's head into the current release, so that losing the newest rows shows; nothing without a release."""
    if current_release(home) is not None:
        write_atomic(home.current.resolve() / HEAD, json.dumps(ledger.head()._asdict()) + "\n", mode=0o444)


def point_current(home: Home, release_id: str) -> None:
    """Swap the link `current` to a release in one atomic step."""
    tmp = temp_path(home.current)
    # Relative, so that a home that was moved as a whole still finds its release.
    os.symlink(Path(home.releases.name) / release_id, tmp)
    kill_point("current.linked")
    os.replace(tmp, home.current)
    fsync_dir(home.root)


def record_release(ledger: Ledger, release: Release) -> Event:
    """Append the release's event. Its body follows from release.json alone, so that recovery can append it too."""
    facts = release.as_dict()
    body = {name: facts[name] for name in ("profile", "code_fingerprint", "input_fingerprint", "tables")}
    return ledger.append("release", release.release_id, body, release.at)


def prune(home: Home, ledger: Ledger) -> list[str]:
    """Remove all but the current release and the last three recorded ones; returns the ids removed.

    A release older than the newest erasure goes too, once it is not current: its files still hold erased values.
    """
    current = current_release(home)
    recorded = [event.subject for event in ledger.events("release")]
    erased = max((event.seq for event in ledger.events("erasure")), default=0)
    standing = {release.release_id: release for release in standing_releases(home)}
    kept = [one for one in recorded if one in standing and standing[one].ledger.seq >= erased][-KEPT:]
    if current is not None:
        kept.append(current.release_id)
    removed = sorted(standing.keys() - set(kept))
    for release_id in removed:
        remove_folder(home.releases / release_id)
    return removed


def remove_folder(folder: Path) -> None:
    """Remove a folder so that a crash half-way never leaves a part of it under its own name."""
    tmp = temp_path(folder)
    os.rename(folder, tmp)
    kill_point("release.set_aside")
    fsync_dir(folder.parent)
    shutil.rmtree(tmp)
