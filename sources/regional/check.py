"""A delivery judged where it is made: the sender's own desk, before anything is sent.

Belongs here: taking a delivery's files and manifest through the steps of the intake (look, receipt, admission, judging, report), with nothing but a temporary folder.
Does not belong here: the steps themselves, so that both places have one set of rules; what only the receiver can know (earlier deliveries, holds); making a
manifest (own_manifest.py). No network, no ledger, no warehouse.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.home import Home
from sources.landing import file_sha256
from sources.regional.admission import Admitted, admit
from sources.regional.county import County
from sources.regional.inbox import Arrival, Entry, entry_of, scan_folder
from sources.regional.manifest import SUFFIX, Refused
from sources.regional.receipt import receipt_body
from sources.regional.report import Case, context_of, write_case
from sources.regional.rules import compile_rules
from sources.regional.sealing import seal_if_received
from sources.regional.shown import shown
from sources.regional.staging import Connections, stage
from sources.regional.totals import added_up
from sources.regional.verdict_body import verdict_body

_PARTS = ("parquet", "quarantine", "build")


class CheckError(SotevarastoError):
    """A check cannot be made of what was given; the message says what to give instead."""


@dataclass(frozen=True)
class Checked:
    """What a check came to: the report's first object and where the report's files lie (`folder`/`receipt_id` with each suffix)."""

    document: dict[str, Any]
    folder: Path
    receipt_id: str

    @property
    def is_accepted(self) -> bool:
        return self.document["status"] == "accepted"


def check(
    files: Sequence[Path],
    manifest: Path,
    organiser_code: str,
    out: Path,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    *,
    at: datetime,
    receipt_id: str | None = None,
) -> Checked:
    """Judge these files under this manifest as the receiver would at `at` (aware), and write the report into `out`.

    The report is the receiver's, byte for byte, but for the receipt's id and the times. CheckError when files or manifest are not a delivery that the receiver
    would take up: one that is not there, or that is not named.
    """
    if organiser_code not in counties:
        raise CheckError(f"no sender has the code {shown(organiser_code)}; known are {', '.join(sorted(counties))}")
    paths = _by_name([*files, manifest])
    arrival = _arrival(paths, manifest, organiser_code)
    digest = _received(arrival.manifest, manifest)["sha256"]
    received = [_received(entry, paths[entry.name]) for entry in arrival.entries]
    sent = receipt_body(arrival, digest, received)
    receipt_id = receipt_id or hashlib.sha256(f"check|{organiser_code}|{digest}".encode()).hexdigest()[:16]
    with tempfile.TemporaryDirectory(prefix="sotevarasto-check-") as folder:
        home = Home(Path(folder))
        for name in _PARTS:
            (home.root / name).mkdir(mode=0o700)
        found = _Found(
            {r["sha256"]: paths[e.name] for r, e in zip(received, arrival.entries, strict=True)} | {digest: manifest}
        )
        document = _judge(home, receipt_id, sent, found, contracts, counties, at, out)
    return Checked(document, out, receipt_id)


@dataclass(frozen=True)
class _Found:
    """Files by their SHA-256 where they lie: what the landing is to the receiver."""

    paths: Mapping[str, Path]

    def path(self, sha256: str) -> Path:
        return self.paths[sha256]


def _by_name(files: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for file in files:
        if found.setdefault(file.name, file) != file:
            raise CheckError(f"two files are named {shown(file.name)}; a delivery has each name once")
    return found


def _arrival(paths: Mapping[str, Path], manifest: Path, organiser_code: str) -> Arrival:
    """The delivery as the receiver's inbox would see it once all of it has arrived."""
    if not manifest.name.endswith(SUFFIX):
        raise CheckError(f"{shown(manifest.name)}: the name of a manifest ends in {SUFFIX}; rename it")
    entries = {name: entry_of(name, os.lstat(path)) for name, path in sorted(paths.items())}
    found = scan_folder(organiser_code, entries, manifest.parent, lambda *_: True)
    # Of which files an unreadable manifest speaks is not known: the receiver judges it alone.
    if found.waiting and (not found.arrivals or found.arrivals[0].content):
        first = found.waiting[0]
        raise CheckError(f"{first.label}: {first.reason}; give every file that the manifest names and no other")
    (arrival,) = found.arrivals
    return arrival


def _received(entry: Entry, path: Path) -> dict[str, Any]:
    is_file = entry.kind == "file"
    digest = file_sha256(path) if is_file else hashlib.sha256(b"").hexdigest()
    return {"name": entry.label, "sha256": digest, "bytes": entry.bytes if is_file else 0}


def _judge(
    home: Home,
    receipt_id: str,
    sent: Mapping[str, Any],
    found: _Found,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    at: datetime,
    out: Path,
) -> dict[str, Any]:
    with Connections(home, 1) as connections:
        try:
            seal_if_received(found, sent, contracts, counties)
            admitted = admit(receipt_id, sent, found, contracts, counties, at)
            verdict = _read(home, connections, admitted)
        except Refused as refusal:
            verdict = verdict_body("rejected", refusal)
        with connections.of_this_thread() as con:
            context = context_of(sent["dataset"], contracts, counties[sent["organiser_code"]], con)
            return write_case(out, Case(receipt_id, at, at, sent, verdict, home.quarantine), context)


def _read(home: Home, connections: Any, admitted: Admitted) -> dict[str, Any]:
    # Of accepted rows the report has nothing but what they add up to, where the manifest says so.
    is_added_up = bool((admitted.manifest.body.get("control_totals") or {}).get("sums"))
    rules, totals = compile_rules(admitted.contract), []
    staged = stage(connections, admitted, rules, keeps_accepted=is_added_up)
    if not staged.refusal:
        staged, totals = added_up(connections, staged)
    facts = replace(staged, slice=None).keep(home)
    if totals:
        facts["control_totals"] = totals
    return verdict_body("rejected" if staged.refusal else "accepted", staged.refusal, **facts)
