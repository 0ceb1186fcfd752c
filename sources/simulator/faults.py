"""Whole deliveries gone wrong: each function spoils a good parcel in one way and says which verdict that must get.

Belongs here: faults of bytes, header, lines and manifest, and the faulty rows that "bad input" lists by name. Does not belong here: the faults of single
rows that happen every month (row_faults.py) and faults of the order of deliveries (they need more than one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.simulator.parcel import Parcel
from sources.simulator.row_faults import RowFault, rule_id
from sources.simulator.senders import senders
from sources.simulator.writer import null_text

Spoil = Callable[[Parcel], Parcel]
FAULTS: dict[str, Spoil] = {}


def spoil(parcel: Parcel, fault: str) -> Parcel:
    """A good parcel with one fault; its truth names the fault and the verdict to expect. KeyError when there is no such fault."""
    spoilt = FAULTS[fault](parcel)
    return replace(spoilt, truth=replace(spoilt.truth, fault=fault))


def _fault(function: Spoil) -> Spoil:
    FAULTS[function.__name__.removeprefix("_")] = function
    return function


@dataclass
class _Text:
    """The first file of a parcel as lines without their ends; the header is the first. Fields are divided as the dialect says: nothing is quoted."""

    parcel: Parcel
    lines: list[str]

    @classmethod
    def of(cls, parcel: Parcel) -> _Text:
        text = parcel.files[0].data.decode(parcel.dialect.encoding).removeprefix("\ufeff")
        return cls(parcel, text.split(parcel.sender.line_end)[:-1])

    @property
    def delimiter(self) -> str:
        return self.parcel.dialect.delimiter

    def place(self, column: str) -> int:
        return list(self.parcel.dialect.columns.values()).index(column)

    def each(self, change: Callable[[list[str]], list[str]]) -> _Text:
        """Change the fields of every line, the header's too."""
        return _Text(self.parcel, [self.delimiter.join(change(line.split(self.delimiter))) for line in self.lines])

    def with_header(self, change: Callable[[list[str]], list[str]]) -> _Text:
        return _Text(self.parcel, [self.delimiter.join(change(self.lines[0].split(self.delimiter))), *self.lines[1:]])

    def with_value(self, line_number: int, column: str, value: str) -> _Text:
        """One value of one physical line (the header is line 1) replaced."""
        lines = list(self.lines)
        fields = lines[line_number - 1].split(self.delimiter)
        fields[self.place(column)] = value
        lines[line_number - 1] = self.delimiter.join(fields)
        return _Text(self.parcel, lines)

    def clean_line(self, begin: float = 0.5) -> int:
        """The number of a line without a fault, the first from that part of the file on."""
        faulty = {f.line_number for f in self.parcel.truth.row_faults if f.file_name == self.parcel.files[0].name}
        middle = range(int(len(self.lines) * begin) + 1, len(self.lines) + 1)
        number = next((n for n in middle if n not in faulty), None)
        if number is None:
            raise ValueError(
                f"{self.parcel.files[0].name} has no clean line for this fault; make a parcel with more rows"
            )
        return number

    def packed(self, encoding: str | None = None) -> Parcel:
        """The parcel with these lines; the manifest agrees with the bytes and counts every line but the header as a record."""
        sender, dialect = self.parcel.sender, self.parcel.dialect
        mark = "\ufeff" if sender.byte_order_mark or encoding == "utf-16-le" else ""
        text = mark + "".join(line + sender.line_end for line in self.lines)
        return self.parcel.with_data(text.encode(encoding or dialect.encoding), max(0, len(self.lines) - 1))


def _rejected(parcel: Parcel, code: str) -> Parcel:
    rows = sum(f.rows for f in parcel.files)
    parcel = parcel.expecting("rejected", file_rule(code).id)
    return replace(parcel, truth=replace(parcel.truth, rows=rows, row_faults=()))


def _quarantined(parcel: Parcel, *faults: tuple[int, str | None, str]) -> Parcel:
    """The delivery is taken in; only the lines named are not."""
    name = parcel.files[0].name
    found = (*parcel.truth.row_faults, *(RowFault(name, *fault) for fault in faults))
    in_order = tuple(sorted(found, key=lambda f: (f.file_name, f.line_number)))
    return replace(parcel, truth=replace(parcel.truth, rows=sum(f.rows for f in parcel.files), row_faults=in_order))


# Header


@_fault
def _missing_column(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    place = text.place("urgency")
    return _rejected(text.each(lambda f: f[:place] + f[place + 1 :]).packed(), "HEADER_MISSING")


@_fault
def _extra_column(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    spoilt = text.each(lambda f: [*f, "1"]).with_header(lambda f: [*f[:-1], "Lisätieto 7"])
    return _rejected(spoilt.packed(), "HEADER_EXTRA")


@_fault
def _duplicate_column(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    place = text.place("sex")
    return _rejected(text.each(lambda f: [*f, f[place]]).packed(), "HEADER_DUPLICATE")


@_fault
def _renamed_column(parcel: Parcel) -> Parcel:
    """The longest heading without its last letter."""
    text = _Text.of(parcel)
    longest = max(parcel.dialect.columns, key=len)
    return _rejected(text.with_header(lambda f: [h[:-1] if h == longest else h for h in f]).packed(), "HEADER_RENAMED")


@_fault
def _swapped_columns(parcel: Parcel) -> Parcel:
    """Two columns change places, headings and values together: columns are known by name, so nothing is wrong."""
    text = _Text.of(parcel)
    a, b = text.place("contacted_at"), text.place("visited_at")

    def swapped(fields: list[str]) -> list[str]:
        # A ragged line keeps the fields that it has.
        if len(fields) > max(a, b):
            fields[a], fields[b] = fields[b], fields[a]
        return fields

    return _quarantined(text.each(swapped).packed())


@_fault
def _swapped_headings(parcel: Parcel) -> Parcel:
    """Only the headings change places: every row breaks rules, which is too many."""
    text = _Text.of(parcel)
    a, b = text.place("sex"), text.place("birth_year")

    def swapped(fields: list[str]) -> list[str]:
        fields[a], fields[b] = fields[b], fields[a]
        return fields

    return _rejected(text.with_header(swapped).packed(), "QUARANTINE_SHARE")


@_fault
def _title_above(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    return _rejected(_Text(parcel, [f"Raportti {parcel.period}", *text.lines]).packed(), "HEADER_NOT_FIRST")


# Bytes


@_fault
def _wrong_encoding(parcel: Parcel) -> Parcel:
    """Latin-1 where UTF-8 was agreed and the text tells them apart, UTF-16 otherwise; UTF-8 where UTF-16 was agreed."""
    text, agreed = _Text.of(parcel), parcel.dialect.encoding
    other = "utf-8" if agreed == "utf-16-le" else "utf-16-le"
    if agreed == "utf-8" and not "".join(text.lines).isascii() and not parcel.sender.byte_order_mark:
        other = "latin-1"
    return _rejected(text.packed(other), "ENCODING")


@_fault
def _wrong_delimiter(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    other = "|" if text.delimiter == "\t" else "\t"
    return _rejected(_Text(parcel, [line.replace(text.delimiter, other) for line in text.lines]).packed(), "DELIMITER")


@_fault
def _nul_bytes(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    number = text.clean_line()
    return _rejected(text.with_value(number, "unit_id", "\0\0\0").packed(), "NUL")


@_fault
def _empty(parcel: Parcel) -> Parcel:
    files = tuple(replace(f, data=b"", rows=0) for f in parcel.files)
    return _rejected(replace(parcel, files=files), "EMPTY")


@_fault
def _header_only(parcel: Parcel) -> Parcel:
    spoilt = _Text(parcel, _Text.of(parcel).lines[:1]).packed()
    files = tuple(replace(f, data=spoilt.files[0].data, rows=0) for f in parcel.files)
    return _rejected(replace(parcel, files=files), "HEADER_ONLY")


@_fault
def _html_body(parcel: Parcel) -> Parcel:
    """The page of a gateway, saved under the name of the export."""
    page = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body></html>\n"
    return _rejected(parcel.with_data(page, 3), "MAGIC")


# Lines


@_fault
def _ragged_row(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    number = text.clean_line()
    text.lines[number - 1] += text.delimiter
    return _quarantined(text.packed(), (number, None, file_rule("RAGGED").id))


@_fault
def _unclosed_quote(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    number = text.clean_line()
    value = text.lines[number - 1].split(text.delimiter)[text.place("unit_id")]
    return _quarantined(
        text.with_value(number, "unit_id", f'"{value}').packed(), (number, None, file_rule("UNCLOSED_QUOTE").id)
    )


@_fault
def _header_again(parcel: Parcel) -> Parcel:
    """A repeated header is no record: it goes to quarantine, but the manifest does not count it."""
    text = _Text.of(parcel)
    text.lines.append(text.lines[0])
    packed = text.packed()
    packed = packed.with_data(packed.files[0].data, packed.files[0].rows - 1)
    spoilt = _quarantined(packed, (len(text.lines), None, file_rule("HEADER_AGAIN").id))
    return replace(spoilt, truth=replace(spoilt.truth, rows=spoilt.truth.rows + 1))


@_fault
def _cut_last_line(parcel: Parcel) -> Parcel:
    """The export stopped in the middle of a line near its end, and the manifest was made of what there was. Where much more was lost, the delivery would be held."""
    text = _Text.of(parcel)
    number = text.clean_line(0.9)
    text.lines = [*text.lines[: number - 1], text.lines[number - 1].rpartition(text.delimiter)[0]]
    packed = text.packed()
    end = len(parcel.sender.line_end.encode(parcel.dialect.encoding))
    kept = [f for f in parcel.truth.row_faults if f.file_name != parcel.files[0].name or f.line_number < number]
    spoilt = packed.with_data(packed.files[0].data[:-end])
    spoilt = replace(spoilt, truth=replace(spoilt.truth, row_faults=tuple(kept)))
    return _quarantined(spoilt, (number, None, file_rule("RAGGED").id))


# Rows


@_fault
def _total_row(parcel: Parcel) -> Parcel:
    """A line of totals under the rows, as a spreadsheet adds it."""
    text, dialect = _Text.of(parcel), parcel.dialect
    total = dict.fromkeys(dialect.columns.values(), null_text(dialect)) | {
        "contact_id": "Yhteensä",
        "visit_duration_hours": f"731{dialect.decimal}25",
    }
    text.lines.append(text.delimiter.join(total.values()))
    number = len(text.lines)
    required = [
        r for r in dataset_contract("care_contacts").rules if r.check == "required" and r.column != "contact_id"
    ]
    return _quarantined(
        text.packed(),
        (number, "contact_id", rule_id("contact_id", "pattern")),
        (number, "visit_duration_hours", rule_id("visit_duration_hours", "range")),
        *((number, r.column, r.id) for r in required),
    )


@_fault
def _decimal_in_integer(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    number = text.clean_line()
    return _quarantined(
        text.with_value(number, "birth_year", "10.6").packed(), (number, "birth_year", rule_id("birth_year", "type"))
    )


@_fault
def _unknown_municipality(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    number = text.clean_line()
    place = (number, "home_municipality_code", rule_id("home_municipality_code", "codes"))
    return _quarantined(text.with_value(number, "home_municipality_code", "999").packed(), place)


@_fault
def _repeated_row(parcel: Parcel) -> Parcel:
    text = _Text.of(parcel)
    text.lines.append(text.lines[text.clean_line() - 1])
    return _quarantined(text.packed(), (len(text.lines), "contact_id", rule_id("contact_id", "unique")))


# Manifest


@_fault
def _wrong_hash(parcel: Parcel) -> Parcel:
    return _rejected(replace(parcel, stated={"file": {"sha256": "0" * 64}}), "HASH")


@_fault
def _wrong_size(parcel: Parcel) -> Parcel:
    """The manifest was made of the whole file, of which only a part was sent before it."""
    size = len(parcel.files[0].data)
    cut = parcel.with_data(parcel.files[0].data[: size // 2])
    return _rejected(replace(cut, stated={"file": {"bytes": size}}), "SIZE")


@_fault
def _wrong_row_count(parcel: Parcel) -> Parcel:
    return _rejected(replace(parcel, stated={"file": {"rows": parcel.files[0].rows + 1}}), "ROWS")


@_fault
def _another_organiser(parcel: Parcel) -> Parcel:
    """The manifest names another sender than the inbox folder."""
    other = next(code for code in senders() if code != parcel.organiser_code)
    return _rejected(replace(parcel, stated={"organiser_code": other}), "ORGANISER")


@_fault
def _old_contract(parcel: Parcel) -> Parcel:
    return _rejected(replace(parcel, stated={"contract_version": "0.1.0"}), "CONTRACT_VERSION")
