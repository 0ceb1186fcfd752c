"""The ledger: every receipt, verdict, snapshot, release and erasure, append-only and hash-chained.

What belongs here: appending, reading and verifying events. What does not: what an event means (that is derived from
the events by whoever reads them), and anything that can be computed again.

Each row's hash covers all its columns and the hash of the row before it, so a change anywhere breaks the chain from
there on. A chain alone cannot tell that its newest rows are gone, nor that it was written anew from some row on:
`verify` therefore also takes heads (seq, hash) that were kept elsewhere.
"""

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from sources.durable import fsync_file, kill_point
from sources.errors import SotevarastoError

GENESIS = "0" * 64

_TABLE = """CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (kind, subject)
) STRICT"""
_GUARDS = {
    "event_no_update": """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "event_no_delete": """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    "event_in_order": """CREATE TRIGGER event_in_order BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
BEGIN SELECT RAISE(ABORT, 'the ledger takes the next number only'); END""",
}
_SCHEMA = {"event": _TABLE} | _GUARDS
# A bit flipped in a text shows as bytes that are no UTF-8, not always as an error of SQLite's own.
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)
_PAGE = 100
_COLUMNS = "seq, at, recorded_at, kind, subject, body, prev_hash, hash"


class LedgerError(SotevarastoError):
    """The ledger cannot be opened, read or written."""


class LedgerConflict(LedgerError):
    """An event of this kind and subject stands already, with another body."""


class Head(NamedTuple):
    """The newest row of a chain: its number (0 = empty ledger) and its hash."""

    seq: int
    hash: str


class Row(NamedTuple):
    """One row as stored: times as ISO 8601 UTC text, the body as canonical JSON text."""

    seq: int
    at: str
    recorded_at: str
    kind: str
    subject: str
    body: str
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class Event:
    """One event. `at` is business time, `recorded_at` the wall clock (never to reach a table); both aware UTC."""

    seq: int
    at: datetime
    recorded_at: datetime
    kind: str
    subject: str
    body: dict[str, Any]
    hash: str


class Ledger:
    """One open ledger file; may be shared by threads, and by processes (writers queue for up to 30 s)."""

    def __init__(self, path: Path, *, is_sealed: bool = False) -> None:
        """Open the ledger at `path`, creating it (mode 0600) if absent. LedgerError if it is no ledger.

        A sealed one (a backup's copy, to which nobody writes) is only read, and nothing is made beside it.
        """
        self.path = path
        self._mutex = threading.RLock()
        if is_sealed:
            self._open_sealed()
            return
        try:
            # Made by hand, because sqlite would create it with the umask's mode; WAL files inherit this one's.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{path}: the ledger cannot be opened ({error}): {_mend(error)}") from None
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._create()
        except _DAMAGE as error:
            self._db.close()
            raise LedgerError(f"{path}: cannot be used as a ledger ({error}): {_mend(error)}") from None

    def _open_sealed(self) -> None:
        try:
            address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
            self._db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise LedgerError(f"{self.path}: the ledger cannot be opened ({error}): take another backup") from None

    def copy_to(self, path: Path) -> None:
        """Write the ledger as it stands now to one new file (mode 0600), durably; others may append meanwhile."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as copy, self._mutex:
                self._db.backup(copy)
                # Else the copy would want a log file of its own beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise LedgerError(f"{path}: the ledger cannot be copied ({error}): check disk space and folder") from None
        fsync_file(path)

    def _create(self) -> None:
        """Make the table and its guards in an empty file; leave any other file as it is, for `verify` to judge."""
        if self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if not self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                for statement in _SCHEMA.values():
                    self._db.execute(statement)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, kind: str, subject: str, body: dict[str, Any], at: datetime) -> Event:
        """Append one event and make it durable; `at` is the business time (aware).

        Appending the same kind and subject again with an equal body changes nothing and returns the stored event
        (so a step may be retried); with another body it raises LedgerConflict.
        """
        text = canonical(body)
        with self._mutex:
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise LedgerError(f"{self.path}: the ledger cannot be written ({error}): {_mend(error)}") from None
            try:
                stored = self._find(kind, subject)
                if stored is not None and stored.body != text:
                    raise LedgerConflict(
                        f"{self.path}: {kind} '{subject}' stands at row {stored.seq} with other content: "
                        "the ledger is never rewritten; take it up with whoever recorded it first"
                    )
                row = stored or self._insert(kind, subject, text, _text_time(at))
                if stored is None:
                    kill_point("ledger.before_commit")
                self._db.execute("COMMIT")
            except BaseException as error:
                # On a full disk SQLite has rolled back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise LedgerError(
                        f"{self.path}: {kind} '{subject}' could not be recorded ({error}): {_mend(error)}"
                    ) from None
                raise
        if stored is None:
            kill_point("ledger.committed")
        return _event(row)

    def _insert(self, kind: str, subject: str, body: str, at: str) -> Row:
        """Insert the next row of the chain inside the open transaction."""
        head = self.head()
        row = Row(head.seq + 1, at, _text_time(datetime.now(UTC)), kind, subject, body, head.hash, "")
        row = row._replace(hash=_hash(row))
        self._db.execute(f"INSERT INTO event ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return row

    def _find(self, kind: str, subject: str) -> Row | None:
        found = self._read(f"SELECT {_COLUMNS} FROM event WHERE kind = ? AND subject = ?", kind, subject)
        return Row(*found[0]) if found else None

    def _read(self, statement: str, *values: str | int) -> list[tuple]:
        with self._mutex:
            try:
                return self._db.execute(statement, values).fetchall()
            except _DAMAGE as error:
                raise LedgerError(f"{self.path}: cannot be read ({error}): {_mend(error)}") from None

    def get(self, kind: str, subject: str) -> Event | None:
        """The event of this kind and subject, or None."""
        row = self._find(kind, subject)
        return _event(row) if row else None

    def rows(self, kind: str | None = None) -> list[Row]:
        """All rows as stored, or those of one kind, oldest first: for whoever derives facts from them in SQL."""
        where, values = ("", ()) if kind is None else ("WHERE kind = ?", (kind,))
        return [Row(*row) for row in self._read(f"SELECT {_COLUMNS} FROM event {where} ORDER BY seq", *values)]

    def events(self, kind: str | None = None) -> list[Event]:
        """All events, or those of one kind, oldest first."""
        return [_event(row) for row in self.rows(kind)]

    def each(self, kind: str) -> Iterator[Event]:
        """The events of one kind, oldest first, a few in memory at a time; one that is appended meanwhile comes too."""
        query = f"SELECT {_COLUMNS} FROM event WHERE kind = ? AND seq > ? ORDER BY seq LIMIT {_PAGE}"
        last, page = 0, [None] * _PAGE
        while len(page) == _PAGE:
            page = [Row(*row) for row in self._read(query, kind, last)]
            yield from map(_event, page)
            last = page[-1].seq if page else last

    def subjects(self, kind: str) -> list[str]:
        """What the events of one kind are about, oldest first."""
        return [subject for (subject,) in self._read("SELECT subject FROM event WHERE kind = ? ORDER BY seq", kind)]

    def head(self) -> Head:
        """The newest row's number and hash; Head(0, GENESIS) while the ledger is empty."""
        found = self._read("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return Head(*found[0]) if found else Head(0, GENESIS)

    def holds(self, head: Head) -> bool:
        """Whether the row of a head that was kept elsewhere still stands, unchanged."""
        found = self._read("SELECT hash FROM event WHERE seq = ?", head.seq)
        return head == Head(0, GENESIS) or found == [(head.hash,)]

    def verify(self, heads: Iterable[Head] = ()) -> list[str]:
        """Every fault of the file and the chain, in words; an empty list means that all of it holds.

        `heads` are heads kept outside the ledger: each must still stand in it, unchanged.
        """
        with self._mutex:
            try:
                faults = self._file_faults()
                hashes = {0: GENESIS}
                faults += self._chain_faults(hashes)
            except _DAMAGE as error:
                return [f"the ledger file is damaged: {error}"]
        last = max(hashes)
        for head in sorted(set(heads)):
            if head.seq > last:
                faults.append(
                    f"row {head.seq} is missing: a release was made when the ledger had it; now the last row is {last}"
                )
            elif head.seq not in hashes:
                faults.append(f"row {head.seq} is missing: a release was made when the ledger had it")
            elif hashes[head.seq] != head.hash:
                faults.append(f"row {head.seq} is not the one that a release was made from: the chain was rewritten")
        return faults

    def _file_faults(self) -> list[str]:
        """What SQLite itself finds, and guards that are not as this code made them."""
        found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(20)")]
        faults = [f"the ledger file is damaged: {text}" for text in found if text != "ok"]
        stored = dict(self._db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        faults += [
            f"{name} of the ledger is missing or changed" for name, sql in _SCHEMA.items() if stored.get(name) != sql
        ]
        faults += [f"{name} does not belong in the ledger" for name in sorted(stored.keys() - _SCHEMA.keys())]
        return faults

    def _chain_faults(self, hashes: dict[int, str]) -> list[str]:
        """Walk the chain; fills `hashes` (seq → stored hash) on the way."""
        faults, previous = [], Head(0, GENESIS)
        for found in self._db.execute(f"SELECT {_COLUMNS} FROM event ORDER BY seq"):
            row = Row(*found)
            if row.seq == previous.seq + 2:
                faults.append(f"row {row.seq - 1} is missing")
            elif row.seq != previous.seq + 1:
                faults.append(f"rows {previous.seq + 1} to {row.seq - 1} are missing")
            elif row.prev_hash != previous.hash:
                faults.append(f"row {row.seq} does not follow row {previous.seq}: the link is broken")
            if not all(isinstance(value, str) for value in row[1:]):
                faults.append(f"row {row.seq} was changed: it holds something that is not text")
            elif _hash(row) != row.hash:
                faults.append(
                    f"row {row.seq} ({row.kind} '{row.subject}') was changed: its content does not give its hash"
                )
            hashes[row.seq] = row.hash
            previous = Head(row.seq, row.hash)
        return faults


def canonical(body: dict[str, Any]) -> str:
    """The one JSON text of a body: keys sorted, no spaces, no NaN; equal bodies give equal text."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _hash(row: Row) -> str:
    """SHA-256 over every column but the hash itself, as one JSON list (so that no two rows share a text)."""
    text = json.dumps(row[:-1], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _mend(error: Exception) -> str:
    """What to do about a failure of SQLite: the disk and the owner are not the file's fault, damage is."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return "another process works on it; wait for that one to end"
    if isinstance(error, OSError) or name.startswith(
        ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
    ):
        return "nothing is lost; make room, check the folder, its owner and the disk, and run again"
    return "restore it from a backup"


def _text_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(
            "the ledger takes aware times only: a time without an offset is a different moment in each zone"
        )
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _event(row: Row) -> Event:
    return Event(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        recorded_at=datetime.fromisoformat(row.recorded_at),
        kind=row.kind,
        subject=row.subject,
        body=json.loads(row.body),
        hash=row.hash,
    )
