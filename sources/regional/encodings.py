"""Whether a file's bytes are the encoding that its sender declared.

Belongs here: strict decoding chunk by chunk, byte order marks, and a name for what contradicting bytes look like.
Does not belong here: the other byte facts (preflight.py) and transcoding (lines.py). What the bytes look like is told to the sender, never used to read them.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Unseen characters (zero width, bidirectional, separators, a byte order mark in the middle) begin so in UTF-8.
_UNSEEN_LEADS = (b"\xe2\x80", b"\xe2\x81", codecs.BOM_UTF8)


@dataclass(frozen=True)
class Place:
    """Where something stands in a file: bytes from its start, and physical line from 1."""

    offset: int
    line: int


def code_unit(encoding: str) -> int:
    """Bytes of one code unit."""
    return 2 if encoding == "utf-16-le" else 1


def mark_of(head: bytes) -> bytes:
    """The byte order mark that the text begins with, or nothing."""
    return next((mark for mark in MARKS if head.startswith(mark)), b"")


class EncodingWatch:
    """Follows a file chunk by chunk. `add` takes the chunk and a function from an offset in it to its place; `contradiction` sums up."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.may_hold_unseen = False
        self._first_high: Place | None = None
        self._first_c1: Place | None = None
        self._tail = b""
        self._declared = _Decoding(encoding)
        # Latin-1 takes any byte, so a UTF-8 file would pass for it and every ä come out as two signs: it is decoded as UTF-8 too.
        self._utf8 = self._declared if encoding == "utf-8" else _Decoding("utf-8")

    def add(self, chunk: bytes, place: Callable[[int], Place]) -> None:
        if code_unit(self.encoding) == 2:
            units = np.frombuffer(chunk[: len(chunk) // 2 * 2], "<u2")
            self.may_hold_unseen = self.may_hold_unseen or _has_unseen_unit(units)
            self._declared.add(chunk, place)
            return
        if chunk.isascii() and not self._declared.pending and not self._utf8.pending:
            self._tail = b""
            return
        self._high_bytes(np.frombuffer(chunk, np.uint8), place)
        # A sign may stand across the end of a chunk.
        self.may_hold_unseen = (
            self.may_hold_unseen or _has_unseen_lead(self._tail + chunk[:2]) or _has_unseen_lead(chunk)
        )
        self._tail = chunk[-2:]
        self._declared.add(chunk, place)
        if self._utf8 is not self._declared:
            self._utf8.add(chunk, place)

    def _high_bytes(self, units: np.ndarray, place: Callable[[int], Place]) -> None:
        if self._first_high is None and len(units) and units.max() > 0x7F:
            self._first_high = place(int(np.argmax(units > 0x7F)))
        # Of the bytes from 0x80 as signed numbers, those below 0xA0 are the lowest.
        if self._first_c1 is None and len(units) and units.view(np.int8).min() < -0x60:
            self._first_c1 = place(int(np.argmax((units >= 0x80) & (units < 0xA0))))

    def contradiction(self, head: bytes, end: Place) -> tuple[str, Place] | None:
        """What the bytes look like and where they first contradict the declared encoding; None when they agree. `end` is the end of the file."""
        for decoding in (self._declared, self._utf8):
            decoding.finish(end)
        start = Place(0, 1)
        broken = self._declared.broken
        found = MARKS.get(mark_of(head)) or _sixteen_bit(head)
        if found and found != self.encoding:
            return found, broken or start
        if self.encoding == "utf-16-le":
            if not found and broken is None and b"\0" not in head:
                return "text of one byte a sign", start
            return ("damaged utf-16-le", broken) if broken else None
        if self.encoding == "utf-8":
            return (self._instead_of_utf8(broken), broken) if broken else None
        if self._first_high and self._utf8.broken is None:
            return "utf-8", self._first_high
        if self.encoding == "latin-1":
            return ("cp1252", self._first_c1) if self._first_c1 else None
        return ("damaged cp1252", broken) if broken else None

    def _instead_of_utf8(self, broken: Place) -> str:
        """A single-byte text breaks at its first high byte; where UTF-8 went well until then, it is UTF-8 that was damaged."""
        if self._first_high and self._first_high.offset < broken.offset:
            return "damaged utf-8"
        return "cp1252" if self._first_c1 else "latin-1"


def _has_unseen_lead(text: bytes) -> bool:
    if any(lead[:1] in text and lead in text for lead in _UNSEEN_LEADS):
        return True
    if b"\xc2" not in text:
        return False
    units = np.frombuffer(text, np.uint8)  # U+0080 to U+009F: 0xC2 and a byte below 0xA0
    return bool(np.any((units[:-1] == 0xC2) & (units[1:] < 0xA0)))


def _has_unseen_unit(units: np.ndarray) -> bool:
    """Whether 16-bit units hold what begins unseen characters: U+0080 to U+009F, U+2000 to U+207F, a byte order mark."""
    if bool(np.any(units - np.uint16(0x80) < 0x20)):
        return True
    return bool(len(units) and units.max() >= 0x2000 and np.any((units & 0xFF80 == 0x2000) | (units == 0xFEFF)))


class _Decoding:
    """One strict decoder over the chunks, and the first place where it failed."""

    def __init__(self, encoding: str) -> None:
        self.broken: Place | None = None
        self._decoder = codecs.getincrementaldecoder(encoding)()

    @property
    def pending(self) -> bool:
        """True in the middle of a character that goes on in the next chunk."""
        return self.broken is None and bool(self._held())

    def _held(self) -> int:
        return len(self._decoder.getstate()[0])

    def add(self, chunk: bytes, place: Callable[[int], Place]) -> None:
        if self.broken is not None:
            return
        held = self._held()
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            self.broken = place(error.start - held)

    def finish(self, end: Place) -> None:
        if self.pending:
            self.broken = Place(end.offset - self._held(), end.line)


def _sixteen_bit(head: bytes) -> str | None:
    """UTF-16 without a mark: in text of mostly Latin letters every second byte is zero."""
    pairs = np.frombuffer(head[: len(head) // 2 * 2], np.uint8).reshape(-1, 2)
    if len(pairs) < 2:
        return None
    first, second = (pairs == 0).mean(axis=0)
    if max(first, second) < 0.5 or min(first, second) > 0.1:
        return None
    return "utf-16-be" if first > second else "utf-16-le"
