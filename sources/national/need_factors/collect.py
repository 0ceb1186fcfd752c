"""Taking in dropped need factors: bytes to the landing, rows to Parquet, a snapshot in the ledger, and only then the folder cleared.

Belongs here: the order of these steps, and what a drop must be beside those before it. Does not belong here: finding drops (drop.py), reading them (factors.py).

A drop's business time is the moment at which it came to us, as its provenance says: two editions dropped before the same night become known one after the
other. What is refused stays in the folder untouched and is told every night until somebody mends or removes it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract, load_contract
from sources.durable import fsync_dir, kill_point
from sources.home import Home
from sources.landing import Landing, LandingError, Stored
from sources.ledger import Event, Ledger
from sources.national.digest import content_digest
from sources.national.need_factors.drop import Provenance, folder_of, provenances, read_provenance, unclaimed
from sources.national.need_factors.factors import factor_rows, require_whole
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.visit import FrameRows, write_rows

if TYPE_CHECKING:
    import polars as pl

SOURCE, OBJECT = "thl_need_factors", "need_factors"
CONTRACT = Path(__file__).with_name("need_factors.yml")


def collect_need_factors(home: Home, ledger: Ledger, landing: Landing, at: datetime) -> SourceOutcome:
    """Take in what was dropped, in the order in which it came to us; `at` is the night's business time (aware).

    A drop that cannot be used ends in a `failed` outcome with one line; those that can are kept all the same. Nothing is asked of any host.
    """
    history = [e for e in ledger.events("snapshot") if e.body["source_code"] == SOURCE]
    _restore(home, ledger, landing, history)
    folder, faults, kept = folder_of(home), [], []
    drops, claimed = _landed(folder, landing, faults)
    for path, provenance, stored in drops:
        try:
            event = _take(home, ledger, landing, (provenance, stored, folder), history, at)
        except (SourceError, LandingError) as error:
            faults.append(f"{path.name}: {error}")
            continue
        if event is not None:
            history.append(event)
            kept.append(event)
        _clear(folder, folder / provenance.file, path)
    waiting = [f"{name} waits for its provenance" for name in unclaimed(folder, claimed)]
    rows = sum(e.body["parquet"]["rows"] for e in kept)
    status = "failed" if faults else "new" if kept else "unchanged"
    objects = [f"{OBJECT}/{e.body['vintage']}" for e in kept]
    return SourceOutcome(SOURCE, status, objects, rows, 0, 0, "; ".join([*faults, *waiting]) or None)


def _landed(
    folder: Path, landing: Landing, faults: list[str]
) -> tuple[list[tuple[Path, Provenance, Stored]], set[str]]:
    """Each readable provenance, in the order in which the drops came to us, and all file names that provenances claim."""
    found = []
    for path in provenances(folder):
        try:
            stored = landing.put_file(path)
            found.append((path, read_provenance(path.name, landing.path(stored.sha256).read_bytes()), stored))
        except (SourceError, LandingError) as error:
            faults.append(str(error))
    return sorted(found, key=lambda f: (f[1].obtained_at, f[0].name)), {p.file for _, p, _ in found}


def _take(
    home: Home,
    ledger: Ledger,
    landing: Landing,
    drop: tuple[Provenance, Stored, Path],
    history: list[Event],
    at: datetime,
) -> Event | None:
    """Keep one drop; None when the newest snapshot says the same, or when this very drop was kept before."""
    provenance, described, folder = drop
    if any(e.body["parts"][-1]["sha256"] == described.sha256 for e in history):
        return None
    stored = landing.put_file(folder / provenance.file)
    if stored.sha256 != provenance.sha256:
        raise SourceError(
            f"HVA-NF-0-002: the provenance says SHA-256 {provenance.sha256}, {provenance.file} has {stored.sha256}"
        )
    _refuse_disorder(provenance, history, at)
    frame = _rows(provenance, landing.path(stored.sha256).read_bytes())
    # Equal for two files that say the same under other names.
    digest = content_digest(frame.drop("vintage"))
    if history and history[-1].body["content_sha256"] == digest:
        return None
    snapshot_id = hashlib.sha256(f"{SOURCE}|{OBJECT}|{stored.sha256}|{len(history)}".encode()).hexdigest()[:16]
    path = f"{OBJECT}/{snapshot_id}.parquet"
    write_rows(home, path, snapshot_id, FrameRows(frame))
    kill_point("snapshot.written")
    body = _body(provenance, stored, described) | {
        "parquet": {"path": path, "rows": frame.height},
        "content_sha256": digest,
    }
    return ledger.append("snapshot", snapshot_id, body, provenance.obtained_at)


def _refuse_disorder(provenance: Provenance, history: list[Event], at: datetime) -> None:
    """HVA-NF-0-007: a drop came before this night, after the drops before it, and is of no older edition."""
    if provenance.obtained_at > at:
        raise SourceError(
            f"HVA-NF-0-007: obtained_at {provenance.obtained_at.isoformat()} lies after the night {at.isoformat()}"
        )
    if history and provenance.obtained_at.astimezone(UTC) <= history[-1].at:
        raise SourceError(
            f"HVA-NF-0-007: obtained_at is not after that of {history[-1].body['vintage']}, which is known already"
        )
    if history and provenance.published_on.isoformat() < history[-1].body["source_updated"]:
        raise SourceError(
            f"HVA-NF-0-007: {provenance.vintage} is an older edition than {history[-1].body['vintage']}, which is known already"
        )


def _body(provenance: Provenance, stored: Stored, described: Stored) -> dict[str, Any]:
    parts = [
        {"address": provenance.address, "request": None, "sha256": one.sha256, "bytes": one.bytes}
        for one in (stored, described)
    ]
    return {
        **parts[0],
        "source_code": SOURCE,
        "object": OBJECT,
        "etag": None,
        "last_modified": None,
        "source_updated": provenance.published_on.isoformat(),
        "licence": provenance.licence,
        "vintage": provenance.vintage,
        "provenance": provenance.body,
        "origin": provenance.origin,
        "parts": parts,
    }


def _rows(provenance: Provenance, data: bytes) -> pl.DataFrame:
    frame = factor_rows(provenance, data)
    require_rows(_contract(), frame)
    require_whole(frame)
    if (newest := frame["data_year"].max()) > provenance.published_on.year:
        raise SourceError(f"HVA-NF-0-008: data of {newest} cannot have been published on {provenance.published_on}")
    return frame


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)


def _restore(home: Home, ledger: Ledger, landing: Landing, history: list[Event]) -> None:
    """Write anew, from landing, each snapshot's Parquet file that is gone; erased bytes stay erased."""
    for event in history:
        path, sha256 = event.body["parquet"]["path"], event.body["sha256"]
        if not (home.parquet / path).exists() and not ledger.get("erasure", sha256):
            described = landing.path(event.body["parts"][-1]["sha256"]).read_bytes()
            provenance = read_provenance(event.subject, described)
            rows = FrameRows(factor_rows(provenance, landing.path(sha256).read_bytes()))
            write_rows(home, path, event.subject, rows)


def _clear(folder: Path, *paths: Path) -> None:
    """Remove a drop, the provenance last: while it stands, the next run finds what there is left to remove."""
    for path in paths:
        path.unlink(missing_ok=True)
        kill_point("inbox.removed")
    fsync_dir(folder)
