"""Receipts: taking a delivery in without ever losing a byte, and clearing the inbox behind it.

Belongs here: every file and the manifest copied to the landing, then one ledger event, only then the inbox files removed; and finishing what a crash cut short.
A receipt means that the bytes are in landing and ledger; no receipt means that the files still lie in the inbox, untouched.
Does not belong here: looking at the inbox (inbox.py), judging (intake.py).
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.durable import kill_point
from sources.home import Home
from sources.landing import Landing, LandingError, file_sha256
from sources.ledger import Event, Ledger
from sources.personal_data import without
from sources.regional import signature
from sources.regional.inbox import Arrival, Entry, claimed_names, entry_of, list_folder
from sources.regional.manifest import SUFFIX


@dataclass(frozen=True)
class Received:
    """The ids of the new receipts, in order, and lines for the operator about what could not be taken in."""

    receipt_ids: tuple[str, ...]
    problems: tuple[str, ...]


def receive(home: Home, ledger: Ledger, landing: Landing, arrivals: Iterable[Arrival], at: datetime) -> Received:
    """Take in arrivals: bytes to the landing, then the receipt, then the inbox is cleared.

    An arrival that already has its receipt (the process died before clearing) gets no second one. A delivery of which a file changes while it is copied, or
    cannot be read, stays in the inbox untouched. OSError when the home itself cannot be written.
    """
    receipts = _Receipts(ledger.each("receipt"))
    new: list[str] = []
    problems: list[str] = []
    for organiser_code, group in _by_organiser(arrivals).items():
        done: list[Arrival] = []
        for arrival in group:
            try:
                event = _receive_one(home, ledger, landing, receipts, arrival, at)
            except (_Changed, LandingError, FileNotFoundError) as error:
                why = str(error) or "a file changed while it was copied"
                problems.append(
                    f"inbox/{organiser_code}/{arrival.manifest.label}: not taken in ({why}); it stays in the inbox for the next night"
                )
                continue
            if event is not None:
                receipts.add(event)
                new.append(event.subject)
                done.append(arrival)
        # Only now: two manifests may name the same file.
        if done:
            entries = [entry for a in done for entry in (*a.entries, *_signature(a))]
            _clear(home.inbox / organiser_code, [a.manifest for a in done], entries)
    clear_received(home, ledger)
    return Received(tuple(new), tuple(problems))


def _by_organiser(arrivals: Iterable[Arrival]) -> dict[str, list[Arrival]]:
    groups: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in sorted(arrivals, key=lambda a: a.order):
        groups[arrival.organiser_code].append(arrival)
    return groups


class _Receipts:
    """The receipts of the ledger, by what makes two arrivals the same or another."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._arrivals: dict[tuple[str, str], list[dict[str, int]]] = defaultdict(list)
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Remember a receipt."""
        sent = event.body
        self._arrivals[sent["organiser_code"], sent["manifest_sha256"]].append(sent["arrival"])

    def of(self, organiser_code: str, manifest_sha256: str) -> list[dict[str, int]]:
        """As what each receipt of these bytes lay in the inbox."""
        return self._arrivals[organiser_code, manifest_sha256]


def _identity(entry: Entry) -> dict[str, int]:
    return {"inode": entry.inode, "mtime_ns": entry.mtime_ns}


def _receive_one(
    home: Home, ledger: Ledger, landing: Landing, receipts: _Receipts, arrival: Arrival, at: datetime
) -> Event | None:
    """Take one arrival in; None when it has its receipt already."""
    folder = home.inbox / arrival.organiser_code
    manifest = _land(landing, folder, arrival.manifest)
    earlier = receipts.of(arrival.organiser_code, manifest["sha256"])
    if _identity(arrival.manifest) in earlier:
        return None
    files = [_land(landing, folder, entry) for entry in arrival.entries]
    signed = [_land(landing, folder, entry) for entry in _signature(arrival)]
    seed = f"{arrival.organiser_code}|{manifest['sha256']}|{len(earlier)}"
    receipt_id = hashlib.sha256(seed.encode()).hexdigest()[:16]
    body = receipt_body(arrival, manifest["sha256"], files) | ({"signature": signed[0]} if signed else {})
    return ledger.append("receipt", receipt_id, body, at)


def _signature(arrival: Arrival) -> tuple[Entry, ...]:
    return (arrival.signature,) if arrival.signature else ()


class _Changed(Exception):
    """A file is no longer the one that was looked at."""


def _land(landing: Landing, folder: Path, entry: Entry) -> dict[str, Any]:
    """Copy one entry in. Of what is no file nothing is read: it counts as empty."""
    if entry.kind == "file":
        stored = landing.put_file(folder / entry.name, is_restricted=True)
        if entry_of(entry.name, os.lstat(folder / entry.name)) != entry or stored.bytes != entry.bytes:
            raise _Changed
    else:
        stored = landing.put_bytes(b"", is_restricted=True)
    return {"name": entry.label, "sha256": stored.sha256, "bytes": stored.bytes}


def receipt_body(arrival: Arrival, manifest_sha256: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    """The body of a receipt event; `files` are name, sha256 and bytes of each file as received."""
    content, refusal = arrival.content, arrival.refusal
    return {
        "organiser_code": arrival.organiser_code,
        "dataset": content.dataset if content else None,
        "period": content.period if content else None,
        "sequence": content.sequence if content else None,
        "manifest_name": arrival.manifest.label,
        "manifest_sha256": manifest_sha256,
        "manifest": without(content.body) if content else None,
        "files": files,
        "contract_version": content.contract_version if content else None,
        "sample_share": str(content.sample_share) if content else None,
        "origin": content.origin if content else None,
        "arrival": _identity(arrival.manifest),
        "refusal": refusal.as_dict() if refusal else None,
    }


def _clear(folder: Path, manifests: Iterable[Entry], entries: Iterable[Entry]) -> None:
    """Remove received deliveries of a sender, manifests last: while one stands, a crash leaves enough to finish the removal. What was replaced meanwhile stays."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for part in (entries, manifests):
            for entry in part:
                _remove_entry(descriptor, entry)
                kill_point("inbox.removed")
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_entry(descriptor: int, entry: Entry) -> None:
    try:
        if entry_of(entry.name, os.stat(entry.name, dir_fd=descriptor, follow_symlinks=False)) != entry:
            return
        if entry.kind == "folder":
            os.rmdir(entry.name, dir_fd=descriptor)
        else:
            os.unlink(entry.name, dir_fd=descriptor)
    except FileNotFoundError:
        return
    except OSError:
        if entry.kind != "folder":
            raise
        # A folder with something in it: its content has no receipt, so it stays and is reported as waiting.


def clear_received(home: Home, ledger: Ledger) -> int:
    """Finish removals that a crash cut short; returns how many deliveries were cleared.

    Only bytes that are proven to be in a receipt are removed, and none that a manifest without a receipt still names.
    """
    folders = _with_manifests(home.inbox)
    standing = {(code, e.inode, e.mtime_ns) for code, (_, manifests) in folders.items() for e in manifests}
    by_folder: dict[str, dict[tuple[int, int], Event]] = defaultdict(dict)
    for event in ledger.each("receipt") if standing else ():
        code, arrival = event.body["organiser_code"], event.body["arrival"]
        if (code, arrival["inode"], arrival["mtime_ns"]) in standing:
            by_folder[code][arrival["inode"], arrival["mtime_ns"]] = event
    cleared = 0
    for organiser_code, events in sorted(by_folder.items()):
        folder = home.inbox / organiser_code
        entries, manifests = folders[organiser_code]
        received = [(entry, event) for entry in manifests if (event := _receipt_of(folder, entry, events))]
        open_names = claimed_names(folder, [e for e in manifests if e not in [entry for entry, _ in received]])
        for entry, event in received:
            if not open_names & _named(event):
                _clear(folder, [entry], _received_entries(folder, entries, event))
                cleared += 1
    return cleared


def _with_manifests(inbox: Path) -> dict[str, tuple[dict[str, Entry], list[Entry]]]:
    """Each sender's folder in which a manifest stands: its entries by name, and the manifests."""
    found = {}
    for name in sorted(os.listdir(inbox)):
        try:
            entries = list_folder(inbox / name)
        except OSError:
            continue  # no folder, or one that the scan reports
        if manifests := [entry for entry in entries.values() if entry.name.endswith(SUFFIX)]:
            found[name] = entries, manifests
    return found


def _receipt_of(folder: Path, manifest: Entry, events: dict[tuple[int, int], Event]) -> Event | None:
    event = events.get((manifest.inode, manifest.mtime_ns))
    return event if event and _same_bytes(folder, manifest, event.body["manifest_sha256"]) else None


def _named(event: Event) -> set[str]:
    return {f["name"] for f in event.body["manifest"]["files"]} if event.body["manifest"] else set()


def _received_entries(folder: Path, entries: dict[str, Entry], event: Event) -> list[Entry]:
    body = event.body
    signed = [body["signature"]] if body.get("signature") else []
    stored = {f["name"]: f["sha256"] for f in (*body["files"], *signed)}
    names = _named(event) | ({f"{body['manifest_name']}{signature.SUFFIX}"} if signed else set())
    found = [entry for name, entry in entries.items() if name in names]
    return [e for e in found if e.kind != "file" or (e.label in stored and _same_bytes(folder, e, stored[e.label]))]


def _same_bytes(folder: Path, entry: Entry, sha256: str) -> bool:
    if entry.kind != "file":
        return sha256 == hashlib.sha256(b"").hexdigest()
    try:
        return file_sha256(folder / entry.name) == sha256
    except FileNotFoundError:
        return False  # two receipts named it, and it was cleared with the first
