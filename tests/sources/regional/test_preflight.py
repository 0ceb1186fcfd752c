"""Pre-flight: the facts of a file's bytes, the same wherever a chunk ends, and the first place of what is wrong."""

import codecs
import random
import re

import pytest

from sources.regional import preflight as module
from sources.regional.encodings import Place
from sources.regional.manifest import Refused
from sources.regional.preflight import preflight, refuse


def _facts(folder, content: bytes, encoding: str = "utf-8"):
    path = folder / "landed"
    path.write_bytes(content)
    return preflight(path, encoding)


def _random_content(seed: int) -> bytes:
    random_ = random.Random(seed)
    pieces = ["a", "ä", "€", "😀", ";", '"', "\n", "\r\n", "\t", "\u2028", "x" * 30]
    return "".join(random_.choices(pieces, k=random_.randint(1, 400))).encode()


@pytest.mark.parametrize("chunk", [2, 6, 64, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_counts_are_those_of_the_decoded_text_wherever_a_chunk_ends(chunk, encoding, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    for seed in range(15):
        text = _random_content(seed).decode()
        content = text.encode(encoding)
        facts = _facts(tmp_path, content, encoding)
        unit = 2 if encoding == "utf-16-le" else 1
        lengths = [len(line.encode(encoding)) // unit for line in text.split("\n")]
        assert facts.bytes == len(content)
        assert facts.lines == text.count("\n") + (not text.endswith("\n"))
        assert (facts.lf, facts.crlf, facts.quotes) == (text.count("\n"), text.count("\r\n"), text.count('"'))
        assert facts.longest_line == max(lengths)
        assert facts.longest_at.line == lengths.index(max(lengths)) + 1
        assert facts.final_newline == text.endswith("\n")
        assert facts.contradiction is None
        assert facts.lone_cr is None
        assert facts.may_hold_unseen or "\u2028" not in text


@pytest.mark.parametrize("chunk", [2, 6, 1 << 20])
def test_the_first_bad_byte_is_named_with_its_line_wherever_a_chunk_ends(chunk, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    for seed in range(25):
        random_ = random.Random(seed)
        good = _random_content(seed)
        bad = (
            good
            + random_.choice([b"\xe4\n", b"\xff", b"\xc3;", b"\xed\xa0\x80", b"\xc0\xaf"])
            + _random_content(seed + 1)
        )
        with pytest.raises(UnicodeDecodeError) as error:
            bad.decode()
        looks, place = _facts(tmp_path, bad).contradiction
        assert place == Place(error.value.start, bad[: error.value.start].count(b"\n") + 1)
        assert looks


@pytest.mark.parametrize(
    ("content", "encoding", "looks", "offset"),
    [
        ("a;ä\nb;ö\n".encode("latin-1"), "utf-8", "latin-1", 2),
        ("a;–\nb;ö\n".encode("cp1252"), "utf-8", "cp1252", 2),
        ("ä\n".encode() + b"x\xe4\n", "utf-8", "damaged utf-8", 4),
        ("a;b\n".encode("utf-16"), "utf-8", "utf-16-le", 0),
        ("a;b\n".encode("utf-16-be"), "latin-1", "utf-16-be", 0),
        ("abc;ä\n".encode(), "latin-1", "utf-8", 4),
        ("abc;ä\n".encode(), "cp1252", "utf-8", 4),
        (b"abc;\x96\n", "latin-1", "cp1252", 4),
        (b"abc;\x81\n", "cp1252", "damaged cp1252", 4),
        (b"abc;def\n", "utf-16-le", "text of one byte a sign", 0),
        (codecs.BOM_UTF16_BE + "a\n".encode("utf-16-be"), "utf-16-le", "utf-16-be", 0),
        ("abc\n".encode("utf-16-le") + b"\x00\xd8\n\x00", "utf-16-le", "damaged utf-16-le", 8),
    ],
)
def test_what_contradicts_the_declared_encoding_is_named_and_never_read(content, encoding, looks, offset, tmp_path):
    facts = _facts(tmp_path, content, encoding)
    assert facts.contradiction[0] == looks
    assert facts.contradiction[1].offset == offset
    with pytest.raises(Refused, match=re.escape(looks)) as refusal:
        refuse(facts)
    assert refusal.value.code == "ENCODING"
    assert refusal.value.values["declared"] == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-16-le"])
def test_each_encoding_passes_as_itself(encoding, tmp_path):
    text = "Tunnus;Nimi\na1;Äiti Åström\n"
    assert _facts(tmp_path, text.encode(encoding), encoding).contradiction is None


def test_the_first_nul_and_bare_cr_are_placed(tmp_path):
    facts = _facts(tmp_path, b"a\nb\nc\0d\0\ne\rf\n\r")
    assert facts.nul == Place(5, 3)
    assert facts.lone_cr == Place(10, 4)
    assert _facts(tmp_path, b"a\n\r").lone_cr == Place(2, 2)


def test_a_gigantic_line_is_measured_in_bounded_memory(tmp_path):
    import tracemalloc

    path = tmp_path / "landed"
    with path.open("wb") as file:
        file.write(b"a;b\n")
        file.truncate(200 << 20)  # sparse: NUL bytes to the end, one line
    tracemalloc.start()
    facts = preflight(path, "latin-1")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert facts.longest_line == (200 << 20) - 4
    assert facts.longest_at == Place(4, 2)
    assert facts.nul == Place(4, 2)
    assert peak < 40 << 20


def test_the_order_of_refusals_names_the_cause_and_not_its_consequence(tmp_path):
    """UTF-16 is full of NUL bytes, a spreadsheet too: neither is told as such."""
    for content, code in (("a;b\n".encode("utf-16"), "ENCODING"), (b"PK\x03\x04\0\0\r\xff", "MAGIC"), (b"\0", "EMPTY")):
        with pytest.raises(Refused) as refusal:
            refuse(_facts(tmp_path, content))
        assert refusal.value.code == code


def test_a_file_that_is_gone_is_the_machine_s_fault(tmp_path):
    with pytest.raises(FileNotFoundError):
        preflight(tmp_path / "gone", "utf-8")
