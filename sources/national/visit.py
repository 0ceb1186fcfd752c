"""One night's visit to one national source: what is asked, what is kept of it, and what comes of it.

Belongs here: counting requests, landing + Parquet + ledger of a snapshot. Does not belong here: what the ledger knows of earlier visits (history.py), a source's
protocol and the meaning of its rows.

A snapshot is kept when its rows say something new; a reply that repeats what is known leaves no trace but the `source_check` event of a whole comparison.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sources.durable import kill_point, replace_file, temp_path
from sources.errors import SotevarastoError
from sources.home import Home
from sources.http import Client, Expect, Reply, Validators
from sources.http.limits import allowed_calls
from sources.landing import Incoming, Landing, Stored
from sources.ledger import Ledger, canonical
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.settings import SourceSettings

if TYPE_CHECKING:
    import polars as pl

JSON = Expect(("application/json",), "json")


@dataclass(frozen=True)
class Part:
    """One reply that a snapshot is made of: the address with its query string, and the query sent as JSON if it was one."""

    address: str
    request: dict[str, Any] | None
    reply: Reply

    def kept(self, landing: Landing) -> dict[str, Any]:
        """What the ledger keeps of the reply, its bytes being in the landing."""
        return _described(self.address, self.request, self.reply, landing.put_bytes(self.reply.body))


@dataclass(frozen=True)
class SavedPart:
    """The same of a reply that was saved as it came. `facts` are what its source knows it by."""

    address: str
    reply: Reply
    incoming: Incoming
    facts: dict[str, Any] = field(default_factory=dict)

    def kept(self, landing: Landing) -> dict[str, Any]:
        return _described(self.address, None, self.reply, landing.take(self.incoming)) | self.facts


@dataclass(frozen=True)
class HeldPart:
    """A part of the snapshot before, that is a part of this one too."""

    body: dict[str, Any]

    def kept(self, landing: Landing) -> dict[str, Any]:
        return self.body


def _described(address: str, request: dict[str, Any] | None, reply: Reply, stored: Stored) -> dict[str, Any]:
    return {
        "address": address,
        "request": request,
        "sha256": stored.sha256,
        "bytes": stored.bytes,
        "etag": reply.etag,
        "last_modified": reply.last_modified,
    }


class Rows(Protocol):
    """Typed rows that can be written, whether they fit into memory or not. `origin` is synthetic if any row is."""

    height: int
    origin: str

    def write(self, path: Path, snapshot_id: str) -> None:
        """As Parquet, with the snapshot's id as the first column."""


class FrameRows:
    """The rows of a polars frame with a column `origin`."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self.height = frame.height
        self.origin = "published" if (frame["origin"] == "published").all() else "synthetic"

    def write(self, path: Path, snapshot_id: str) -> None:
        import polars as pl

        whole = self._frame.select(pl.lit(snapshot_id).alias("snapshot_id"), pl.all())
        whole.write_parquet(path, compression="zstd")


class Visit(History):
    """One visit. Asks through `get` and `post`, keeps through `keep`, and ends in `outcome`."""

    def __init__(
        self, home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
    ) -> None:
        super().__init__(ledger, settings, at)
        self._client, self._home, self._ledger, self._landing = client, home, ledger, landing
        self._before, self._begun = client.counters.requests, time.monotonic()
        self._rate = (settings.http.calls, settings.http.window_seconds)
        self._least = 0
        self._objects: list[str] = []
        self._rows = 0

    def get(
        self,
        path: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        expect: Expect = JSON,
        validators: Validators | None = None,
    ) -> Part:
        """Fetch one JSON reply; an empty list is refused by the client unless `expect` takes it. Several values of a name are sent as repeated keys. With
        `validators` the reply may be `not_modified`. Errors: FetchError."""
        self._least += 1
        pairs = [(name, one) for name, value in (params or {}).items() for one in _each(value)]
        query = "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""
        address = f"{self.settings.shown_url}/{path}{query}"
        return Part(address, None, self._client.get(path, params, expect, validators))

    def post(self, path: str, query: dict[str, Any]) -> Part:
        """Send one query as JSON and fetch its reply. Errors: FetchError."""
        self._least += 1
        return Part(f"{self.settings.shown_url}/{path}", query, self._client.post(path, query, JSON))

    @contextmanager
    def saved(
        self,
        path: str,
        shown: str | None = None,
        params: Mapping[str, str | Sequence[str]] | None = None,
        expect: Expect = JSON,
        facts: dict[str, Any] | None = None,
    ) -> Iterator[SavedPart]:
        """Fetch one reply into a file, for a body that memory need not hold; gone afterwards unless a snapshot kept it. `path` may be a whole address, `shown`
        is then what the ledger calls it. Errors: FetchError."""
        self._least += 1
        with self._landing.incoming() as incoming:
            reply = self._client.save(path, incoming, params, expect)
            yield SavedPart(shown or f"{self.settings.shown_url}/{path}", reply, incoming, facts or {})

    def head(self, path: str, expect: Expect = JSON) -> Reply:
        """What the server says of an address without sending it. Errors: FetchError."""
        self._least += 1
        return self._client.head(path, expect)

    @property
    def requests_least(self) -> int:
        """The requests of this visit so far, repeats left out."""
        return self._least

    def set_rate(self, calls: int, window_seconds: float) -> None:
        """Keep to the limit that the source itself has told."""
        self._client.set_rate(calls, window_seconds)
        self._rate = (calls, window_seconds)

    def keep(
        self,
        name: str,
        parts: Sequence[Part | SavedPart | HeldPart],
        rows: pl.DataFrame | Rows,
        digest: str,
        facts: dict[str, Any],
    ) -> bool:
        """Make a snapshot of object `name` out of its replies and typed rows, unless the newest one has the same `digest`.

        The order is landing, Parquet, ledger: an event stands for files that are there. `facts` go into the event's body. Returns whether it was new.
        """
        latest = self.latest(name)
        if latest is not None and latest["content_sha256"] == digest:
            return False
        typed = rows if hasattr(rows, "write") else FrameRows(rows)
        stored = [part.kept(self._landing) for part in parts]
        whole = stored[0] if len(stored) == 1 else self._index(stored)
        count = len(self._history.get(name, []))
        identity = f"{self.settings.source_code}|{name}|{whole['sha256']}|{count}"
        snapshot_id = hashlib.sha256(identity.encode("utf-8")).hexdigest()[:16]
        path = f"{name.split('/')[0]}/{snapshot_id}.parquet"
        write_rows(self._home, path, snapshot_id, typed)
        kill_point("snapshot.written")
        body = {
            **whole,
            "source_code": self.settings.source_code,
            "object": name,
            "licence": self.settings.licence,
            "attribution": self.settings.attribution,
            "parquet": {"path": path, "rows": typed.height},
            "origin": typed.origin,
            "content_sha256": digest,
            "parts": stored,
            **facts,
        }
        self._history.setdefault(name, []).append(self._ledger.append("snapshot", snapshot_id, body, self.at))
        self._objects.append(name)
        self._rows += typed.height
        return True

    def _index(self, stored: list[dict[str, Any]]) -> dict[str, Any]:
        """Several replies under one hash: that of the list of them, which is kept in the landing beside them."""
        put = self._landing.put_bytes(canonical({"parts": stored}).encode("utf-8"))
        return stored[0] | {"request": None, "sha256": put.sha256, "bytes": sum(part["bytes"] for part in stored)}

    def restore(
        self,
        typed: Callable[[dict[str, Any], list[Any]], pl.DataFrame],
        read: Callable[[bytes], Any] = json.loads,
    ) -> None:
        """Write anew, from landing, each snapshot's Parquet file that is gone.

        `typed` gets an event's body and its parts as `read` gives them (JSON) and returns the rows. Bytes that were erased stay erased. Raises Absent when bytes
        are lost.
        """
        self.restore_rows(lambda body, paths: FrameRows(typed(body, [read(path.read_bytes()) for path in paths])))

    def restore_rows(self, typed: Callable[[dict[str, Any], list[Path]], Rows]) -> None:
        """The same for replies that memory need not hold: `typed` gets the places of the parts' bytes."""
        for event in (event for history in self._history.values() for event in history):
            body = event.body
            gone = not (self._home.parquet / body["parquet"]["path"]).exists()
            if gone and not self._ledger.get("erasure", body["sha256"]):
                paths = [self._landing.path(part["sha256"]) for part in body["parts"]]
                write_rows(self._home, body["parquet"]["path"], event.subject, typed(body, paths))

    def landed(self, body: dict[str, Any]) -> Path:
        """Where the bytes of a part lie. Raises Absent."""
        return self._landing.path(body["sha256"])

    def note_check(self, topic: str, found: dict[str, Any]) -> None:
        """Record that everything of `topic` was compared tonight and what it was known by."""
        checks = self._checks.setdefault(topic, [])
        if checks and checks[-1].body == found and checks[-1].at == self.at:
            return
        subject = f"{self.settings.source_code}/{topic}/{len(checks) + 1}"
        checks.append(self._ledger.append("source_check", subject, found, self.at))

    def outcome(self, faults: Sequence[SotevarastoError] = (), note: str | None = None) -> SourceOutcome:
        """How the visit ended: failed when there is a fault, whatever else was kept."""
        status = "failed" if faults else "new" if self._objects else "unchanged"
        reason = self._reason(faults) if faults else note
        made = self._client.counters.requests - self._before
        allowed = allowed_calls(time.monotonic() - self._begun, *self._rate)
        code = self.settings.source_code
        return SourceOutcome(code, status, self._objects, self._rows, made, self._least, reason, allowed)

    def _reason(self, faults: Sequence[SotevarastoError]) -> str:
        first, more = faults[0], len(faults) - 1
        where = f"{self.settings.http.base.host}: " if isinstance(first, SourceError) else ""
        return f"{where}{first}" + (f" (and {more} more)" if more else "")


def write_rows(home: Home, path: str, snapshot_id: str, rows: Rows) -> None:
    """Write a snapshot's rows to their Parquet file under parquet/, each with the snapshot's id."""
    final = home.parquet / path
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tmp = temp_path(final)
    try:
        rows.write(tmp, snapshot_id)
        replace_file(tmp, final, 0o600)
    finally:
        tmp.unlink(missing_ok=True)


def _each(value: str | Sequence[str]) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value
