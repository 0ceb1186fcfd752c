"""The inbox: what lies in inbox/<organiser>/, and what of it is complete. Looking changes nothing.

Belongs here: listing, and telling arrivals from what still waits. Whatever name a sender chose is a label: names come from the folder's own listing and are
never followed, composed into SQL or given to a shell.
Does not belong here: taking a delivery in (receipt.py) and whether it is a good one (intake.py).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from sources.home import NATIONAL_INBOX
from sources.regional import signature
from sources.regional.limits import limits
from sources.regional.manifest import MAX_BYTES, SUFFIX, Cut, Manifest, Refused, parse_manifest, too_large
from sources.regional.shown import shown

_LABEL = 200
_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFLNK: "symbolic link",
    stat.S_IFIFO: "FIFO",
    stat.S_IFDIR: "folder",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFSOCK: "socket",
}

# (organiser code, entry) -> True when the entry was seen before this night and was not written to since.
Settled = Callable[[str, "Entry"], bool]


@dataclass(frozen=True)
class Entry:
    """One name in an inbox folder, as lstat sees it. `label` is the name as a person may see it."""

    name: str
    kind: str
    inode: int
    mtime_ns: int
    bytes: int

    @property
    def label(self) -> str:
        return shown(self.name, _LABEL)


@dataclass(frozen=True)
class Arrival:
    """A delivery that is complete, or that will never be. `content` is None when the manifest could not be read; `refusal` is what is already known against it;
    `signature` is the file of that name beside the manifest."""

    organiser_code: str
    manifest: Entry
    entries: tuple[Entry, ...]
    content: Manifest | None = None
    refusal: Refused | None = None
    signature: Entry | None = None

    @property
    def order(self) -> tuple:
        """Total order over arrivals: it follows from what was sent, never from when a file system happened to list it."""
        content = self.content
        key = (content.dataset, content.period, content.sequence) if content else ("", "", 0)
        return (self.organiser_code, *key, self.manifest.name)


@dataclass(frozen=True)
class Waiting:
    """A name in the inbox that is not complete yet, what it waits for, since when (ISO 8601, UTC), and whether that is longer than it should."""

    organiser_code: str
    label: str
    reason: str
    since: str | None = None
    is_overdue: bool = False


@dataclass(frozen=True)
class Scan:
    """What one look at the inbox found. `problems` are lines for the operator."""

    arrivals: tuple[Arrival, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class _Claim:
    """One manifest of a folder while the folder is judged."""

    entry: Entry
    digest: str = ""
    content: Manifest | None = None
    refusal: Refused | None = None
    waits: dict[str, str] = field(default_factory=dict)


def never_settled(organiser_code: str, entry: Entry) -> bool:
    """For a caller without a ledger: everything incomplete still waits."""
    return False


def scan(inbox: Path, organisers: Collection[str], settled: Settled = never_settled) -> Scan:
    """Look at every organiser's folder; nothing is changed and no data file is opened.

    A delivery has arrived when its manifest and all files it names are there in full. Data without a manifest, a manifest without its data, and a file that
    may still grow wait.
    """
    arrivals: list[Arrival] = []
    waiting: list[Waiting] = []
    problems: list[str] = []
    for name in sorted(set(os.listdir(inbox)) - {NATIONAL_INBOX}):
        if name not in organisers:
            problems.append(
                f"inbox/{shown(name)}: no county file has this code, so nothing in it is taken in; add the county or remove the folder"
            )
            continue
        try:
            found = scan_folder(name, list_folder(inbox / name), inbox / name, settled)
        except OSError as error:
            problems.append(
                f"inbox/{name}: cannot be read ({error.strerror}); it must be a folder that this user may read and write"
            )
            continue
        arrivals += found.arrivals
        waiting += found.waiting
        problems += found.problems
    return Scan(tuple(arrivals), tuple(waiting), tuple(problems))


def list_folder(folder: Path) -> dict[str, Entry]:
    """Every entry of a folder by name, in the order of names. OSError when it is no folder or may not be read."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        entries = {
            name: entry_of(name, os.stat(name, dir_fd=descriptor, follow_symlinks=False))
            for name in sorted(os.listdir(descriptor))
        }
    finally:
        os.close(descriptor)
    return entries


def entry_of(name: str, status: os.stat_result) -> Entry:
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "special file")
    if kind == "file" and status.st_nlink != 1:
        kind = "hard link"
    return Entry(name, kind, status.st_ino, status.st_mtime_ns, status.st_size)


def scan_folder(organiser_code: str, entries: dict[str, Entry], folder: Path, settled: Settled) -> Scan:
    """Look at these entries of one sender; manifests are read from `folder`."""
    claims = [_read_claim(folder, e, organiser_code, settled) for e in entries.values() if e.name.endswith(SUFFIX)]
    _refuse_claimed_twice(claims)
    for claim in claims:
        if claim.content and not claim.refusal:
            _compare_with_files(claim, entries, organiser_code, settled)
    arrived = [c for c in claims if c.refusal or not c.waits]
    named = {f.name for c in claims if c.content for f in c.content.files}
    signatures = {signature_of(c.entry) for c in claims}
    arrivals = sorted((_arrival(organiser_code, c, entries) for c in arrived), key=lambda a: a.order)
    waits = {name: reason for c in claims if not c.refusal for name, reason in c.waits.items() if name in entries}
    for entry in entries.values():
        if not entry.name.endswith(SUFFIX) and entry.name not in named | signatures:
            waits[entry.name] = (
                "no manifest names it" if entry.kind == "file" else f"a {entry.kind}, not a file; remove it"
            )
    waiting = [Waiting(organiser_code, entries[name].label, reason) for name, reason in sorted(waits.items())]
    # More than this of one sender in one night waits for the next, so that a flood from one never holds up the others.
    quota = limits().deliveries_per_night
    problems = [
        f"inbox/{organiser_code}: {len(found)} {what}; only the first {quota} are looked at tonight"
        for found, what in ((arrivals, "deliveries"), (waiting, "incomplete files"))
        if len(found) > quota
    ]
    return Scan(tuple(arrivals[:quota]), tuple(waiting[:quota]), tuple(problems))


def _read_claim(folder: Path, entry: Entry, organiser_code: str, settled: Settled) -> _Claim:
    claim = _Claim(entry)
    try:
        if entry.kind == "hard link" and not settled(organiser_code, entry):
            # Some uploaders link the finished file under its name and then remove the temporary one.
            claim.waits[entry.name] = "the manifest has a second name (hard link)"
        elif entry.kind != "file":
            claim.refusal = _odd_kind(entry)
        elif entry.bytes > MAX_BYTES:
            claim.refusal = too_large(entry.bytes)
        else:
            data = _read_bounded(folder / entry.name)
            claim.digest = hashlib.sha256(data).hexdigest()
            claim.content = parse_manifest(data)
    except Refused as refusal:
        if isinstance(refusal, Cut) and not settled(organiser_code, entry):
            claim.waits[entry.name] = f"{refusal.reason}; it may still be on its way"
        else:
            claim.refusal = refusal
    except FileNotFoundError:
        claim.waits[entry.name] = "the manifest went away while it was read"
    return claim


def claimed_names(folder: Path, manifests: list[Entry]) -> set[str]:
    """The data files that these manifests name; one that cannot be read names none."""
    claims = [_read_claim(folder, entry, "", never_settled) for entry in manifests]
    return {file.name for claim in claims if claim.content for file in claim.content.files}


def _odd_kind(entry: Entry) -> Refused:
    reason = f"{entry.label} is a {entry.kind}, not a regular file"
    return Refused("FILE_KIND", reason, declared="file", found=entry.kind, file=entry.label)


def _read_bounded(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1)


def _refuse_claimed_twice(claims: list[_Claim]) -> None:
    """Two different manifests that name the same file contradict each other; two copies of one manifest do not (the second is a duplicate)."""
    holders: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        for file in claim.content.files if claim.content else ():
            holders[file.name].append(claim)
    for name, claimants in holders.items():
        if len({c.digest for c in claimants}) > 1:
            for claim in claimants:
                others = ", ".join(c.entry.label for c in claimants if c is not claim)
                claim.refusal = claim.refusal or Refused(
                    "MANIFEST_TWICE",
                    f"{shown(name)} is named by {claim.entry.label} and by {others}, which differ",
                    found=others,
                    file=shown(name),
                )


def _compare_with_files(claim: _Claim, entries: dict[str, Entry], organiser_code: str, settled: Settled) -> None:
    for file in claim.content.files:
        entry = entries.get(file.name)
        if entry is None:
            claim.waits[claim.entry.name] = f"{shown(file.name)} is not here yet"
        elif entry.kind != "file":
            claim.refusal = claim.refusal or _odd_kind(entry)
        elif entry.bytes != file.bytes:
            # A short file written to after the manifest may still grow; one that the manifest came after was called complete by its sender.
            if (
                entry.bytes < file.bytes
                and entry.mtime_ns > claim.entry.mtime_ns
                and not settled(organiser_code, entry)
            ):
                claim.waits[entry.name] = f"{entry.bytes} of {file.bytes} bytes are here"
                claim.waits[claim.entry.name] = f"{entry.label} is not complete yet"
            else:
                claim.refusal = claim.refusal or Refused(
                    "SIZE",
                    f"{entry.label}: the manifest says {file.bytes} bytes, the file has {entry.bytes}",
                    declared=file.bytes,
                    found=entry.bytes,
                    file=entry.label,
                )


def _arrival(organiser_code: str, claim: _Claim, entries: dict[str, Entry]) -> Arrival:
    named = claim.content.files if claim.content else ()
    found = tuple(entries[f.name] for f in named if f.name in entries)
    return Arrival(
        organiser_code, claim.entry, found, claim.content, claim.refusal, entries.get(signature_of(claim.entry))
    )


def signature_of(manifest: Entry) -> str:
    """The name of the signature file of a manifest."""
    return manifest.name + signature.SUFFIX
