"""The landing: every byte received, kept unchanged under its SHA-256; and the one way to remove some.

What belongs here: putting bytes in, finding and re-reading them, erasure with its event. What does not: what the
bytes mean, and whether a delivery is a good one.

What senders deliver may hold what they should not have sent, so all of it lands, and stays, in `restricted/`, apart from
what national sources publish. Deliveries of homes before format 3 lie where published bytes do; they are read there.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sources.durable import TEMP_PREFIX, empty_folder, fsync_dir, fsync_file, kill_point, naming, temp_path
from sources.errors import SotevarastoError
from sources.home import Home
from sources.ledger import Event, Ledger

_CHUNK = 1 << 20
# The folder, within the landing, of what senders deliver: for the owner alone, whatever becomes of the modes above it.
RESTRICTED = "restricted"
_START = 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


class LandingError(SotevarastoError):
    """Something cannot be taken into the landing, or is not in it as it should be."""


class Absent(LandingError):
    """The landing does not have these bytes."""


@dataclass(frozen=True)
class Stored:
    """What was put into the landing: its SHA-256 (hex) and its length in bytes."""

    sha256: str
    bytes: int


class Incoming:
    """Bytes on their way in, in a file of the landing that is not yet one of its own: `Landing.take` makes it one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.restart()

    def restart(self) -> None:
        """Begin anew with nothing."""
        self.path.write_bytes(b"")
        self.start, self.bytes, self._digest = b"", 0, hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Add a piece at the end."""
        if len(self.start) < _START:
            self.start += piece[: _START - len(self.start)]
        self.bytes += len(piece)
        self._digest.update(piece)
        with naming(self.path), self.path.open("ab") as file:
            file.write(piece)
            kill_point("landing.copying")

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Landing:
    """The content-addressed store under `root` (a home's landing folder)."""

    def __init__(self, root: Path) -> None:
        self._open = root / "sha256"
        self._restricted = root / RESTRICTED / "sha256"

    def put_file(self, path: Path, *, is_restricted: bool = False) -> Stored:
        """Copy one file in; the original is left alone. Putting the same bytes again changes nothing.

        Only a regular file with one name is taken. LandingError: symbolic or hard link, folder, FIFO, device, or
        a file that cannot be opened.
        """
        try:
            # Never follow a link out of the inbox, and never wait for a FIFO's other end.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise LandingError(f"{path}: cannot be taken in ({error.strerror}): put down a regular file") from None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise LandingError(f"{path}: is not a regular file: put down a regular file")
            if status.st_nlink != 1:
                raise LandingError(f"{path}: has another name elsewhere (hard link): put down a copy of its own")
            with os.fdopen(os.dup(descriptor), "rb") as source:
                return self._put(_chunks(source), is_restricted)
        finally:
            os.close(descriptor)

    def put_bytes(self, data: bytes, *, is_restricted: bool = False) -> Stored:
        """Put bytes already in memory in; the same bytes again change nothing."""
        return self._put([data], is_restricted)

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """A file to write a body into as it comes; gone afterwards unless it was taken in."""
        self._open.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = temp_path(self._open / "new")
        try:
            with naming(self._open):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
                yield Incoming(path)
        finally:
            path.unlink(missing_ok=True)

    def take(self, incoming: Incoming) -> Stored:
        """Make bytes that came in one of the landing's own, and let `incoming` point to them; the same bytes again change nothing."""
        os.chmod(incoming.path, 0o444)
        fsync_file(incoming.path)
        kill_point("landing.copied")
        incoming.path = _settled(incoming.path, self._open, incoming.sha256)
        return Stored(incoming.sha256, incoming.bytes)

    def _put(self, chunks: Iterable[bytes], is_restricted: bool) -> Stored:
        store, mode = (self._restricted, 0o400) if is_restricted else (self._open, 0o444)
        for folder in reversed((store, *store.parents[: 1 + is_restricted])):
            folder.mkdir(mode=0o700, exist_ok=True)
        tmp = temp_path(store / "new")
        digest, length = hashlib.sha256(), 0
        try:
            descriptor = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with naming(store), open(descriptor, "wb") as copy:
                for chunk in chunks:
                    digest.update(chunk)
                    length += len(chunk)
                    copy.write(chunk)
                    kill_point("landing.copying")
                copy.flush()
                os.fchmod(copy.fileno(), mode)
                kill_point("landing.unflushed")
                os.fsync(copy.fileno())
            kill_point("landing.copied")
            sha256 = digest.hexdigest()
            _settled(tmp, store, sha256)
        finally:
            tmp.unlink(missing_ok=True)
        return Stored(sha256, length)

    def places(self, sha256: str) -> tuple[Path, Path]:
        """Where bytes with this SHA-256 may lie: delivered ones first. LandingError if it is none."""
        if not _SHA256.fullmatch(sha256):
            raise LandingError(f"'{sha256[:80]}' is no SHA-256: give 64 hexadecimal digits in lower case")
        return _place(self._restricted, sha256), _place(self._open, sha256)

    def path(self, sha256: str) -> Path:
        """Where the bytes with this SHA-256 lie. Absent if they were erased or never came."""
        for place in self.places(sha256):
            if place.is_file():
                return place
        raise Absent(f"landing has no bytes {sha256}: erased, or lost; ask `sotevarasto ledger verify`")

    def has(self, sha256: str) -> bool:
        """Whether the bytes with this SHA-256 lie here."""
        return any(place.is_file() for place in self.places(sha256))

    def verify(self) -> list[str]:
        """Read every stored byte again; each file that does not give its own name, in words."""
        faults = []
        for place in sorted((*self._open.glob("*/*"), *self._restricted.glob("*/*"))):
            if not place.is_file() or not _SHA256.fullmatch(place.name) or place.parent.name != place.name[:2]:
                faults.append(f"landing/{place.parent.name}/{place.name} does not belong there")
            elif (found := file_sha256(place)) != place.name:
                faults.append(f"landing bytes {place.name} were changed: they now give {found}")
        return faults


def _settled(tmp: Path, store: Path, sha256: str) -> Path:
    """Give a finished file its own name in a store, unless the bytes stand there already; returns the place."""
    final = _place(store, sha256)
    final.parent.mkdir(mode=0o700, exist_ok=True)
    if not final.exists():
        os.rename(tmp, final)
        kill_point("landing.moved")
    # Also when the bytes stood here before: the run that put them may have died before these two.
    fsync_dir(final.parent)
    fsync_dir(store)
    kill_point("landing.renamed")
    return final


def _place(store: Path, sha256: str) -> Path:
    return store / sha256[:2] / sha256


def file_sha256(path: Path) -> str:
    """The SHA-256 (hex) of a file, read in bounded memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_file(path: Path) -> None:
    """Remove a file and make the removal durable; nothing happens if it or its folder is absent."""
    if os.path.lexists(path):
        path.unlink()
        kill_point("erasure.removed")
        fsync_dir(path.parent)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def erase(home: Home, ledger: Ledger, sha256: str, reason: str, who: str, at: datetime) -> Event:
    """`erase_all` of one file; its event."""
    return erase_all(home, ledger, [sha256], reason, who, at)[0]


def erase_all(home: Home, ledger: Ledger, hashes: Iterable[str], reason: str, who: str, at: datetime) -> list[Event]:
    """Erase bytes and every row derived from them, and record hash, receipts, who and why; `at` is business time. The events are one for each hash, in their order.

    The event comes first: a crash after it is finished by `finish_erasures`, whereas bytes gone with no event would
    be a loss in silence. Erasing twice returns the first event. LandingError if the ledger knows no such bytes or
    the reason is empty; then nothing is erased, whichever of the hashes it is about. The next release is built
    without the rows, and then says that they are absent.
    """
    asked = list(dict.fromkeys(hashes))
    if not reason.strip() or not who.strip():
        raise LandingError(f"erasing {', '.join(asked)} needs a reason and a name: give both")
    new = [sha256 for sha256 in asked if ledger.get("erasure", sha256) is None]
    for sha256 in new:
        _derived(ledger, sha256)
    for sha256 in new:
        # Anew for each: what it shared with one that is erased by now is its own.
        ledger.append("erasure", sha256, _derived(ledger, sha256) | {"reason": reason, "who": who}, at)
    finish_erasures(home, ledger)
    return [ledger.get("erasure", sha256) for sha256 in asked]


def finish_erasures(home: Home, ledger: Ledger) -> None:
    """Remove whatever an erasure event names and is still there; safe to run at any time, any number of times.

    The build folder may hold the rows in any form, so all of it goes first.
    """
    left = [path for event in ledger.events("erasure") for path in _erased(home, event) if os.path.lexists(path)]
    if left:
        empty_folder(home.build)
    for path in left:
        remove_file(path)


def _erased(home: Home, event: Event) -> list[Path]:
    """Every place at which something that an erasure names may lie."""
    body, landing = event.body, Landing(home.landing)
    slices = [folder / "slices" for folder in _release_folders(home)]
    return [
        *(place for sha256 in body["bytes"] for place in landing.places(sha256)),
        *(folder / path for path in body["parquet"] for folder in (home.parquet, *slices)),
        *(home.quarantine / path for path in body["quarantine"]),
        *(
            found
            for path in body["reports"]
            for found in sorted((home.reports / path).parent.glob(f"{Path(path).name}.*"))
        ),
    ]


def missing_bytes(home: Home, ledger: Ledger) -> list[str]:
    """All bytes that a receipt or snapshot names and that are neither in the landing nor erased, in words."""
    landing = Landing(home.landing)
    erased = {sha256 for event in ledger.events("erasure") for sha256 in event.body["bytes"]}
    named: dict[str, str] = {}
    for event in (*ledger.events("receipt"), *ledger.events("snapshot")):
        for sha256 in named_bytes(event):
            named.setdefault(sha256, f"{event.kind} {event.subject}")
    lost = sorted(sha256 for sha256 in named.keys() - erased if not landing.has(sha256))
    return [f"landing bytes {sha256} of {named[sha256]} are gone, and no erasure says why" for sha256 in lost]


def named_bytes(event: Event) -> set[str]:
    """The hashes of all bytes that a receipt or a snapshot is made of."""
    body = event.body
    if event.kind == "receipt":
        signed = [body["signature"]["sha256"]] if body.get("signature") else []
        return {body["manifest_sha256"], *signed, *(file["sha256"] for file in body["files"])}
    return {body["sha256"], *(part["sha256"] for part in body.get("parts", ()))}


def _release_folders(home: Home) -> list[Path]:
    return [folder for folder in home.releases.iterdir() if folder.is_dir() and not folder.name.startswith(TEMP_PREFIX)]


def _derived(ledger: Ledger, sha256: str) -> dict[str, list[str]]:
    """The receipts and snapshots made of the bytes, all bytes that go with them, and the derived files (relative paths)."""
    receipts = [event for event in ledger.events("receipt") if sha256 in named_bytes(event)]
    snapshots = [event for event in ledger.events("snapshot") if event.body["sha256"] == sha256]
    if not receipts and not snapshots:
        raise LandingError(
            f"no receipt or snapshot has bytes {sha256}: take the hash from dq.delivery or meta.snapshot"
        )
    # A snapshot is kept as one reply or as many; those that another snapshot is made of too are not this one's to erase.
    erased = {event.subject for event in ledger.events("erasure")}
    others = [e for e in ledger.events("snapshot") if e not in snapshots and e.body["sha256"] not in erased]
    shared = set().union(*map(named_bytes, others))
    parts = set().union(*map(named_bytes, snapshots)) - shared
    ids = {event.subject for event in receipts}
    # A delivery that was judged again has rows and a report under each judgement's own id.
    again = [event for event in ledger.events("replay") if event.body["receipt_id"] in ids]
    verdicts = [e for kind in ("verdict", "hold") for e in ledger.events(kind) if e.subject in ids] + again
    # A delta's slice is the whole month: it has rows of the deliveries that it stands on.
    dependents = [
        e
        for kind in ("verdict", "hold")
        for e in ledger.events(kind)
        if e.subject not in ids and not ids.isdisjoint(e.body.get("made_of") or ())
    ]
    slices = [e.body.get(kind) for e in (*verdicts, *dependents) for kind in ("slice", "tombstones")]
    slices += [event.body["parquet"] for event in snapshots]
    return {
        "bytes": sorted({sha256} | parts),
        "receipts": [event.subject for event in (*receipts, *again)],
        "dependents": [event.subject for event in dependents],
        "snapshots": [event.subject for event in snapshots],
        "parquet": sorted({found["path"] for found in slices if found}),
        "quarantine": sorted({found["path"] for event in verdicts if (found := event.body["quarantine"])}),
        "reports": [
            f"{receipt.body['organiser_code']}/{subject}"
            for receipt in receipts
            for subject in (receipt.subject, *(e.subject for e in again if e.body["receipt_id"] == receipt.subject))
        ],
    }
