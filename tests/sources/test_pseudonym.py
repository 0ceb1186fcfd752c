"""Pseudonyms: the same person the same one, under one key and purpose; nobody without the key makes or turns back any."""

import hashlib
import hmac
import os
import stat

import pytest

from sources.pseudonym import PseudonymError, Pseudonyms, new_key, read_key
from sources.secrets import SecretError

CODE = "010594Y9032"


@pytest.fixture
def key(tmp_path):
    return new_key(tmp_path / "key", "07-2026-1")


def test_a_key_is_made_once_for_its_owner_alone_and_read_again(tmp_path, key):
    path = tmp_path / "key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path, "07-2026-1") == key
    with pytest.raises(PseudonymError, match="never overwritten"):
        new_key(path, "07-2026-1")
    assert key.secret.hex() not in repr(key)


def test_a_pseudonym_is_32_hexadecimal_digits_of_a_keyed_hash_and_no_plain_one(key):
    found = Pseudonyms(key).of(CODE)
    own = hmac.digest(key.secret, b"sotevarasto/purpose/v1\0minimum-dataset", "sha256")
    assert found == hmac.digest(own, CODE.encode(), "sha256").hex()[:32]
    assert len(found) == 32 and int(found, 16) >= 0
    plain = {
        hashlib.new(name, text.encode()).hexdigest()
        for name in ("sha256", "md5", "sha1")
        for text in (CODE, CODE[:6] + CODE[7:])
    }
    assert not any(found in digest for digest in plain)


def test_case_and_blanks_are_a_way_of_writing_and_the_sign_is_the_person(key):
    pseudonyms = Pseudonyms(key)
    assert pseudonyms.of(" 010594y9032 ") == pseudonyms.of(CODE)
    signs = "+-YXWVUABCDEF"
    assert len({pseudonyms.of(f"131052{sign}308T") for sign in signs}) == len(signs)
    assert pseudonyms.of("131052308T") is None, "without its sign nobody knows who is meant"


@pytest.mark.parametrize("text", ["", "010594Y9033", "x", "0" * 32, "010594-Y9032"])
def test_what_is_no_code_has_no_pseudonym(key, text):
    assert Pseudonyms(key).of(text) is None


def test_another_key_another_purpose_and_no_key_do_not_join(tmp_path, key):
    other = new_key(tmp_path / "other", "07-2026-1")
    found = {Pseudonyms(key).of(CODE), Pseudonyms(other).of(CODE), Pseudonyms(key, "research").of(CODE)}
    assert len(found) == 3
    assert key.check != other.check
    with pytest.raises(PseudonymError, match="is no purpose"):
        Pseudonyms(key, "")


def test_a_missing_key_stops_at_the_start(tmp_path):
    with pytest.raises(SecretError, match="0600"):
        read_key(tmp_path / "absent", "07-2026-1")


def test_another_key_is_noticed_by_its_id(tmp_path, key):
    with pytest.raises(PseudonymError, match="holds the key 07-2026-1, not '07-2027-1'"):
        read_key(tmp_path / "key", "07-2027-1")


@pytest.mark.parametrize("how", ["digit", "short", "words", "id"])
def test_a_key_that_was_changed_is_refused_without_being_shown(tmp_path, key, how):
    path = tmp_path / "key"
    form, key_id, text, check = path.read_text().split()
    changed = {
        "digit": (form, key_id, ("1" if text[0] == "0" else "0") + text[1:], check),
        "short": (form, key_id, text[:32], check),
        "words": (form, text),
        "id": (form, "08-2026-1", text, check),
    }[how]
    path.write_text(" ".join(changed) + "\n")
    with pytest.raises(PseudonymError) as told:
        read_key(path, "08-2026-1" if how == "id" else "07-2026-1")
    assert text[:16] not in str(told.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path, key, mode):
    os.chmod(tmp_path / "key", mode)
    with pytest.raises(SecretError, match="chmod 0600"):
        read_key(tmp_path / "key", "07-2026-1")


def test_a_link_to_a_key_is_refused(tmp_path, key):
    (tmp_path / "link").symlink_to(tmp_path / "key")
    with pytest.raises(SecretError):
        read_key(tmp_path / "link", "07-2026-1")
