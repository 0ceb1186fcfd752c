"""Admission: what is checked of a delivery as a whole, before any row of it is read.

Belongs here: manifest against folder, datasets, contract version, calendar, and the bytes as landed; each breach under its own rule with both values.
Does not belong here: what other deliveries say about it (sequence.py) and what is inside the files (preflight.py and on).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sources.contract import Contract
from sources.landing import Landing
from sources.regional.county import County, Dialect
from sources.regional.keys_only import dialect_of_keys, of_keys
from sources.regional.limits import refuse_beyond
from sources.regional.manifest import DELETE, DataFile, Manifest, Refused, parse_manifest, refusal_of, together
from sources.regional.sender import TEST_ORGANISER, county_of, is_test
from sources.regional.signature import read_bounded, verify

# A sender's clock may be wrong by hours; a delivery made days from now is a mistake.
_CLOCK_TOLERANCE = timedelta(days=1)
_HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Admitted:
    """A delivery whose files may be read: `files` pairs each file as declared with where its bytes lie in the landing, in the manifest's order.

    `contract` and `dialect` are what the files are held against: of a delete the key columns alone; `whole_contract` is the dataset's own.
    """

    receipt_id: str
    organiser_code: str
    manifest: Manifest
    contract: Contract
    dialect: Dialect
    files: tuple[tuple[DataFile, Path], ...]
    whole_contract: Contract


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
        raise refusal_of(refusal)
    sent = landing.path(body["manifest_sha256"]).read_bytes()
    manifest = parse_manifest(sent)
    organiser_code = body["organiser_code"]
    _refuse_stranger(manifest.organiser_code, organiser_code)
    _refuse_test(manifest, counties)
    county = county_of(body, counties)
    # Whoever tries a delivery out need not hold the keys of the sender in whose form it is written.
    if county is not None and not is_test(body):
        signed = landing.path(body["signature"]["sha256"]) if body.get("signature") else None
        verify(sent, read_bounded(signed) if signed else None, county.keys, county.must_sign, at)
    refuse_beyond(manifest)
    dialects = county.dialects if county else {}
    if manifest.dataset not in contracts or manifest.dataset not in dialects:
        agreed = ", ".join(sorted(contracts.keys() & dialects.keys())) or "none"
        reason = f"dataset {manifest.dataset} is not agreed with {organiser_code}; agreed: {agreed}"
        raise Refused("DATASET", reason, declared=manifest.dataset, found=agreed)
    contract, dialect = contracts[manifest.dataset], dialects[manifest.dataset]
    _refuse_version(manifest.contract_version, contract, at)
    _refuse_future(manifest, at)
    _refuse_beyond_window(manifest, contract, at)
    _refuse_other_bytes(manifest, body["files"])
    files = tuple((file, landing.path(file.sha256)) for file in manifest.files)
    judged_by = (contract, dialect)
    if manifest.mode == DELETE:
        judged_by = (of_keys(contract), dialect_of_keys(dialect, contract))
    return Admitted(receipt_id, organiser_code, manifest, *judged_by, files, contract)


def _refuse_stranger(declared: str, folder: str) -> None:
    if declared == TEST_ORGANISER != folder:
        reason = f"the manifest is of the test code {TEST_ORGANISER}, the inbox of {folder}"
        raise Refused("TEST_ORGANISER", reason, declared=declared, found=folder)
    if declared != folder:
        reason = f"the manifest is of organiser {declared}, the inbox of {folder}"
        raise Refused("ORGANISER", reason, declared=declared, found=folder)


def _refuse_test(manifest: Manifest, counties: Mapping[str, County]) -> None:
    """Only the test organiser says whose dialect it writes, and it must."""
    is_test, named = manifest.organiser_code == TEST_ORGANISER, manifest.as_organiser
    if is_test and named not in counties:
        reason = f"a delivery of {TEST_ORGANISER} says by as_organiser whose dialect its files are written in; {named or 'nobody'} is no organiser"
        raise Refused("AS_ORGANISER", reason, declared="an organiser code", found=named or "none")
    if named and not is_test:
        reason = f"the manifest has as_organiser {named}, but only a delivery of {TEST_ORGANISER} is written in the dialect of another"
        raise Refused("AS_ORGANISER", reason, declared=TEST_ORGANISER, found=manifest.organiser_code)


def _refuse_version(declared: str, contract: Contract, at: datetime) -> None:
    """The contract's own version from its first day on, and each earlier one that it still accepts until its last day; days are Finnish."""
    today, own = at.astimezone(_HELSINKI).date(), contract.version
    begins = contract.extras.get("in_force_from")
    ends = {v["version"]: date.fromisoformat(v["until"]) for v in contract.extras.get("accepted_versions", ())}
    told = {}
    if declared == own:
        if not begins or today >= date.fromisoformat(begins):
            return
        why, told = f"is not in force before {begins}", {"begins": begins}
    elif declared not in ends:
        why = f"is not in force; version {own} is"
    elif today <= ends[declared]:
        return
    else:
        why = f"was accepted until {ends[declared]}; version {own} is in force"
    raise Refused("CONTRACT_VERSION", f"contract version {declared} {why}", declared=declared, found=own, **told)


def _refuse_beyond_window(manifest: Manifest, contract: Contract, at: datetime) -> None:
    """A month of so long ago is more often a mistyped year than a correction; who means it agrees on it first."""
    months = contract.extras.get("redelivery_window_months")
    if months is None:
        return
    today = at.astimezone(_HELSINKI).date()
    first = today.year * 12 + today.month - 1 - months
    oldest = f"{first // 12}-{first % 12 + 1:02d}"
    if manifest.period < oldest:
        reason = (
            f"the month {manifest.period} lies more than {months} months back; the oldest that is taken in is {oldest}"
        )
        raise Refused("WINDOW", reason, declared=manifest.period, found=oldest)


def _refuse_future(manifest: Manifest, at: datetime) -> None:
    month = at.astimezone(_HELSINKI).strftime("%Y-%m")
    if manifest.period > month:
        raise Refused(
            "PERIOD", f"the month {manifest.period} has not begun; it is {month}", declared=manifest.period, found=month
        )
    if manifest.created_at > at + _CLOCK_TOLERANCE:
        created_at = manifest.created_at.isoformat()
        raise Refused(
            "MANIFEST_TIME",
            f"created_at {created_at} lies in the future",
            declared=created_at,
            found=at.isoformat(),
            now=at.isoformat(),
        )


def _refuse_other_bytes(manifest: Manifest, stored: list[dict[str, Any]]) -> None:
    received = {file["name"]: file for file in stored}
    others = []
    for declared in manifest.files:
        found = received[declared.name]
        if found["bytes"] != declared.bytes:
            reason = f"{declared.name}: the manifest says {declared.bytes} bytes, the file has {found['bytes']}"
            values = {"declared": declared.bytes, "found": found["bytes"], "file": declared.name}
            others.append(Refused("SIZE", reason, **values))
        elif found["sha256"] != declared.sha256:
            reason = f"{declared.name}: the manifest says SHA-256 {declared.sha256}, the file gives {found['sha256']}"
            values = {"declared": declared.sha256, "found": found["sha256"], "file": declared.name}
            others.append(Refused("HASH", reason, **values))
    if others:
        raise together(others)
