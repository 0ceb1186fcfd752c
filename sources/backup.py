"""Backups of a home: everything that cannot be made again, copied while nights go on, and proven before and after.

What belongs here: one sealed folder a backup, and its verification. What does not: bringing one back (restore.py), when a backup is made and where the folder lies
(the operator's), and what can be built again (releases, reports, Dagster's history).

A backup is laid out like a home, so the proofs of a home are its proofs: ledger, landing, typed slices, quarantine and check results, with SHA256SUMS over all of it.
Slices and quarantine could be made from the landing by the code that made them; later code may judge otherwise, and what was judged then must stay as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from sources.durable import TEMP_PREFIX, alone_in, fsync_dir, kill_point, temp_path, write_atomic
from sources.errors import SotevarastoError
from sources.home import FORMAT, Home
from sources.landing import RESTRICTED, Landing, file_sha256, named_bytes
from sources.ledger import Head, Ledger

BACKUP_FORMAT = 1
FACTS, SUMS, LEDGER = "backup.json", "SHA256SUMS", "ledger.sqlite"
# Only what a simulated home needs to go on: which deliveries its senders have sent.
_FOLDERS = ("landing", "parquet", "quarantine", "checks", "simulator/sent")
# By kind of event: folder, and the part of the body that names a file in it.
_JUDGED = (("parquet", "slice"), ("parquet", "tombstones"), ("quarantine", "quarantine"))
_PARTS = {"verdict": _JUDGED, "hold": _JUDGED, "replay": _JUDGED, "snapshot": (("parquet", "parquet"),)}
_CHUNK = 1 << 20


class BackupError(SotevarastoError):
    """A backup cannot be made, read or restored."""


@dataclass(frozen=True)
class Backup:
    """A sealed backup. `made_at` is aware UTC; `head` the newest row of its ledger; `files` and `bytes` count all it holds."""

    folder: Path
    made_at: datetime
    profile: str
    home_format: int
    head: Head
    files: int
    bytes: int

    @classmethod
    def read(cls, folder: Path) -> Backup:
        """The backup in `folder`. BackupError when it is none, unfinished, or of another format."""
        place = folder / FACTS
        try:
            facts = json.loads(place.read_text("utf-8"))
            sums = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
            made_at, head = datetime.fromisoformat(facts["made_at"]), Head(**facts["head"])
            counts = {name: facts[name] for name in ("profile", "home_format", "files", "bytes")}
            if facts["format"] != BACKUP_FORMAT:
                raise BackupError(
                    f"{folder}: backup format {facts['format']}, this code reads {BACKUP_FORMAT}: use the code that made it"
                )
            if facts["sums_sha256"] != sums:
                raise BackupError(f"{folder / SUMS}: is not as it was sealed: take another backup")
        except (OSError, ValueError, KeyError, TypeError) as error:
            within = sealed_backups(folder)
            mend = f"name one of those in it, the newest is {within[-1].name}" if within else "take another backup"
            raise BackupError(
                f"{folder}: is no whole backup ({FACTS} or {SUMS}: {type(error).__name__}): {mend}"
            ) from None
        return cls(folder, made_at, head=head, **counts)


def make_backup(home: Home, target: Path, keep: int | None = None) -> Backup:
    """Copy all of `home` that cannot be made again into a new folder under `target`; a night may run meanwhile.

    Bytes that the newest backup there has are hard-linked, once they prove to be whole. With `keep` only that many of the newest stay. BackupError when the ledger or a file
    is damaged, when another backup is being made there, or when `target` lies in the home; OSError when it cannot be written. What was sealed before stays as it is.
    """
    if target.resolve().is_relative_to(home.root):
        raise BackupError(f"{target}: lies in the home that it would save: name a folder elsewhere")
    make_private(target)
    taken = BackupError(f"{target}: another backup is being made there: wait until it has ended")
    with alone_in(target, taken):
        for leftover in target.glob(f"{TEMP_PREFIX}*"):
            shutil.rmtree(leftover)
        earlier = sealed_backups(target)
        made_at = datetime.now(UTC)
        final = target / f"{made_at:%Y%m%dT%H%M%S.%fZ}"
        tmp = temp_path(final)
        try:
            tmp.mkdir(mode=0o700)
            backup = _fill(home, tmp, made_at, earlier[-1] if earlier else None)
            kill_point("backup.filled")
            os.rename(tmp, final)
            fsync_dir(target)
        except BaseException:
            shutil.rmtree(tmp, ignore_errors=True)
            raise
        kill_point("backup.sealed")
        _prune(sealed_backups(target), keep)
    return replace(backup, folder=final)


def sealed_backups(target: Path) -> list[Path]:
    """The folders of the sealed backups under `target`, oldest first."""
    return sorted(p.parent for p in target.glob(f"*/{FACTS}") if not p.parent.name.startswith(TEMP_PREFIX))


def _fill(home: Home, tmp: Path, made_at: datetime, previous: Path | None) -> Backup:
    # The ledger first: bytes precede the events that name them, so whatever it names is there to be copied.
    with Ledger(home.ledger) as ledger:
        ledger.copy_to(tmp / LEDGER)
    kill_point("backup.ledger_copied")
    sums = {LEDGER: file_sha256(tmp / LEDGER)}
    known = read_sums(previous) if previous else {}
    for path in _files(home.root):
        try:
            sums[path] = _take(
                home.root / path, tmp / path, previous / path if path in known else None, known.get(path)
            )
        except FileNotFoundError:
            continue  # erased or replaced meanwhile; what the ledger names is looked for below
        kill_point("backup.file_copied")
    with Ledger(tmp / LEDGER, is_sealed=True) as ledger:
        faults = _faults(ledger, sums)
        head = ledger.head()
    if faults:
        raise BackupError(
            f"{home.root}: {faults[0]}{and_more(faults)}: no backup is made of it; ask `sotevarasto ledger verify`, or run again if something was erased just now"
        )
    text = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    write_atomic(tmp / SUMS, text)
    size = sum((tmp / path).stat().st_size for path in sums)
    facts = {
        "format": BACKUP_FORMAT,
        "made_at": made_at.isoformat(),
        "profile": home.profile,
        "home_format": FORMAT,
        "head": head._asdict(),
        "files": len(sums),
        "bytes": size,
        "sums_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    write_atomic(tmp / FACTS, json.dumps(facts, indent=1) + "\n")
    for folder in (tmp, *(p for p in tmp.rglob("*") if p.is_dir())):
        fsync_dir(folder)
    return Backup(tmp, made_at, facts["profile"], FORMAT, head, len(sums), size)


def _files(root: Path) -> Iterator[str]:
    """The finished files to keep, relative to `root`; never one that is still being written."""
    for name in _FOLDERS:
        for parent, folders, files in os.walk(root / name):
            folders[:] = sorted(folder for folder in folders if not folder.startswith(TEMP_PREFIX))
            for file in sorted(files):
                if not file.startswith(TEMP_PREFIX):
                    yield (Path(parent) / file).relative_to(root).as_posix()


def _take(source: Path, target: Path, earlier: Path | None, known: str | None) -> str:
    """Put one file into the backup; returns its hash. Of an immutable file that the earlier backup has whole, a link; never one into the home itself."""
    make_private(target.parent)
    if earlier is not None and earlier.is_file() and earlier.stat().st_size == source.stat().st_size:
        digest = file_sha256(source)
        if digest == known == file_sha256(earlier):
            os.link(earlier, target)
            return digest
    return copy_file(source, target)


def make_private(folder: Path) -> None:
    """Make a folder and those above it that are missing, all of mode 0700 (`Path.mkdir` would give only the last one it)."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def copy_file(source: Path, target: Path) -> str:
    """Copy one file durably, with its mode; returns the hash of what was written."""
    digest = hashlib.sha256()
    with source.open("rb") as file, target.open("xb") as copy:
        os.fchmod(copy.fileno(), os.fstat(file.fileno()).st_mode & 0o777)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _named(ledger: Ledger) -> Iterator[tuple[str, str | None, str]]:
    """All files that the ledger names and no erasure took: relative path, hash where the ledger has it, and whose it is in words."""
    erasures = [event.body for event in ledger.events("erasure")]
    erased = {name for body in erasures for kind in ("bytes", "parquet", "quarantine") for name in body[kind]}
    for event in ledger.events():
        owner = f"{event.kind} {event.subject}"
        if event.kind in ("receipt", "snapshot"):
            for sha256 in named_bytes(event) - erased:
                yield f"landing/sha256/{sha256[:2]}/{sha256}", sha256, owner
        found = [(kind, event.body.get(part)) for kind, part in _PARTS.get(event.kind, ())]
        for folder, part in found + ([("checks", event.body)] if event.kind == "checks" else []):
            if part and part["path"] not in erased:
                yield f"{folder}/{part['path']}", part.get("sha256"), owner


def _delivered(path: str) -> str:
    """Where landed bytes lie that a sender delivered: apart from published ones, since format 3 of homes."""
    return path.replace("landing/", f"landing/{RESTRICTED}/", 1) if path.startswith("landing/") else path


def _faults(ledger: Ledger, sums: Mapping[str, str], heads: Iterable[Head] = ()) -> list[str]:
    """What is wrong with a ledger and the files beside it, of which `sums` has the hashes; in words."""
    if broken := ledger.verify(heads):
        return broken
    faults = []
    for path, digest, owner in _named(ledger):
        path = _delivered(path) if _delivered(path) in sums else path
        if path not in sums:
            faults.append(f"{path} of {owner} is missing, and no erasure says why")
        elif digest not in (None, sums[path]):
            faults.append(f"{path} of {owner} was changed: it gives {sums[path]}")
    return faults


def and_more(faults: list[str]) -> str:
    return f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""


def read_sums(folder: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every file of a backup."""
    sums = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, _, path = line.partition("  ")
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise BackupError(f"{folder / SUMS}: names {path!r}, which is no file of a backup: take another backup")
        sums[path] = digest
    return sums


def _prune(sealed: list[Path], keep: int | None) -> None:
    for folder in sealed[:-keep] if keep else []:
        # Out of its name first: a backup half removed is no backup.
        tmp = temp_path(folder)
        os.rename(folder, tmp)
        fsync_dir(folder.parent)
        shutil.rmtree(tmp)


def holding_erased(target: Path, ledger: Ledger) -> list[Path]:
    """The backups under `target` that still hold bytes erased since, oldest first."""
    erased = {sha256 for event in ledger.events("erasure") for sha256 in event.body["bytes"]}
    return [f for f in sealed_backups(target) if any(Landing(f / "landing").has(sha256) for sha256 in erased)]


def verify_backup(backup: Backup) -> list[str]:
    """Read every byte of a backup and walk its chain; each fault in words."""
    sums = read_sums(backup.folder)
    present = {LEDGER, *_files(backup.folder)}
    faults = [f"{path} is missing" for path in sorted(sums.keys() - present)]
    faults += [f"{path} was added" for path in sorted(present - sums.keys())]
    for path in sorted(sums.keys() & present):
        place = backup.folder / path
        if not place.is_file() or file_sha256(place) != sums[path]:
            faults.append(f"{path} was changed, or is cut short")
    if faults:
        return faults
    with Ledger(backup.folder / LEDGER, is_sealed=True) as ledger:
        return _faults(ledger, sums, [backup.head])
