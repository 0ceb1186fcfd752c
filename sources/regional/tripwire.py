"""The tripwire: does a delivery hold personal data that nobody may send here?

Belongs here: looking through whole files, names and manifests in bounded memory, and telling the place (file, line, column) of what was found, never the value. Does not
belong here: what personal data looks like (sources/personal_data.py), where to look closer (signs.py), what follows from a finding (sealing.py).

It looks at bytes and not at rows, so that it also sees what no reader would accept: a file with a wrong header, in another encoding, or cut in the middle.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sources.contract import Contract
from sources.personal_data import PHONE, find, is_bare_phone
from sources.regional.county import Dialect
from sources.regional.signs import REACH, signs

_BLOCK = 1 << 18
# How far before a sign, and from it on, its cell is looked at: so far that signs which stand close together cost one look and not one each.
_WINDOW, _PIECE = 256, 1 << 11
# Beyond these a sealed delivery is no more sealed: further signs are not looked at, further places not told.
MOST_FOUND, MOST_TOLD = 1_000, 50
# Digits alone in a cell, of which each must be held against its column.
_MOST_BARE = 5_000
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Place:
    """Where something was found: `column` is the contract's column, None where it is not known (another file's header, a name, a manifest)."""

    kind: str
    file: str
    line: int | None
    column: str | None


@dataclass(frozen=True)
class Findings:
    """What the tripwire found in a delivery; `total` findings (at least so many when `is_more`), the first of them as `places`."""

    total: int = 0
    is_more: bool = False
    places: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return self.total > 0

    def __add__(self, other: Findings) -> Findings:
        places = (*self.places, *other.places)[:MOST_TOLD]
        return Findings(self.total + other.total, self.is_more or other.is_more, places)


def examine_text(text: str, name: str) -> Findings:
    """Look through a name or a manifest."""
    found = find(text)
    places = tuple(Place(one.kind, name, text.count("\n", 0, one.start) + 1, None) for one in found[:MOST_TOLD])
    return Findings(len(found), False, places)


def examine_file(path: Path, name: str, dialect: Dialect | None = None, contract: Contract | None = None) -> Findings:
    """Look through a file, as its sender's dialect says or, where none is known, as its bytes suggest. OSError when it cannot be read."""
    look = _Look(path, dialect, contract)
    found = look.through()
    told = found[:MOST_TOLD]
    cells = look.cells([at for at, _ in told]) if told else []
    places = tuple(Place(kind, name, cell.line, cell.column) for (_, kind), cell in zip(told, cells, strict=True))
    return Findings(len(found), len(found) >= MOST_FOUND, places)


@dataclass(frozen=True)
class _Cell:
    """The cell at an offset: its physical line, the contract's column (None where the line is not one of the header's), its text."""

    line: int
    column: str | None
    text: str


@dataclass(frozen=True)
class _Look:
    """One file to be looked through. Offsets are in its bytes or, where it is UTF-16, in the same text as UTF-8."""

    path: Path
    dialect: Dialect | None
    contract: Contract | None

    def through(self) -> list[tuple[int, str]]:
        """(offset, kind) of each finding in order, at most MOST_FOUND."""
        found: set[tuple[int, str]] = set()
        bare: list[int] = []
        # What is looked at, the offset at which it begins, the offset up to which it was looked at, and that up to which one look took in all signs.
        held, before, done, seen = b"", 0, 0, 0
        for block, is_last in self._blocks():
            held += block
            limit = before + len(held) - (0 if is_last else REACH)
            for at in signs(held + b"\n" * REACH if is_last else held).tolist():
                if max(done, seen) <= before + at < limit and len(found) < MOST_FOUND:
                    seen = before + self._look_at(held, at, before, found, bare)
            done = max(done, limit)
            keep = max(0, len(held) - REACH - _WINDOW)
            held, before = held[keep:], before + keep
        if bare:
            found |= {(at, PHONE) for at, cell in zip(bare, self.cells(bare), strict=True) if self._takes_no_key(cell)}
        return sorted(found)[:MOST_FOUND]

    def _look_at(self, held: bytes, at: int, before: int, found: set[tuple[int, str]], bare: list[int]) -> int:
        """Hold the cell round a sign against the patterns; of a long one a piece. Returns up to where further signs need no look of their own."""
        start, end = self._bounds(held, at)
        text, encoding = _decoded(held[start:end])
        for one in find(text):
            found.add((before + start + len(text[: one.start].encode(encoding, "surrogateescape")), one.kind))
        if is_bare_phone(text.strip()) and len(bare) < _MOST_BARE and before + start not in bare[-1:]:
            bare.append(before + start)
        return end if end < at + _PIECE and end < len(held) else end - REACH

    def _bounds(self, held: bytes, at: int) -> tuple[int, int]:
        edges = b'\r\n"' + (self.dialect.delimiter.encode() if self.dialect else b";\t|")
        start, end = at, at
        least, most = max(0, at - _WINDOW), min(len(held), at + _PIECE)
        while start > least and held[start - 1] not in edges:
            start -= 1
        while end < most and held[end] not in edges:
            end += 1
        return start, end

    def _takes_no_key(self, cell: _Cell) -> bool:
        """Whether a column is known, and none in which ten digits are a key, a number or a code."""
        if cell.column is None or self.contract is None:
            return False
        column = self.contract.column(cell.column)
        if column.type != "text":
            return column.type in ("timestamp", "date")
        value = cell.text.strip()
        if column.allowed_codes is not None:
            return value not in column.allowed_codes and value not in self.dialect.codes.get(column.name, {})
        return column.pattern is None or re.fullmatch(column.pattern, value) is None

    def cells(self, offsets: Sequence[int]) -> list[_Cell]:
        """The cells at offsets in ascending order."""
        cells: list[_Cell] = []
        header: list[str] = []
        start = 0
        for number, line in enumerate(self._lines(), 1):
            end = start + len(line) + 1
            if number == 1:
                header = self._fields(line)
            while len(cells) < len(offsets) and offsets[len(cells)] < end:
                cells.append(self._cell(number, line, offsets[len(cells)] - start, header))
            if len(cells) == len(offsets):
                break
            start = end
        return cells

    def _cell(self, number: int, line: bytes, at: int, header: list[str]) -> _Cell:
        start, end = self._bounds(line, min(at, len(line) - 1)) if line else (0, 0)
        text, _ = _decoded(line[start:end])
        if self.dialect is None or number == 1 or len(line) > _LONGEST_LINE:
            return _Cell(number, None, text)
        place = len(self._fields(line[: at + 1]))
        is_whole = place and len(self._fields(line)) == len(header)
        named = header[place - 1] if is_whole else ""
        return _Cell(number, self.dialect.columns.get(named), text)

    def _fields(self, line: bytes) -> list[str]:
        text, _ = _decoded(line[:_LONGEST_LINE].rstrip(b"\r"))
        if self.dialect is None:
            return []
        row = next(csv.reader([text.lstrip("\ufeff")], delimiter=self.dialect.delimiter), [])
        return [unicodedata.normalize("NFC", cell) for cell in row]

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        for block, _ in self._blocks():
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
        yield rest

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """The file's bytes, or its text as UTF-8 where it is UTF-16, in blocks, the last flagged; an empty file has one."""
        encoding = self._encoding()
        decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
        with self.path.open("rb", buffering=0) as file:
            block = file.read(_BLOCK)
            while True:
                following = file.read(_BLOCK)
                yield (
                    decoder.decode(block, not following).encode("utf-8", "replace") if decoder else block,
                    not following,
                )
                if not following:
                    return
                block = following

    def _encoding(self) -> str | None:
        """UTF-16 of either kind where it is declared or shows; None where ASCII is ASCII."""
        with self.path.open("rb") as file:
            head = file.read(4096)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.count(0) > len(head) // 4:
            return "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
        return "utf-16-le" if self.dialect and self.dialect.encoding == "utf-16-le" else None


def _decoded(data: bytes) -> tuple[str, str]:
    """A piece of a file as text, and the encoding that gives the same bytes again: UTF-8, or what every byte is a character of."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"
