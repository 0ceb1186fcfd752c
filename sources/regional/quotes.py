"""Lines that hold a quotation mark.

Belongs here: telling which of them are plainly quoted, parsing the others with Python's strict csv, joining a record that spans lines, and giving up on one line
alone when its quotes do not close. Does not belong here: cutting bytes into lines (lines.py), anything about lines without a quotation mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# How many physical lines one record may span. Low, so that a stray quotation mark cannot reach far.
MAX_RECORD_LINES = 20

PLAIN, QUOTED, PARSED, UNCLOSED, CONTINUED = range(5)
OPEN, BROKEN = object(), object()


@dataclass
class Resolved:
    """What became of a run of lines.

    `kind` by line: PLAIN (no quotation mark), QUOTED (quotation marks only round whole values without a delimiter: they can simply be dropped), PARSED (see
    `parts`), UNCLOSED (no record begins here), CONTINUED (belongs to the record above). `done` lines were decided; the rest needs the lines that follow.
    """

    kind: np.ndarray
    parts: dict[int, list[str]] = field(default_factory=dict)
    text: dict[int, str] = field(default_factory=dict)
    done: int = 0


def simple_pattern(delimiter: str) -> str:
    """A regular expression (RE2) for a whole line whose quotation marks only enclose whole values free of delimiters, quotation marks and line breaks."""
    d = re.escape(delimiter)
    value = f'(?:[^"{d}\r\n]*|"[^"{d}\r\n]*")'
    return f"^{value}(?:{d}{value})*\r?\n?$"


def resolve(lines: pa.Array, delimiter: str, fields: int, is_last: bool) -> Resolved:
    """Decide each line of a run (Arrow strings with their line breaks); `fields` is the number of fields in a record, `is_last` that no lines follow."""
    kind = np.full(len(lines), PLAIN, np.uint8)
    result = Resolved(kind, done=len(lines))
    marked = np.flatnonzero(pc.match_substring(lines, '"').to_numpy(zero_copy_only=False))
    texts = lines.take(pa.array(marked))
    is_simple = pc.match_substring_regex(texts, simple_pattern(delimiter)).to_numpy(zero_copy_only=False)
    kind[marked[is_simple]] = QUOTED
    hard = marked[~is_simple].tolist()
    resume = 0
    for at, text in zip(hard, texts.filter(pa.array(~is_simple)).to_pylist(), strict=True):
        if at < resume:
            continue
        record, window = _parsed(text, delimiter), [text]
        if record is OPEN:
            window = lines[at : at + MAX_RECORD_LINES].to_pylist()
            record, used = _joined(window, delimiter, fields)
            if record is OPEN and not is_last and len(window) < MAX_RECORD_LINES:
                result.done = at
                break
            window = window[:used]
        if not isinstance(record, list):
            kind[at] = UNCLOSED
            continue
        resume = at + len(window)
        kind[at:resume] = CONTINUED
        kind[at] = PARSED
        result.parts[at] = record
        result.text[at] = "".join(window)
    return result


def _parsed(text: str, delimiter: str) -> list[str] | object:
    """The fields of the one record that the text is; OPEN when a quotation mark is still open at its end, BROKEN when it is no record."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return OPEN if "unexpected end of data" in str(error) else BROKEN
    return rows[0] if len(rows) == 1 else BROKEN


def _joined(window: Sequence[str], delimiter: str, fields: int) -> tuple[list[str] | object, int]:
    """The record that begins on the first line of the window, open at its end, and the lines it spans; OPEN when it is open at the window's end too."""
    for used in range(2, len(window) + 1):
        if '"' not in window[used - 1]:
            continue
        record = _parsed("".join(window[:used]), delimiter)
        if record is not OPEN:
            is_one = (
                isinstance(record, list) and len(record) == fields and not _swallows(window[:used], delimiter, fields)
            )
            return (record, used) if is_one else (BROKEN, 1)
    return OPEN, 1


def _swallows(lines: Sequence[str], delimiter: str, fields: int) -> bool:
    """True when joining would make one record of lines that look like whole records: two stray quotation marks, not one value over several lines."""
    d = re.escape(delimiter)
    # Values that open and close on the line count as one field whatever they hold.
    closed = re.compile(f'(?:^|(?<={d}))"(?:[^"]|"")*"(?={d}|\r?\n?$)')
    whole = [closed.sub("", line).count(delimiter) + 1 == fields for line in lines]
    return any(whole[1:-1]) or (whole[0] and whole[-1])
