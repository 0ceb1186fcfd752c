"""Admission: what is checked of a delivery as a whole, before any row of it is read.

Belongs here: manifest against folder, datasets, contract version, calendar, and the bytes as landed; each breach under its own rule with both values.
Does not belong here: what other deliveries say about it (sequence.py) and what is inside the files (preflight.py and on).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sources.contract import Contract
from sources.landing import Landing
from sources.regional.county import County, Dialect
from sources.regional.limits import refuse_beyond
from sources.regional.manifest import DataFile, Manifest, Refused, parse_manifest
from sources.regional.signature import read_bounded, verify

# Reserved: what a supplier tests with must never count as a county's own delivery.
TEST_ORGANISER = "TEST"
# A sender's clock may be wrong by hours; a delivery made days from now is a mistake.
_CLOCK_TOLERANCE = timedelta(days=1)
_HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Admitted:
    """A delivery whose files may be read: `files` pairs each file as declared with where its bytes lie in the landing, in the manifest's order."""

    receipt_id: str
    organiser_code: str
    manifest: Manifest
    contract: Contract
    dialect: Dialect
    files: tuple[tuple[DataFile, Path], ...]


def admit(
    receipt_id: str,
    body: dict[str, Any],
    landing: Landing,
    contracts: Mapping[str, Contract],
    counties: Mapping[str, County],
    at: datetime,
) -> Admitted:
    """Check a receipt (its event's body) at business time `at`.

    Raises Refused with the first rule broken; Absent (a LandingError) when the landing lacks the bytes that the receipt names.
    """
    if refusal := body["refusal"]:
        raise Refused(refusal["code"], refusal["reason"], **refusal["values"])
    sent = landing.path(body["manifest_sha256"]).read_bytes()
    manifest = parse_manifest(sent)
    organiser_code = body["organiser_code"]
    _refuse_stranger(manifest.organiser_code, organiser_code)
    county = counties.get(organiser_code)
    if county is not None:
        signed = landing.path(body["signature"]["sha256"]) if body.get("signature") else None
        verify(sent, read_bounded(signed) if signed else None, county.keys, county.must_sign, at)
    refuse_beyond(manifest)
    dialects = county.dialects if county else {}
    if manifest.dataset not in contracts or manifest.dataset not in dialects:
        agreed = ", ".join(sorted(contracts.keys() & dialects.keys())) or "none"
        reason = f"dataset {manifest.dataset} is not agreed with {organiser_code}; agreed: {agreed}"
        raise Refused("DATASET", reason, declared=manifest.dataset, found=agreed)
    contract = contracts[manifest.dataset]
    if manifest.contract_version != contract.version:
        reason = f"contract version {manifest.contract_version} is not in force; version {contract.version} is"
        raise Refused("CONTRACT_VERSION", reason, declared=manifest.contract_version, found=contract.version)
    _refuse_future(manifest, at)
    _refuse_other_bytes(manifest, body["files"])
    files = tuple((file, landing.path(file.sha256)) for file in manifest.files)
    return Admitted(receipt_id, organiser_code, manifest, contract, dialects[manifest.dataset], files)


def _refuse_stranger(declared: str, folder: str) -> None:
    if declared == TEST_ORGANISER:
        reason = f"the manifest is of the test code {TEST_ORGANISER}, the inbox of {folder}"
        raise Refused("TEST_ORGANISER", reason, declared=declared, found=folder)
    if declared != folder:
        reason = f"the manifest is of organiser {declared}, the inbox of {folder}"
        raise Refused("ORGANISER", reason, declared=declared, found=folder)


def _refuse_future(manifest: Manifest, at: datetime) -> None:
    month = at.astimezone(_HELSINKI).strftime("%Y-%m")
    if manifest.period > month:
        raise Refused(
            "PERIOD", f"the month {manifest.period} has not begun; it is {month}", declared=manifest.period, found=month
        )
    if manifest.created_at > at + _CLOCK_TOLERANCE:
        created_at = manifest.created_at.isoformat()
        raise Refused(
            "MANIFEST_TIME", f"created_at {created_at} lies in the future", declared=created_at, found=at.isoformat()
        )


def _refuse_other_bytes(manifest: Manifest, stored: list[dict[str, Any]]) -> None:
    received = {file["name"]: file for file in stored}
    for declared in manifest.files:
        found = received[declared.name]
        if found["bytes"] != declared.bytes:
            reason = f"{declared.name}: the manifest says {declared.bytes} bytes, the file has {found['bytes']}"
            raise Refused("SIZE", reason, declared=declared.bytes, found=found["bytes"])
        if found["sha256"] != declared.sha256:
            reason = f"{declared.name}: the manifest says SHA-256 {declared.sha256}, the file gives {found['sha256']}"
            raise Refused("HASH", reason, declared=declared.sha256, found=found["sha256"])
