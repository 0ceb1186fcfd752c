"""A manifest is read in bounded memory, and each fault is refused under its own code with both values."""

import json
import time

import pytest
from deliveries import manifest

from sources.regional.file_rules import file_rules
from sources.regional.manifest import MAX_BYTES, Cut, Refused, parse_manifest

SOUND = manifest({"contacts.csv": (b"a\n1\n", 1)})
TEXT = json.dumps(SOUND)


def changed(**changes) -> bytes:
    return json.dumps(SOUND | changes).encode()


def file_changed(**changes) -> bytes:
    return changed(files=[SOUND["files"][0] | changes])


def without(key: str) -> bytes:
    return json.dumps({k: v for k, v in SOUND.items() if k != key}).encode()


def test_a_sound_manifest_is_typed():
    found = parse_manifest(b"\xef\xbb\xbf" + TEXT.encode())
    assert (found.organiser_code, found.period, found.sequence) == ("05", "2026-08", 1)
    assert str(found.sample_share) == "0.01"
    assert found.created_at.utcoffset().total_seconds() == 10_800
    assert found.files[0].rows == 1
    assert found.body == SOUND


FAULTS = [
    (b"{nonsense}", "MANIFEST_JSON", "line 1, column 2"),
    (TEXT.encode().replace(b'"sequence": 1', b'"sequence": NaN'), "MANIFEST_JSON", "NaN"),
    (TEXT.encode() + b"{}", "MANIFEST_JSON", "Extra data"),
    (TEXT.encode().replace(b'"05"', b'"\xff"'), "MANIFEST_ENCODING", "byte"),
    (TEXT.encode("utf-16"), "MANIFEST_ENCODING", "byte 0"),
    (b'{"sequence": 1, "sequence": 2}', "MANIFEST_DUPLICATE_KEY", "'sequence'"),
    (b'{"files": [{"name": "a", "name": "b"}]}', "MANIFEST_DUPLICATE_KEY", "'name'"),
    (b"[" * 10_000, "MANIFEST_DEPTH", "16"),
    (b'{"a":' * 10_000, "MANIFEST_DEPTH", "16"),
    (b" " * (MAX_BYTES + 1), "MANIFEST_SIZE", f"{MAX_BYTES + 1} bytes"),
    (b"[]", "MANIFEST_SCHEMA", "not a JSON object"),
    (without("files"), "MANIFEST_SCHEMA", "the key files"),
    (changed(extra=1), "MANIFEST_SCHEMA", "extra"),
    (changed(sequence=1.0), "MANIFEST_SCHEMA", '"1.0"'),
    (changed(sequence=True), "MANIFEST_SCHEMA", "true"),
    (changed(sequence=0), "MANIFEST_SCHEMA", "found 0"),
    (changed(sequence=10**30), "MANIFEST_SCHEMA", "31 digits"),
    (changed(period="2026-13"), "MANIFEST_SCHEMA", '"2026-13"'),
    (changed(sample_share="0.0"), "MANIFEST_SCHEMA", '"0.0"'),
    (changed(sample_share="1.5"), "MANIFEST_SCHEMA", '"1.5"'),
    (changed(sample_share="0,01"), "MANIFEST_SCHEMA", '"0,01"'),
    (changed(manifest_version="9"), "MANIFEST_SCHEMA", '"9"'),
    (changed(mode="append"), "MANIFEST_SCHEMA", '"append"'),
    (changed(origin="made up"), "MANIFEST_SCHEMA", '"made up"'),
    (changed(files=[]), "MANIFEST_SCHEMA", "files"),
    (file_changed(rows="1"), "MANIFEST_SCHEMA", 'found "1"'),
    (file_changed(bytes=-1), "MANIFEST_SCHEMA", "found -1"),
    (file_changed(sha256="ABC"), "MANIFEST_SCHEMA", "64 hexadecimal"),
    (changed(created_at="2026-09-10T08:15:00"), "MANIFEST_TIME", "without an offset"),
    (changed(created_at="yesterday"), "MANIFEST_TIME", "yesterday"),
    (file_changed(name="../../etc/passwd"), "MANIFEST_NAME", "../../etc/passwd"),
    (file_changed(name="/etc/passwd"), "MANIFEST_NAME", "/etc/passwd"),
    (file_changed(name="..\\x.csv"), "MANIFEST_NAME", "x.csv"),
    (file_changed(name=".."), "MANIFEST_NAME", ".."),
    (file_changed(name="a.manifest.json"), "MANIFEST_NAME", "a.manifest.json"),
    (file_changed(name="a\nb.csv"), "MANIFEST_CHARACTER", "a\\nb.csv"),
    (file_changed(name="a\x00.csv"), "MANIFEST_CHARACTER", "a\\x00.csv"),
    (file_changed(name="a\u202etxt.csv"), "MANIFEST_CHARACTER", "\\u202e"),
    (file_changed(name="a\ud800.csv"), "MANIFEST_CHARACTER", "\\ud800"),
    (file_changed(name="n" * 300), "MANIFEST_SCHEMA", "files[0].name"),
    (changed(files=SOUND["files"] * 2), "MANIFEST_NAME", "twice"),
]


@pytest.mark.parametrize(
    ("data", "code", "says"), FAULTS, ids=[f"{code} {number}" for number, (_, code, _) in enumerate(FAULTS)]
)
def test_each_fault_has_its_own_code_and_one_line_that_shows_it(data, code, says):
    with pytest.raises(Refused) as error:
        parse_manifest(data)
    assert error.value.code == code
    assert code in file_rules()
    assert says in error.value.reason
    assert "\n" not in error.value.reason
    assert len(error.value.reason) < 400


def test_an_identity_code_in_a_file_name_is_refused_and_not_repeated():
    with pytest.raises(Refused) as error:
        parse_manifest(file_changed(name="asiakas_131052-308T.csv"))
    assert error.value.code == "MANIFEST_NAME"
    assert "131052" not in f"{error.value.reason} {error.value.values}"


def test_a_manifest_that_ends_in_the_middle_is_cut_and_a_broken_one_is_not():
    for length in range(len(TEXT)):
        with pytest.raises(Cut):
            parse_manifest(TEXT[:length].encode())
    with pytest.raises(Refused) as error:
        parse_manifest(TEXT.replace(":", ";", 1).encode())
    assert not isinstance(error.value, Cut)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":' + b"[" * (MAX_BYTES - 10),
        b'{"' + b"\\" * (MAX_BYTES - 10),
        b"[" + b'{"a":1},' * 110_000 + b"1]",
        b"9" * MAX_BYTES,
    ],
    ids=["brackets", "backslashes", "many objects", "one number"],
)
def test_hostile_manifests_are_refused_quickly(data):
    begun = time.thread_time()  # of its own work: how long the machine does other things is not its fault
    with pytest.raises(Refused):
        parse_manifest(data)
    assert time.thread_time() - begun < 2
