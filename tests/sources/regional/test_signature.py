"""Signed manifests: a good signature in either form, and every way in which one is not, each with a code of its own, at the real desk."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from deliveries import AT, NEXT, ROWS, Desk, contacts

from sources.landing import Landing
from sources.regional.catalogue import counties
from sources.regional.file_rules import file_rule
from sources.regional.intake import take_in
from sources.regional.manifest import Refused
from sources.regional.signature import SigningKey, signing_keys, verify


@dataclass(frozen=True)
class Signer:
    """A sender's own key, in minisign's form."""

    private: Ed25519PrivateKey
    number: bytes

    @classmethod
    def new(cls) -> "Signer":
        return cls(Ed25519PrivateKey.generate(), secrets.token_bytes(8))

    @property
    def entry(self) -> dict:
        public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key_id = f"{int.from_bytes(self.number, 'little'):016X}"
        packed = base64.b64encode(b"Ed" + self.number + public).decode()
        return {"key_id": key_id, "public_key": packed, "holder": "Siirtopalvelin", "valid_from": "2026-01-01"}

    @property
    def key(self) -> SigningKey:
        return signing_keys([self.entry])[0]

    def sign(self, data: bytes, algorithm: bytes = b"ED") -> bytes:
        signature = self.private.sign(hashlib.blake2b(data).digest() if algorithm == b"ED" else data)
        trusted = "timestamp:1788000000\tfile:delivery.manifest.json"
        lines = (
            "untrusted comment: signature from a secret key",
            base64.b64encode(algorithm + self.number + signature).decode(),
            f"trusted comment: {trusted}",
            base64.b64encode(self.private.sign(signature + trusted.encode())).decode(),
        )
        return ("\n".join(lines) + "\n").encode()


@pytest.fixture
def signer():
    return Signer.new()


def night(desk: Desk, *keys: SigningKey, must_sign: bool = True, at=AT):
    known = counties() | {"05": replace(counties()["05"], keys=keys, must_sign=must_sign)}
    with desk.ledger() as ledger:
        return take_in(desk.home, ledger, Landing(desk.home.landing), counties=known, at=at)


def send(desk: Desk, sign=None, name: str = "delivery", **changes) -> bytes:
    """Deliver as a sender that signs does: data, manifest and then its signature, which is no longer awaited when the manifest is whole."""
    manifest = desk.send(contacts(ROWS), name=name, **changes)
    data = manifest.read_bytes()
    if sign is not None:
        manifest.with_name(f"{manifest.name}.sig").write_bytes(sign(data))
    return data


def told(desk: Desk) -> tuple[str, str | None]:
    verdict = list(desk.events("verdict").values())[-1]
    return verdict["status"], verdict["rule"]


@pytest.mark.parametrize("algorithm", [b"Ed", b"ED"])
def test_a_signed_manifest_is_accepted_and_its_signature_is_kept(desk, signer, algorithm):
    send(desk, lambda data: signer.sign(data, algorithm))
    assert night(desk, signer.key).waiting == ()
    assert told(desk) == ("accepted", None)
    (receipt,) = desk.events("receipt").values()
    assert desk.landing.path(receipt["signature"]["sha256"]).exists()
    assert desk.left() == []


def refused(desk: Desk, code: str) -> bool:
    return told(desk) == ("rejected", file_rule(code).id)


def test_a_missing_signature_is_refused_where_the_sender_signs_and_nowhere_else(desk, signer):
    send(desk)
    night(desk, signer.key)
    assert refused(desk, "SIGNATURE_MISSING")
    send(desk, name="again", sequence=2)
    night(desk, signer.key, must_sign=False, at=NEXT)
    assert told(desk)[0] == "accepted"


def test_another_key_is_refused(desk, signer):
    send(desk, Signer.new().sign)
    night(desk, signer.key)
    assert refused(desk, "SIGNATURE_KEY")


def test_a_revoked_key_is_refused(desk, signer):
    send(desk, signer.sign)
    night(desk, replace(signer.key, revoked=date(2026, 9, 1)))
    assert refused(desk, "SIGNATURE_REVOKED")


@pytest.mark.parametrize("span", [{"valid_to": date(2026, 9, 11)}, {"valid_from": date(2026, 9, 13)}])
def test_a_key_out_of_its_days_is_refused(desk, signer, span):
    send(desk, signer.sign)
    night(desk, replace(signer.key, **span))
    assert refused(desk, "SIGNATURE_EXPIRED")


def test_a_key_holds_on_its_last_day(desk, signer):
    send(desk, signer.sign)
    night(desk, replace(signer.key, valid_to=date(2026, 9, 12)))
    assert told(desk)[0] == "accepted"


@pytest.mark.parametrize("algorithm", [b"Ed", b"ED"])
def test_a_signature_of_other_bytes_is_refused(desk, signer, algorithm):
    send(desk, lambda data: signer.sign(data + b" ", algorithm))
    night(desk, signer.key)
    assert refused(desk, "SIGNATURE_BAD")


def test_a_changed_trusted_comment_is_refused(desk, signer):
    send(desk, lambda data: signer.sign(data).replace(b"1788000000", b"1799999999"))
    night(desk, signer.key)
    assert refused(desk, "SIGNATURE_BAD")


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 9000, b"a\nb\ntrusted comment: c\nd\n"])
def test_what_is_no_signature_is_refused_and_bounded(desk, signer, content):
    send(desk, lambda data: content)
    night(desk, signer.key)
    assert refused(desk, "SIGNATURE_FORM")


def test_a_replayed_manifest_is_refused_also_after_it_was_accepted(desk, signer):
    data = send(desk, signer.sign)
    night(desk, signer.key)
    files = {
        "delivery.csv": (
            desk.landing.path(next(iter(desk.events("receipt").values()))["files"][0]["sha256"]).read_bytes(),
            ROWS,
        )
    }
    for name, (content, _) in files.items():
        (desk.folder() / name).write_bytes(content)
    desk.put_manifest(data, name="replayed").with_name("replayed.manifest.json.sig").write_bytes(signer.sign(data))
    night(desk, signer.key, at=NEXT)
    assert refused(desk, "MANIFEST_REPLAYED")


def test_a_sender_without_keys_may_sign_for_itself(desk, signer):
    send(desk, signer.sign)
    night(desk, must_sign=False)
    assert told(desk)[0] == "accepted"


def test_a_public_key_that_is_none_is_refused_in_words(signer):
    for entry in ({"public_key": "?"}, {"key_id": "0" * 16}):
        with pytest.raises(ValueError, match="public_key"):
            signing_keys([signer.entry | entry])


def test_the_key_id_is_told(signer):
    assert verify(b"x", signer.sign(b"x"), [signer.key], True, AT) == signer.key.key_id


# The key of minisign's author, and what minisign itself made of the four bytes "test", in both of its forms, as its author's verifier shows them.
_OF_MINISIGN = {
    "of the bytes": (
        b"untrusted comment: signature from minisign secret key\n"
        b"RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=\n"
        b"trusted comment: timestamp:1555779966\tfile:test\n"
        b"QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==\n"
    ),
    "of their hash": (
        b"untrusted comment: signature from minisign secret key\n"
        b"RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=\n"
        b"trusted comment: timestamp:1633700835\tfile:test\tprehashed\n"
        b"wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==\n"
    ),
}


@pytest.mark.parametrize("form", _OF_MINISIGN)
def test_what_minisign_itself_signed_is_good_and_anything_changed_in_it_is_not(form):
    (key,) = signing_keys(
        [
            {
                "key_id": "E7620F1842B4E81F",
                "public_key": "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
                "holder": "minisign",
                "valid_from": "2015-01-01",
            }
        ]
    )
    signature = _OF_MINISIGN[form]
    assert verify(b"test", signature, [key], True, AT) == key.key_id
    for data, changed in (
        (b"Test", signature),
        (b"test", signature.replace(b"file:test", b"file:Test")),
        (b"test", signature.replace(b"RUQ", b"RWQ") if form == "of their hash" else signature.replace(b"RWQ", b"RUQ")),
    ):
        with pytest.raises(Refused) as error:
            verify(data, changed, [key], True, AT)
        assert error.value.code == "SIGNATURE_BAD"
