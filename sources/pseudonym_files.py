"""Pseudonymising whole files: CSV with identity codes in, the same CSV with pseudonyms out.

Belongs here: finding the columns, replacing values block by block, the facts beside each file, the list that joins two keys. Does not belong here: the formula (pseudonym.py).

Only the named columns change; of a file without quotation marks every other byte stays as it was. A value that is no code stops the file: what is not replaced must not leave
the county. Nothing is left behind then.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sources.durable import replace_file, temp_path, write_atomic
from sources.identity_code import is_temporary, normalised
from sources.landing import file_sha256
from sources.pseudonym import DIGITS, PURPOSE, Key, PseudonymError, Pseudonyms

FACTS_SUFFIX, ROTATION_SUFFIX = ".pseudonyms.json", ".rotation.csv"
_BLOCK = 1 << 22
_TOLD = 20
_KNOWN = 500_000  # pseudonyms kept at hand; a client has several rows, mostly near each other


@dataclass(frozen=True)
class Layout:
    """How a file is written. `names` maps a name by which a column may be asked for to its header."""

    encoding: str = "utf-8"
    delimiter: str = ";"
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Counts:
    """What was done with the values of the named columns."""

    rows: int = 0
    pseudonymised: int = 0
    temporary: int = 0
    empty: int = 0


def pseudonymise_files(
    files: Sequence[Path],
    columns: Sequence[str],
    out: Path,
    key: Key,
    layout: Layout,
    *,
    purpose: str = PURPOSE,
    flag: str | None = None,
    old_key: Key | None = None,
) -> dict[str, Counts]:
    """Write each file to `out` under its own name (mode 0600), with its facts beside it; returns the counts by name.

    `flag` adds a column of that header, 1 where a code is given for a time only. With `old_key` a list of old and new pseudonyms is written too. PseudonymError: two
    files of one name, a file that lies in `out`, a column that is not there, values that are no codes.
    """
    names = [path.name for path in files]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise PseudonymError(f"{repeated[0]}: two files have this name; give them one by one")
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    counts = {}
    for path in files:
        if path.resolve().parent == out.resolve():
            raise PseudonymError(f"{path}: lies in {out}, where its pseudonymised copy would go; name another folder")
        work = _Work(path, layout, columns, Pseudonyms(key, purpose), old_key and Pseudonyms(old_key, purpose), flag)
        counts[path.name] = work.write(out)
        facts = {
            "key_id": key.id,
            "key_check": key.check,
            "purpose": purpose,
            "columns": list(columns),
            "file": path.name,
            "sha256": file_sha256(out / path.name),
            **vars(counts[path.name]),
        }
        write_atomic(out / f"{path.name}{FACTS_SUFFIX}", json.dumps(facts, indent=1) + "\n")
    return counts


class _Quoted(Exception):
    """The file holds quotation marks, so it must be read as CSV and not line by line."""


@dataclass
class _Work:
    """One file on its way."""

    path: Path
    layout: Layout
    columns: Sequence[str]
    new: Pseudonyms
    old: Pseudonyms | None
    flag: str | None
    counts: Counts = field(default_factory=Counts)
    bad: list[int] = field(default_factory=list)
    bad_count: int = 0
    known: dict[bytes, tuple[bytes, bool] | None] = field(default_factory=dict)
    rotated: dict[str, str] = field(default_factory=dict)

    def write(self, out: Path) -> Counts:
        """Write the file's copy, whole or not at all."""
        target = out / self.path.name
        tmp = temp_path(target)
        try:
            try:
                self._copy(tmp, self._blocks_without_quotes())
            except _Quoted:
                self.counts, self.bad, self.bad_count = Counts(), [], 0
                self._copy(tmp, self._records())
            if self.bad_count:
                told = ", ".join(map(str, self.bad))
                more = f" and {self.bad_count - len(self.bad)} more" if self.bad_count > len(self.bad) else ""
                lines = "line" if self.bad_count == 1 else "lines"
                raise PseudonymError(
                    f"{self.path}: {self.bad_count} values of {', '.join(self.columns)} are no personal identity codes, "
                    f"{lines} {told}{more}; mend them at the source (nothing was written)"
                )
            if self.old is not None:
                pairs = "".join(f"{old};{new}\n" for old, new in sorted(self.rotated.items()))
                write_atomic(out / f"{self.path.name}{ROTATION_SUFFIX}", f"old;new\n{pairs}")
            replace_file(tmp, target)
        finally:
            tmp.unlink(missing_ok=True)
        return self.counts

    def _copy(self, tmp: Path, blocks: Iterator[bytes]) -> None:
        descriptor = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for block in blocks:
                file.write(block)

    def _blocks_without_quotes(self) -> Iterator[bytes]:
        """Whole lines at a time, as bytes: fields are cut at the delimiter."""
        if not _has_ascii(self.layout.encoding):
            raise _Quoted
        delimiter, places, fields, line = self.layout.delimiter.encode(self.layout.encoding), [], 0, 0
        for block in _whole_lines(self.path):
            if b'"' in block:
                raise _Quoted
            if not line:
                header, _, block = block.partition(b"\n")
                places, fields = self._places(header)
                yield self._header(header)
                line = 1
            if block:
                yield self._replaced(block, delimiter, places, fields, line)
                line += block.count(b"\n")

    def _header(self, header: bytes) -> bytes:
        text = header.removesuffix(b"\r")
        added = f"{self.layout.delimiter}{self.flag}".encode(self.layout.encoding) if self.flag else b""
        return text + added + header[len(text) :] + b"\n"

    def _places(self, header: bytes) -> tuple[list[int], int]:
        text = header.removeprefix(codecs.BOM_UTF8).decode(self.layout.encoding).removesuffix("\r")
        return self._found(text.split(self.layout.delimiter))

    def _found(self, cells: Sequence[str]) -> tuple[list[int], int]:
        """Where the named columns stand among the header's cells, and how many cells there are. The header itself is not quoted: it may be a person's row."""
        names = [unicodedata.normalize("NFC", cell) for cell in cells]
        places = []
        for column in self.columns:
            wanted = unicodedata.normalize("NFC", self.layout.names.get(column, column))
            if names.count(wanted) != 1:
                how = "no" if wanted not in names else "more than one"
                raise PseudonymError(
                    f"{self.path}: line 1 has {how} column {wanted!r}; check the name, the delimiter and the encoding"
                )
            places.append(names.index(wanted))
        return sorted(places), len(names)

    def _replaced(self, block: bytes, delimiter: bytes, places: Sequence[int], fields: int, line: int) -> bytes:
        """The block with pseudonyms. The cuts are found all at once; only the values themselves are taken one by one."""
        is_open = not block.endswith(b"\n")
        data = block + b"\n" if is_open else block
        units = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(units == 10)
        cuts = np.flatnonzero(units == delimiter[0])
        starts = np.concatenate([[0], ends[:-1] + 1])
        first = np.searchsorted(cuts, starts)
        odd = np.flatnonzero(np.searchsorted(cuts, ends) - first != fields - 1)
        if len(odd):
            raise PseudonymError(
                f"{self.path}: line {line + int(odd[0]) + 1} has not the {fields} fields of the header; mend the line (nothing was written)"
            )
        # A line may end in CR LF: its last field ends one byte earlier.
        ends -= (units[np.maximum(ends - 1, 0)] == 13) & (ends > starts)
        begins = [starts if place == 0 else cuts[first + place - 1] + 1 for place in places]
        stops = [ends if place == fields - 1 else cuts[first + place] for place in places]
        found = [
            self._values([data[b:e] for b, e in zip(own.tolist(), end.tolist(), strict=True)], line + 1)
            for own, end in zip(begins, stops, strict=True)
        ]
        news = [[value for value, _ in values] for values in found]
        if self.flag:
            flags = [any(is_temporary for _, is_temporary in row) for row in zip(*found, strict=True)]
            begins, stops = [*begins, ends], [*stops, ends]
            news.append([delimiter + (b"1" if is_flagged else b"0") for is_flagged in flags])
        self.counts.rows += len(ends)
        text = _spliced(
            data,
            np.stack(begins, 1).ravel(),
            np.stack(stops, 1).ravel(),
            [v for row in zip(*news, strict=True) for v in row],
        )
        return text[:-1] if is_open else text

    def _values(self, values: list[bytes], line: int) -> list[tuple[bytes, bool]]:
        """For each value its pseudonym and whether the code is temporary; an empty value stays empty. `line` is that of the first."""
        if len(self.known) > _KNOWN:
            self.known.clear()
        for value in set(values).difference(self.known):
            self.known[value] = self._computed(value)
        found = [self.known[value] for value in values]
        if None in found:
            lines = [line + n for n, one in enumerate(found) if one is None]
            self.bad_count += len(lines)
            self.bad += lines[: max(0, _TOLD - len(self.bad))]
            return [one or (b"", False) for one in found]
        filled = sum(1 for value, _ in found if len(value) == DIGITS)
        self.counts.pseudonymised += filled
        self.counts.empty += len(found) - filled
        self.counts.temporary += sum(is_temporary for _, is_temporary in found)
        return found

    def _computed(self, value: bytes) -> tuple[bytes, bool] | None:
        if not value.strip():
            return b"", False
        text = value.decode("latin-1")
        found = self.new.of(text)
        if found is None:
            return None
        if self.old is not None:
            self.rotated[self.old.of(text) or ""] = found
        return found.encode(), is_temporary(normalised(text) or "")

    def _records(self) -> Iterator[bytes]:
        """Record by record, as CSV with quotation marks."""
        encoder = codecs.getincrementalencoder(self.layout.encoding)()
        with self.path.open(encoding=self.layout.encoding, newline="") as file:
            start = file.read(1)
            mark = start if start == "\ufeff" else ""
            reader = csv.reader(_lines(start[len(mark) :], file), delimiter=self.layout.delimiter, strict=True)
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer, delimiter=self.layout.delimiter, lineterminator=self._line_end())
            buffer.write(mark)
            places: list[int] = []
            fields, before = 0, 0
            try:
                for number, record in enumerate(reader):
                    if number == 0:
                        places, fields = self._found(record)
                        writer.writerow([*record, *([self.flag] if self.flag else [])])
                    elif record:
                        writer.writerow(self._record(record, places, fields, before + 1))
                    before = reader.line_num
                    if buffer.tell() > _BLOCK:
                        yield encoder.encode(buffer.getvalue())
                        buffer.seek(0)
                        buffer.truncate()
            except (csv.Error, UnicodeDecodeError) as error:
                what = "not CSV" if isinstance(error, csv.Error) else f"not {self.layout.encoding}"
                raise PseudonymError(
                    f"{self.path}: line {before + 1} is {what}; mend it (nothing was written)"
                ) from None
            yield encoder.encode(buffer.getvalue(), final=True)

    def _record(self, record: list[str], places: Sequence[int], fields: int, line: int) -> list[str]:
        if len(record) != fields:
            raise PseudonymError(
                f"{self.path}: line {line} has not the {fields} fields of the header; mend the line (nothing was written)"
            )
        self.counts.rows += 1
        is_flagged = False
        for place in places:
            ((value, is_given_for_a_time),) = self._values([record[place].encode("utf-8")], line)
            record[place], is_flagged = value.decode("ascii"), is_flagged or is_given_for_a_time
        return [*record, "1" if is_flagged else "0"] if self.flag else record

    def _line_end(self) -> str:
        with self.path.open(encoding=self.layout.encoding, newline="") as file:
            return "\r\n" if file.readline(1 << 20).endswith("\r\n") else "\n"


def _spliced(data: bytes, begins: np.ndarray, stops: np.ndarray, news: list[bytes]) -> bytes:
    """The bytes with each piece from a begin to its stop replaced."""
    pieces: list[bytes] = [b""] * (2 * len(news) + 1)
    kept_from, kept_to = [0, *stops.tolist()], [*begins.tolist(), len(data)]
    pieces[0::2] = [data[a:b] for a, b in zip(kept_from, kept_to, strict=True)]
    pieces[1::2] = news
    return b"".join(pieces)


def _has_ascii(encoding: str) -> bool:
    """Whether ASCII characters are their own bytes, and no others."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "iso8859-1", "iso8859-15", "cp1252", "ascii")


def _lines(start: str, file: io.TextIOBase) -> Iterator[str]:
    first = start if start.endswith("\n") else start + file.readline()
    if first:
        yield first
    yield from file


def _whole_lines(path: Path) -> Iterator[bytes]:
    rest = b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            block = rest + block
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            if end:
                yield block[:end]
    if rest:
        yield rest
