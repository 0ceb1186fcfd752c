"""Deliveries of which the manifest is wrong, or speaks of what is no file.

Belongs here: what a manifest says and how it is written. Does not belong here: the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sources.simulator.parcel import Parcel
from tests.spoiled.kit import DATASETS, Spoil, Spoiled, fault, register, rejected


def _stated(code: str, **values: object) -> Callable[[Parcel], Parcel]:
    return lambda parcel: rejected(replace(parcel, stated=values), code)


_STATED = {
    "month_to_come": _stated("PERIOD", period="2027-01"),
    "unknown_dataset": _stated("DATASET", dataset="care_episodes"),
    "test_delivery": _stated("TEST_ORGANISER", organiser_code="TEST"),
    "made_in_the_future": _stated("MANIFEST_TIME", created_at="2027-01-01T08:00:00+02:00"),
    "made_at_no_known_hour": _stated("MANIFEST_TIME", created_at="2026-09-10T08:00:00"),
    "contract_to_come": _stated("CONTRACT_VERSION", contract_version="2.0.0"),
    "share_above_one": _stated("MANIFEST_SCHEMA", sample_share="1.5"),
    "part_of_a_month": _stated("MANIFEST_SCHEMA", mode="append"),
    "used_sequence": _stated("SEQ", sequence=1),
    "month_of_long_ago": _stated("WINDOW", period="2020-01"),
    "delta_of_a_month_never_sent": _stated("NO_BASE", mode="delta", period="2026-07"),
    "delta_of_another_origin": _stated("BASE_DIFFERS", mode="delta", origin="reported"),
    "supersedes_what_never_was": _stated("SUPERSEDES", supersedes=7),
    "dialect_of_another": _stated("AS_ORGANISER", as_organiser="05"),
}
for _name, _spoilt in _STATED.items():
    register(_name, _spoilt, datasets=DATASETS)


def _with_manifest(change: Callable[[bytes], bytes], code: str) -> Spoil:
    """The manifest cannot be read, so the intake does not know of which files it speaks."""
    return lambda parcel: Spoiled(rejected(parcel, code), manifest=change(parcel.manifest_bytes()))


_MANIFESTS = {
    "manifest_that_is_no_json": _with_manifest(lambda data: data.replace(b'"mode":', b'"mode" =', 1), "MANIFEST_JSON"),
    "manifest_with_a_key_twice": _with_manifest(
        lambda data: data.replace(b"{", b'{"sequence": 2,', 1), "MANIFEST_DUPLICATE_KEY"
    ),
    "manifest_too_deep": _with_manifest(lambda data: b"[" * 10_000 + b"]" * 10_000, "MANIFEST_DEPTH"),
    "manifest_in_latin_1": _with_manifest(
        lambda data: data.replace(b'"empty_reason": null', '"empty_reason": "häiriö"'.encode("latin-1")),
        "MANIFEST_ENCODING",
    ),
    "manifest_with_an_unknown_key": _with_manifest(
        lambda data: data.replace(b"{", b'{"note": 1,', 1), "MANIFEST_SCHEMA"
    ),
    "manifest_without_a_contract": _with_manifest(
        lambda data: data.replace(b'"contract_version"', b'"contract"', 1), "MANIFEST_SCHEMA"
    ),
    "manifest_that_names_a_path": _with_manifest(
        lambda data: data.replace(b'"name": "', b'"name": "../', 1), "MANIFEST_NAME"
    ),
    "manifest_too_large": _with_manifest(lambda data: data + b" " * 1_100_000, "MANIFEST_SIZE"),
}
for _name, _spoilt in _MANIFESTS.items():
    register(_name, _spoilt)


@fault("05")
def link_instead_of_a_file(parcel: Parcel) -> Spoiled:
    return Spoiled(rejected(parcel, "FILE_KIND"), is_link=True)
