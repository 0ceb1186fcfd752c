"""The detached signature of a manifest: `<name>.manifest.json.sig`, in the form of minisign (Ed25519).

Belongs here: reading a signature file and a public key, and whether the signature is good, with a rule of its own for each way in which it is not.
Does not belong here: which keys a sender has (its county file), what the manifest says (manifest.py). Made with a standard tool:
`minisign -S -s KEY -m M.manifest.json -x M.manifest.json.sig`. The signature lies in the inbox before the manifest, which is written last.

The manifest holds the SHA-256 of every data file, so that its signature covers them all. A manifest that was received before is a replay, whoever sends it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sources.regional.manifest import Refused
from sources.regional.shown import shown

SUFFIX = ".sig"
MAX_BYTES = 4_096
# minisign: two letters of the algorithm (Ed: of the bytes, ED: of their BLAKE2b-512), eight bytes of key id, then the key or the signature.
_PLAIN, _HASHED = b"Ed", b"ED"
_HEAD, _KEY, _SIGNATURE = 10, 32, 64


@dataclass(frozen=True)
class SigningKey:
    """A public key of a sender: its id (16 hexadecimal digits), who holds it, and the days on which it holds. `revoked` is the day from which nothing signed with it is taken."""

    key_id: str
    public_key: bytes
    holder: str
    valid_from: date
    valid_to: date | None = None
    revoked: date | None = None


@dataclass(frozen=True)
class _Signature:
    algorithm: bytes
    key_id: str
    signature: bytes
    trusted: bytes
    over_trusted: bytes


def signing_keys(entries: Iterable[Mapping[str, Any]]) -> tuple[SigningKey, ...]:
    """The keys of a county file. ValueError (one line) when one is no minisign public key or its id is another."""
    return tuple(_signing_key(entry) for entry in entries)


def _signing_key(entry: Mapping[str, Any]) -> SigningKey:
    try:
        packed = base64.b64decode(entry["public_key"], validate=True)
    except binascii.Error:
        packed = b""
    if len(packed) != _HEAD + _KEY or packed[:2] != _PLAIN:
        raise ValueError(f"key {entry['key_id']}: public_key is not the second line of a minisign public key file")
    if key_id(packed) != entry["key_id"]:
        raise ValueError(f"key {entry['key_id']}: the id in public_key is {key_id(packed)}")
    days = {name: _day(entry.get(name)) for name in ("valid_to", "revoked")}
    return SigningKey(entry["key_id"], packed[_HEAD:], entry["holder"], _day(entry["valid_from"]), **days)


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def key_id(packed: bytes) -> str:
    """The id within a packed key or signature, as minisign writes it: the eight bytes as one little-endian number."""
    return f"{int.from_bytes(packed[2:_HEAD], 'little'):016X}"


def verify(
    manifest: bytes, signature: bytes | None, keys: Iterable[SigningKey], is_required: bool, at: datetime
) -> str | None:
    """The id of the key that signed the manifest; None when the sender need not sign and did not.

    `at` is when the delivery was received: a key must hold on that day. A signature that is there is judged even where none is required, unless the sender has
    no keys. Refused with the first rule broken.
    """
    known = {key.key_id: key for key in keys}
    if signature is None:
        if is_required:
            raise Refused(
                "SIGNATURE_MISSING", "the manifest is not signed; this sender signs", declared="signature", found="none"
            )
        return None
    if not known:
        return None
    parsed = _parsed(signature)
    key = known.get(parsed.key_id)
    if key is None:
        agreed = ", ".join(sorted(known))
        reason = f"the manifest is signed with the key {parsed.key_id}, which is not this sender's; agreed: {agreed}"
        raise Refused("SIGNATURE_KEY", reason, declared=agreed, found=parsed.key_id)
    _refuse_bad(manifest, parsed, key)
    _refuse_out_of_force(key, at.date())
    return key.key_id


def read_bounded(path: Path) -> bytes:
    """The bytes of a signature file; of one that is far too long only so much as shows that it is."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


class Replays:
    """Which receipts bring a signed manifest that was received before. A sender that does not sign may send the same again: that is a duplicate."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], str] = {}

    def note(self, receipt_id: str, sent: Mapping[str, Any], keys: tuple[SigningKey, ...]) -> None:
        """Note a receipt by its body, in the order of receipts."""
        if keys and sent.get("signature"):
            self._first.setdefault((sent["organiser_code"], sent["manifest_sha256"]), receipt_id)

    def refuse(self, receipt_id: str, sent: Mapping[str, Any]) -> None:
        """Refuse a replay, with the receipt that the manifest got first."""
        first = self._first.get((sent["organiser_code"], sent["manifest_sha256"]), receipt_id)
        if first != receipt_id and sent.get("signature"):
            reason = f"this signed manifest was received before, with receipt {first}; a signed manifest is taken once"
            raise Refused("MANIFEST_REPLAYED", reason, found=first)


def _parsed(data: bytes) -> _Signature:
    lines = data[: MAX_BYTES + 1].decode("utf-8", errors="replace").splitlines()
    try:
        if len(data) > MAX_BYTES or len(lines) != 4 or not lines[2].startswith("trusted comment: "):
            raise ValueError
        packed = base64.b64decode(lines[1], validate=True)
        over_trusted = base64.b64decode(lines[3], validate=True)
        if len(packed) != _HEAD + _SIGNATURE or packed[:2] not in (_PLAIN, _HASHED) or len(over_trusted) != _SIGNATURE:
            raise ValueError
    except ValueError:  # binascii.Error is one
        first = shown(lines[0], 60) if lines else "nothing"
        reason = f"the signature file is not in the form of minisign; it begins with {first!r}"
        raise Refused("SIGNATURE_FORM", reason, declared="minisign", found=first) from None
    trusted = lines[2].removeprefix("trusted comment: ").encode()
    return _Signature(packed[:2], key_id(packed), packed[_HEAD:], trusted, over_trusted)


def _refuse_bad(manifest: bytes, parsed: _Signature, key: SigningKey) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = Ed25519PublicKey.from_public_bytes(key.public_key)
    signed = hashlib.blake2b(manifest).digest() if parsed.algorithm == _HASHED else manifest
    try:
        public.verify(parsed.signature, signed)
        public.verify(parsed.over_trusted, parsed.signature + parsed.trusted)
    except InvalidSignature:
        reason = f"the signature of key {key.key_id} is not of this manifest: one of the two was changed after signing"
        raise Refused("SIGNATURE_BAD", reason, declared=key.key_id, found="no match") from None


def _refuse_out_of_force(key: SigningKey, on: date) -> None:
    if key.revoked is not None and on >= key.revoked:
        raise Refused(
            "SIGNATURE_REVOKED",
            f"the key {key.key_id} was revoked on {key.revoked}; it is {on}",
            declared=str(key.revoked),
            found=str(on),
        )
    if on < key.valid_from or (key.valid_to is not None and on > key.valid_to):
        span = f"{key.valid_from} to {key.valid_to or 'further notice'}"
        raise Refused(
            "SIGNATURE_EXPIRED", f"the key {key.key_id} holds from {span}; it is {on}", declared=span, found=str(on)
        )
