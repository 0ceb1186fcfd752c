"""Pseudonyms: a personal identity code → 32 hexadecimal digits that nobody without the key can turn back or make.

Belongs here: the key file, the one formula, whole files. Does not belong here: anything of the warehouse; this module runs at a county, before a file is sent, and needs no
network and no home.

A pseudonym is HMAC-SHA-256, its first 128 bits, over the full normalised code, separator included, under a key for one purpose derived from the county's own key. There are
so few codes that a hash without a key is turned back in minutes. The key never leaves its file; its id and a check value travel with the data, so that a wrong or another
key is noticed before two months stop fitting together.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sources.errors import SotevarastoError
from sources.identity_code import normalised
from sources.secrets import read_secret

PURPOSE = "minimum-dataset"
DIGITS = 32
_FORMAT = "sotevarasto-key-1"
_KEY_BYTES = 32
_CHECK_DIGITS = 16
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,31}")


class PseudonymError(SotevarastoError):
    """Nothing is pseudonymised; the message says why, and never holds a code, a pseudonym or a key."""


@dataclass(frozen=True)
class Key:
    """A county's key. `check` tells it from any other and gives nothing away."""

    id: str
    secret: bytes = field(repr=False)

    @property
    def check(self) -> str:
        """The key check value: another one for another key, another id too."""
        return _mac(self.secret, "key check", self.id)[:_CHECK_DIGITS]


def read_key(path: Path, key_id: str) -> Key:
    """The key in a file that only its user may read.

    PseudonymError: the file is missing or no key, the key is another one than `key_id`, it is damaged or too short. SecretError: others may read the file.
    """
    parts = read_secret(path, "key file").split()
    if len(parts) != 4 or parts[0] != _FORMAT or not re.fullmatch("[0-9a-f]+", parts[2]):
        raise PseudonymError(
            f"{path}: is no key file; make one with `sotevarasto pseudonymise --new-key --key-file FILE --key-id ID`"
        )
    _, found_id, text, check = parts
    if found_id != key_id:
        raise PseudonymError(f"{path}: holds the key {found_id}, not {_told(key_id)}; name the right file or key id")
    if len(text) != 2 * _KEY_BYTES:
        raise PseudonymError(f"{path}: the key has {4 * len(text)} bits, it must have {8 * _KEY_BYTES}")
    key = Key(found_id, bytes.fromhex(text))
    if not hmac.compare_digest(key.check, check):
        raise PseudonymError(f"{path}: the key does not agree with its check value; it was changed: restore it")
    return key


def new_key(path: Path, key_id: str) -> Key:
    """Make a key and keep it in a new file (mode 0600). PseudonymError when the file is there already: a key is never overwritten."""
    if not _KEY_ID.fullmatch(key_id):
        raise PseudonymError(f"{_told(key_id)} is no key id; use small letters, digits and dashes, e.g. 07-2026-1")
    key = Key(key_id, secrets.token_bytes(_KEY_BYTES))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise PseudonymError(f"{path}: is there already; a key is never overwritten: name a new file") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{_FORMAT} {key.id} {key.secret.hex()} {key.check}\n")
        file.flush()
        os.fsync(file.fileno())
    return key


class Pseudonyms:
    """The pseudonyms of one key and purpose; another purpose gives others, which cannot be joined with these."""

    def __init__(self, key: Key, purpose: str = PURPOSE) -> None:
        if not _PURPOSE.fullmatch(purpose):
            raise PseudonymError(f"{_told(purpose)} is no purpose; use small letters, digits and dashes")
        self._key = bytes.fromhex(_mac(key.secret, "purpose", purpose))

    def of(self, text: str) -> str | None:
        """The pseudonym of a code, however its sender wrote it; None when the text is no code."""
        code = normalised(text)
        return None if code is None else hmac.digest(self._key, code.encode("ascii"), "sha256")[: DIGITS // 2].hex()


def _mac(key: bytes, label: str, text: str) -> str:
    """Keys for different uses never meet: each has a label of its own."""
    return hmac.digest(key, f"sotevarasto/{label}/v1\0{text}".encode(), "sha256").hex()


def _told(text: str) -> str:
    return repr(text[:40])
