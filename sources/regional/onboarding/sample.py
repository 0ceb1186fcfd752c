"""A sample file of a sender nobody knows yet: its encoding, its delimiter, its headings, its values as text.

Belongs here: reading it as the desk would, and refusing what must not be looked at further. Does not belong here: what headings and values mean.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sources.errors import SotevarastoError
from sources.identity_code import FREE_STANDING, masked
from sources.regional.encodings import mark_of
from sources.regional.manifest import Refused
from sources.regional.onboarding.forms import NUMBER, time_form
from sources.regional.preflight import Preflight, preflight, refuse
from sources.regional.reader import DELIMITERS

if TYPE_CHECKING:
    import polars as pl

# Each is tried as the desk would read it, the strictest first; the first that the bytes do not contradict is theirs.
_ENCODINGS = ("utf-16-le", "utf-8", "latin-1", "cp1252")
# A month of any sender is far smaller, and more would tell nothing new.
MAX_BYTES = 64 << 20
_LINES = 200
MAX_HEAD = 1 << 20


class SampleError(SotevarastoError):
    """A sample cannot be used; the message tells the file and the mend, and never a value."""


@dataclass(frozen=True)
class Sample:
    """`values` has one text column a heading, named by its place ("0", "1", …). `evidence` says how encoding and delimiter were told."""

    path: Path
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    values: pl.DataFrame
    evidence: dict[str, str]

    def column(self, place: int) -> pl.Series:
        return self.values[str(place)]


def read_sample(path: Path) -> Sample:
    """Read a sample file whole. SampleError when it is no file of lines with a heading, or when it holds personal identity codes."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SampleError(f"{path.name}: larger than {MAX_BYTES >> 20} MiB; give its first lines as the sample")
        facts = _facts(path)
        text = path.read_bytes()[len(mark_of(facts.head)) :].decode(facts.encoding)
    except Refused as refusal:
        raise SampleError(f"{path.name}: {refusal.reason}; ask for a file as it will be delivered") from None
    lines = [line.removesuffix("\r") for line in text[:MAX_HEAD].split("\n")[:_LINES] if line]
    delimiter, share = _delimiter(lines, path)
    headings, values = _table(text, delimiter, path)
    _refuse_rows_as_headings(path, headings)
    _refuse_identity_codes(path, values)
    evidence = {
        "encoding": _why_encoding(facts, text),
        "delimiter": f"{len(headings)} fields on {share} of the first {len(lines)} lines",
    }
    return Sample(path, facts.encoding, delimiter, headings, values, evidence)


def _facts(path: Path) -> Preflight:
    facts = None
    for encoding in _ENCODINGS:
        facts = preflight(path, encoding)
        if facts.contradiction is None:
            break
    refuse(facts)
    return facts


def _why_encoding(facts: Preflight, text: str) -> str:
    if mark_of(facts.head):
        return "byte order mark"
    if text.isascii():
        return "nothing but ASCII in the sample: any encoding would read it"
    return {
        "utf-8": "letters beyond ASCII are valid UTF-8",
        "utf-16-le": "every second byte is zero",
        "latin-1": "no UTF-8, and no sign that only cp1252 has",
        "cp1252": "no UTF-8, and signs that latin-1 lacks",
    }[facts.encoding]


def _delimiter(lines: list[str], path: Path) -> tuple[str, int]:
    """The sign that cuts most lines into as many fields as the first, more than one; and on how many lines it does."""
    found = {}
    for sign in DELIMITERS:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=sign)]
        except csv.Error:
            continue
        if counts and counts[0] > 1:
            found[sign] = (Counter(counts)[counts[0]], counts[0])
    if not found:
        known = ", ".join(DELIMITERS.values())
        raise SampleError(f"{path.name}: line 1 is not cut by any of {known}; ask for a file with headings")
    best = max(found, key=lambda sign: found[sign])
    return best, found[best][0]


def _table(text: str, delimiter: str, path: Path) -> tuple[tuple[str, ...], pl.DataFrame]:
    import polars as pl

    try:
        table = pl.read_csv(
            io.BytesIO(text.encode()),
            has_header=False,
            separator=delimiter,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        raise SampleError(f"{path.name}: its lines cannot be cut into fields; see its quotation marks") from None
    first = [unicodedata.normalize("NFC", cell or "").strip() for cell in table.row(0)]
    named = len(first) - 1 if first[-1] == "" else len(first)
    values = table[1:, :named]
    if not len(values):
        raise SampleError(f"{path.name}: a header and no rows; ask for a sample with some rows")
    values.columns = [str(place) for place in range(named)]
    return tuple(first[:named]), values.with_columns(pl.all().fill_null(""))


def _refuse_rows_as_headings(path: Path, headings: tuple[str, ...]) -> None:
    """A first line that is a row may be a person's: it is never shown."""
    import polars as pl

    cells = pl.Series([heading for heading in headings if heading], dtype=pl.String)
    values = cells.filter(cells.str.contains(rf"{NUMBER}|^[0-9a-fA-F]{{16,}}$|@"))
    is_row = len(values) or any(masked(heading) != heading for heading in headings)
    is_time = any(time_form(pl.Series([cell]), (), clock) for cell in cells for clock in (True, False))
    if is_row or is_time or len(cells) < len(headings):
        raise SampleError(
            f"{path.name}: line 1 seems to be a row and not the headings; ask for a file with headings on its first line"
        )


def _refuse_identity_codes(path: Path, values: pl.DataFrame) -> None:
    import polars as pl

    counts = values.select(pl.all().str.contains(FREE_STANDING).sum()).row(0)
    if found := [(place, count) for place, count in enumerate(counts, 1) if count]:
        place, count = found[0]
        raise SampleError(
            f"{path.name}: field {place} has the form of a personal identity code on {count} rows; remove the file and ask for one with pseudonyms"
        )
