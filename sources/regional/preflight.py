"""Pre-flight: one read of a file's bytes before anything is parsed.

Belongs here: size, lines, line ends, quotes, control characters, the file's kind by its first bytes; and the verdict on these.
Does not belong here: the encoding itself (encodings.py), headers and records (reader.py), the manifest (manifest.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sources.regional.encodings import EncodingWatch, Place, code_unit, mark_of
from sources.regional.limits import limits
from sources.regional.manifest import Refused, together

_CHUNK = 1 << 20
_HEAD = 1 << 16
_TAB, _LF, _CR, _SPACE, _QUOTE = b'\t\n\r "'
_MAGIC = {
    b"pk\x03\x04": "zip or xlsx",
    b"\x1f\x8b": "gzip",
    b"%pdf": "pdf",
    b"\xd0\xcf\x11\xe0": "xls",
    b"par1": "parquet",
    b"<": "HTML or XML",
    b"{": "JSON",
    b"[": "JSON",
}


@dataclass(frozen=True)
class Preflight:
    """What one read of the bytes told.

    `lines` are physical lines; a last one without a line break counts. `longest_line` is in code units (bytes, or 16-bit units in UTF-16). `contradiction` is
    what the bytes look like and the first place where they are not the declared encoding. `head` is the start of the file.
    """

    encoding: str
    bytes: int
    lines: int
    lf: int
    crlf: int
    quotes: int
    longest_line: int
    longest_at: Place
    final_newline: bool
    is_blank: bool
    may_hold_unseen: bool
    magic: str | None
    nul: Place | None
    lone_cr: Place | None
    contradiction: tuple[str, Place] | None
    head: bytes = field(repr=False)

    @property
    def is_mixed(self) -> bool:
        """True when some line breaks are CRLF and some LF; inside quotes that is no fault."""
        return 0 < self.crlf < self.lf


def preflight(path: Path, encoding: str) -> Preflight:
    """Read the whole file once, in bounded memory. `encoding` is the declared one. OSError when it cannot be read."""
    facts = _Facts(encoding)
    with path.open("rb", buffering=0) as file:
        for chunk in _chunks(file):
            facts.add(chunk)
    return facts.result()


def refuse(facts: Preflight) -> None:
    """Raise Refused when the bytes alone decide: empty, no text, wrong encoding, NUL, a line too long, line ends that differ."""
    if facts.is_blank:
        raise Refused("EMPTY", f"the file is empty ({facts.bytes} bytes)", found=facts.bytes)
    if facts.magic:
        raise Refused("MAGIC", f"the file is no CSV: it looks like {facts.magic}", declared="csv", found=facts.magic)
    if facts.contradiction:
        looks, place = facts.contradiction
        raise _refused_at(
            "ENCODING",
            f"the file is not {facts.encoding}: it looks like {looks}",
            place,
            declared=facts.encoding,
            found=looks,
        )
    if faults := _faults_of_text(facts):
        raise together(faults)


def _faults_of_text(facts: Preflight) -> list[Refused]:
    """What is wrong in a file that is text of the declared encoding: each of these can be mended by itself."""
    faults = []
    if facts.nul:
        faults.append(_refused_at("NUL", "the file holds a NUL byte", facts.nul))
    if facts.longest_line > (limit := limits().line_characters):
        reason = f"a line is {facts.longest_line} characters long; the limit is {limit}"
        faults.append(_refused_at("LINE_LEN", reason, facts.longest_at, declared=limit, found=facts.longest_line))
    if facts.lone_cr:
        reason = "the file holds a bare CR"
        faults.append(_refused_at("MIXED_EOL", reason, facts.lone_cr, declared="LF or CRLF", found="CR"))
    elif facts.is_mixed and not facts.quotes:
        faults.append(mixed_ends(facts))
    return faults


def mixed_ends(facts: Preflight) -> Refused:
    """The refusal of a file in which some records end in CRLF and some in LF."""
    found = f"{facts.crlf} CRLF, {facts.lf - facts.crlf} LF"
    return Refused("MIXED_EOL", f"the line ends differ: {found}", declared="LF or CRLF", found=found)


def _refused_at(code: str, reason: str, place: Place, **values: object) -> Refused:
    where = f"at byte {place.offset}, line {place.line}"
    return Refused(code, f"{reason}, {where}", **values, offset=place.offset, line=place.line)


def _chunks(file) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        # A raw read may be short; UTF-16 needs whole code units in every chunk but the last.
        while len(chunk) % 2 and (more := file.read(1)):
            chunk += more
        yield chunk


class _Facts:
    """Adds up the facts chunk by chunk. Counts are over code units: bytes, or 16-bit units where UTF-16 is declared."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.unit = code_unit(encoding)
        self.bytes = self.lf = self.crlf = self.quotes = 0
        self.head = b""
        self.last = -1  # the last code unit of the chunk before
        self.line_start = 0  # code unit in which the current line begins
        self.longest, self.longest_at = 0, Place(0, 1)
        self.is_blank = True
        self.has_control = False
        self.nul: Place | None = None
        self.lone_cr: Place | None = None
        self.watch = EncodingWatch(encoding)

    def add(self, chunk: bytes) -> None:
        if len(self.head) < _HEAD:
            self.head += chunk[: _HEAD - len(self.head)]
        text = chunk[len(mark_of(chunk)) :] if self.bytes == 0 else chunk
        units = np.frombuffer(chunk[: len(chunk) // self.unit * self.unit], np.uint8 if self.unit == 1 else "<u2")
        ends = np.flatnonzero(units == _LF)

        def place(at: int) -> Place:
            return Place(self.bytes + at, self.lf + int(np.searchsorted(ends, at // self.unit)) + 1)

        self._measure_lines(ends, len(units))
        self._look_for_controls(units, ends, place)
        self.is_blank = self.is_blank and not bool(np.any(units[(len(chunk) - len(text)) // self.unit :] > _SPACE))
        if b'"' in chunk:
            self.quotes += chunk.count(b'"') if self.unit == 1 else int(np.count_nonzero(units == _QUOTE))
        self.has_control = self.has_control or b"\x7f" in chunk
        self.watch.add(text, lambda at: place(at + len(chunk) - len(text)))
        self.lf += len(ends)
        self.bytes += len(chunk)
        if len(units):
            self.last = int(units[-1])

    def _measure_lines(self, ends: np.ndarray, size: int) -> None:
        start = self.bytes // self.unit
        if len(ends):
            lengths = np.diff(ends, prepend=self.line_start - start - 1) - 1
            longest = int(lengths.argmax())
            length = int(lengths[longest])
            self._note_length(length, self.lf + longest + 1, start + int(ends[longest]) - length)
            self.line_start = start + int(ends[-1]) + 1
        self._note_length(start + size - self.line_start, self.lf + len(ends) + 1, self.line_start)

    def _note_length(self, length: int, line: int, start: int) -> None:
        if length > self.longest:
            self.longest, self.longest_at = length, Place(start * self.unit, line)

    def _look_for_controls(self, units: np.ndarray, ends: np.ndarray, place: Callable[[int], Place]) -> None:
        """Most chunks hold no control character but those of line breaks: only where there are others is each kind looked for."""
        if self.last == _CR and len(units):
            self._after_cr(bool(units[0] == _LF))
        others = int(np.count_nonzero(units < _SPACE)) - len(ends)
        if not others:
            return
        crlf = int(np.count_nonzero(units[ends[ends > 0] - 1] == _CR))
        returns = int(np.count_nonzero(units == _CR))
        self.crlf += crlf
        # What a CR on the end of the chunk is, the next one tells.
        if self.lone_cr is None and returns - int(units[-1] == _CR) > crlf:
            found = np.flatnonzero(units[:-1] == _CR)
            self.lone_cr = place(int(found[units[found + 1] != _LF][0]) * self.unit)
        if others > returns and others > returns + int(np.count_nonzero(units == _TAB)):
            self.has_control = True
            if self.nul is None and (found := np.flatnonzero(units == 0)).size:
                self.nul = place(int(found[0]) * self.unit)

    def _after_cr(self, is_lf: bool) -> None:
        if is_lf:
            self.crlf += 1
        elif self.lone_cr is None:
            self.lone_cr = Place(self.bytes - self.unit, self.lf + 1)

    def result(self) -> Preflight:
        if self.last == _CR:
            self._after_cr(False)
        mark = mark_of(self.head)
        start = self.head[len(mark) :].lstrip().lower()
        final_newline = self.last == _LF
        return Preflight(
            encoding=self.encoding,
            bytes=self.bytes,
            lines=self.lf + (self.bytes > len(mark) and not final_newline),
            lf=self.lf,
            crlf=self.crlf,
            quotes=self.quotes,
            longest_line=self.longest,
            longest_at=self.longest_at,
            final_newline=final_newline,
            is_blank=self.is_blank,
            may_hold_unseen=self.has_control or self.watch.may_hold_unseen,
            magic=next((name for sign, name in _MAGIC.items() if start.startswith(sign)), None),
            nul=self.nul,
            lone_cr=self.lone_cr,
            contradiction=self.watch.contradiction(self.head, Place(self.bytes, self.lf + 1)),
            head=self.head,
        )
