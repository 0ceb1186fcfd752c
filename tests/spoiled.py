"""Deliveries gone wrong, beyond the faults that the simulator itself makes: each function spoils a good parcel and says which verdict that must get.

Belongs here: a fault of every class of bad input that one delivery can have, with its truth. Does not belong here: running a night over them (batch.py)
and what the night must come to (test_bad_input.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from sources.regional.file_rules import file_rule
from sources.simulator import faults
from sources.simulator.parcel import Parcel
from sources.simulator.row_faults import RowFault, rule_id


@dataclass(frozen=True)
class Spoiled:
    """A parcel with its truth. `manifest` are the bytes sent instead of the parcel's own manifest, `notices` the codes of what is told though nothing is refused for
    it, `is_link` that the data file is a symbolic link to its content."""

    parcel: Parcel
    manifest: bytes | None = None
    notices: tuple[str, ...] = ()
    is_link: bool = False


Spoil = Callable[[Parcel], Spoiled]
FAULTS: dict[str, tuple[str | None, Spoil]] = {}


def spoil(parcel: Parcel, fault: str) -> Spoiled:
    """A good parcel with this fault, one of FAULTS."""
    return FAULTS[fault][1](parcel)


def _fault(sender: str | None = None):
    """Register a fault; `sender` is the only one that can have it (by its encoding, its delimiter, its two files)."""

    def add(function: Callable[[Parcel], Parcel | Spoiled]) -> Callable:
        def spoilt(parcel: Parcel) -> Spoiled:
            result = function(parcel)
            return result if isinstance(result, Spoiled) else Spoiled(result)

        FAULTS[function.__name__.removeprefix("_")] = (sender, spoilt)
        return function

    return add


for _name in (name for name in faults.FAULTS if name != "wrong_encoding"):
    FAULTS[_name] = (None, lambda parcel, name=_name: Spoiled(faults.spoil(parcel, name)))
for _code in ("05", "09", "11", "13", "17", "90"):
    # What tells another encoding apart differs with what was agreed.
    FAULTS[f"wrong_encoding_of_{_code}"] = (_code, lambda parcel: Spoiled(faults.spoil(parcel, "wrong_encoding")))


class Text:
    """The first file of a parcel as lines without their ends; line 1 is the header. The parcel's true faults keep their places when lines are added."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.delimiter, self.end = parcel.dialect.delimiter, parcel.sender.line_end
        text = parcel.files[0].data.decode(parcel.dialect.encoding)
        self.mark = "\ufeff" if text.startswith("\ufeff") else ""
        self.lines = text.removeprefix(self.mark).split(self.end)[:-1]
        self.name = parcel.files[0].name

    def clean(self, count: int = 1) -> list[int]:
        """The numbers of the first good lines of the lower half."""
        faulty = {f.line_number for f in self.parcel.truth.row_faults if f.file_name == self.name}
        return [n for n in range(len(self.lines) // 2, len(self.lines) + 1) if n not in faulty][:count]

    def place(self, column: str) -> int:
        return list(self.parcel.dialect.columns.values()).index(column)

    def value(self, number: int, column: str) -> str:
        return self.lines[number - 1].split(self.delimiter)[self.place(column)]

    def put(self, number: int, column: str, value: str) -> None:
        fields = self.lines[number - 1].split(self.delimiter)
        fields[self.place(column)] = value
        self.lines[number - 1] = self.delimiter.join(fields)

    def each(self, change: Callable[[str], str]) -> Text:
        self.lines = [change(line) for line in self.lines]
        return self

    def bytes(self, last_end: bool = True) -> bytes:
        text = self.mark + self.end.join(self.lines) + (self.end if last_end else "")
        return text.encode(self.parcel.dialect.encoding)

    def packed(self, data: bytes | None = None, rows: int | None = None) -> Parcel:
        """The parcel with these lines, or these bytes, and a manifest that agrees with them."""
        return self.parcel.with_data(
            self.bytes() if data is None else data, len(self.lines) - 1 if rows is None else rows
        )


def _rejected(parcel: Parcel, code: str) -> Parcel:
    parcel = parcel.expecting("rejected", file_rule(code).id)
    return replace(parcel, truth=replace(parcel.truth, row_faults=()))


def _quarantined(parcel: Parcel, *found: tuple[int, str | None, str], file: int = 0, lines: int = 0) -> Parcel:
    """The parcel is accepted, but for these lines too; `lines` are received beyond those that the manifest counts."""
    name = parcel.files[file].name
    everything = (*parcel.truth.row_faults, *(RowFault(name, *fault) for fault in found))
    rows = sum(f.rows for f in parcel.files) + lines
    return replace(parcel, truth=replace(parcel.truth, rows=rows, row_faults=everything))


def _each_line(parcel: Parcel, column: str, values: list[str], check: str) -> Parcel:
    """One of these values on a line each; all break the same rule."""
    text = Text(parcel)
    numbers = text.clean(len(values))
    for number, value in zip(numbers, values, strict=True):
        text.put(number, column, value)
    return _quarantined(text.packed(), *((number, column, rule_id(column, check)) for number in numbers))


def _moved(parcel: Parcel, number: int, by: int) -> Parcel:
    """The parcel whose true faults below line `number` of the first file stand `by` lines lower."""
    name = parcel.files[0].name
    found = tuple(
        replace(f, line_number=f.line_number + by) if f.file_name == name and f.line_number > number else f
        for f in parcel.truth.row_faults
    )
    return replace(parcel, truth=replace(parcel.truth, row_faults=found))


# Bytes


@_fault("17")
def _overlong_character(parcel: Parcel) -> Parcel:
    """Two bytes that spell a slash the forbidden way."""
    text = Text(parcel)
    text.put(text.clean()[0], "unit_id", "OVERLONG")
    return _rejected(text.packed(text.bytes().replace(b"OVERLONG", b"\xc0\xaf")), "ENCODING")


@_fault("13")
def _odd_byte_in_utf_16(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return _rejected(text.packed(text.bytes()[:-1]), "ENCODING")


@_fault()
def _control_character(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "unit_id", "A\x07B")
    return _quarantined(text.packed(), (number, None, file_rule("CONTROL_CHARACTER").id))


@_fault("17")
def _turned_text(parcel: Parcel) -> Parcel:
    """A character that turns the direction of what follows."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "unit_id", "A\u202eB")
    return _quarantined(text.packed(), (number, None, file_rule("CONTROL_CHARACTER").id))


@_fault()
def _long_line(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.put(text.clean()[0], "unit_id", "x" * 1_200_000)
    return _rejected(text.packed(), "LINE_LEN")


@_fault()
def _spreadsheet(parcel: Parcel) -> Parcel:
    return _rejected(Text(parcel).packed(b"PK\x03\x04\x14\x00\x06\x00" + b"\x9c\x01" * 200), "MAGIC")


@_fault()
def _json_body(parcel: Parcel) -> Parcel:
    """The error of a gateway, saved under the name of the export."""
    body = json.dumps({"error": "upstream timed out"}).encode(parcel.dialect.encoding)
    return _rejected(Text(parcel).packed(body, 1), "MAGIC")


@_fault("05")
def _mixed_line_ends(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return _rejected(text.packed(text.bytes().replace(b"\r\n", b"\n", 1)), "MIXED_EOL")


@_fault("05")
def _bare_cr(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return _rejected(text.packed(text.bytes().replace(b"\r\n", b"\r")), "MIXED_EOL")


@_fault()
def _no_last_line_end(parcel: Parcel) -> Spoiled:
    """The file may have been cut, but nothing of it is wrong."""
    text = Text(parcel)
    return Spoiled(_quarantined(text.packed(text.bytes(last_end=False))), notices=("TRUNCATED",))


# Header


@_fault()
def _heading_in_capitals(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    headings = text.lines[0].split(text.delimiter)
    at = next(i for i, heading in enumerate(headings) if heading not in (heading.upper(), heading.swapcase().upper()))
    headings[at] = headings[at].upper()
    text.lines[0] = text.delimiter.join(headings)
    return _rejected(text.packed(), "HEADER_RENAMED")


@_fault()
def _heading_with_a_blank(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines[0] = text.lines[0].replace(text.delimiter, " " + text.delimiter, 1)
    return _rejected(text.packed(), "HEADER_RENAMED")


@_fault()
def _blank_line_above(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines.insert(0, "")
    return _rejected(text.packed(rows=len(text.lines) - 2), "HEADER_NOT_FIRST")


@_fault()
def _no_header(parcel: Parcel) -> Parcel:
    """The first line holds a person's row; its values must not be shown as if they were headings."""
    text = Text(parcel)
    del text.lines[0]
    return _rejected(text.packed(), "HEADER_MISSING")


@_fault("05")
def _client_under_another_heading(parcel: Parcel) -> Parcel:
    """Client and unit change headings: what stands under the unit is a client, and is shown to nobody."""
    text = Text(parcel)
    headings = text.lines[0].split(text.delimiter)
    a, b = text.place("client_id"), text.place("unit_id")
    headings[a], headings[b] = headings[b], headings[a]
    text.lines[0] = text.delimiter.join(headings)
    return _rejected(text.packed(), "QUARANTINE_SHARE")


@_fault()
def _rows_above_the_header(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines[:3] = [*text.lines[1:3], text.lines[0]]
    return _rejected(text.packed(), "HEADER_NOT_FIRST")


@_fault("90")
def _bad_second_file(parcel: Parcel) -> Parcel:
    """The first of two files is good; the delivery is one all the same."""
    name, data = parcel.files[1].name, parcel.files[1].data.replace(b"Encounter CSN,", b"", 1)
    return _rejected(
        replace(parcel, files=(parcel.files[0], replace(parcel.files[1], name=name, data=data))), "HEADER_MISSING"
    )


# Lines


@_fault()
def _blank_lines(parcel: Parcel) -> Spoiled:
    """Two of them, in the middle and at the end: no records, but counted."""
    text = Text(parcel)
    (number,) = text.clean()
    rows = len(text.lines) - 1
    text.lines.insert(number, "")
    text.lines.append("")
    rule = file_rule("BLANK_LINE").id
    moved = _moved(text.packed(rows=rows), number, 1)
    return Spoiled(
        _quarantined(moved, (number + 1, None, rule), (len(text.lines), None, rule), lines=2), notices=("BLANK_LINE",)
    )


@_fault()
def _delimiter_at_every_end(parcel: Parcel) -> Spoiled:
    text = Text(parcel)
    return Spoiled(
        _quarantined(text.each(lambda line: line + text.delimiter).packed()), notices=("TRAILING_DELIMITER",)
    )


@_fault()
def _everything_quoted(parcel: Parcel) -> Parcel:
    """Another way to write the same."""
    text = Text(parcel)
    return _quarantined(
        text.each(lambda line: text.delimiter.join(f'"{v}"' for v in line.split(text.delimiter))).packed()
    )


@_fault()
def _line_break_in_quotes(parcel: Parcel) -> Parcel:
    """The record spans two lines; what follows keeps its physical line."""
    text = Text(parcel)
    number, other = text.clean(2)
    text.put(number, "unit_id", f'"A{text.end}B"')
    text.put(other, "birth_year", "10.6")
    return _quarantined(
        _moved(text.packed(), number, 1),
        (number, "unit_id", rule_id("unit_id", "pattern")),
        (other + 1, "birth_year", rule_id("birth_year", "type")),
    )


@_fault()
def _too_many_stray_quotes(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    for number in text.clean(101):
        text.lines[number - 1] = text.lines[number - 1].replace(text.delimiter, text.delimiter + '"', 1)
    return _rejected(text.packed(), "UNCLOSED_QUOTES")


# Values


@_fault("05")
def _numbers_that_are_none(parcel: Parcel) -> Parcel:
    values = [
        "1 980",
        "1.980",
        "1'980",
        "1\u00a0980",
        "1e3",
        "1980.0",
        "1980,0",
        "+1980",
        "NaN",
        "inf",
        "9" * 30,
        "0x7BC",
        "1980-",
    ]
    return _each_line(parcel, "birth_year", values, "type")


@_fault("17")
def _digits_of_other_scripts(parcel: Parcel) -> Parcel:
    return _each_line(parcel, "birth_year", ["١٩٨٠", "１９８０", "198²"], "type")


@_fault("05")
def _another_decimal_mark(parcel: Parcel) -> Parcel:
    return _each_line(parcel, "visit_duration_hours", ["0.50", "1.000,5", "0,505", ",5", "5,", "-", "1e-1"], "type")


@_fault("05")
def _signs_instead_of_figures(parcel: Parcel) -> Parcel:
    return _each_line(parcel, "visit_duration_hours", ["..", "<5", ".", "n/a", "NULL", "#N/A", "ei tietoa"], "type")


@_fault("05")
def _times_that_are_none(parcel: Parcel) -> Parcel:
    values = [
        "31.02.2026 09:15",
        "2026-08-03 09:15",
        "3.8.2026 09:15",
        "08/03/2026 09:15",
        "03.08.2026",
        "03.08.2026 24:00",
        "45872",
    ]
    return _each_line(parcel, "booked_at", values, "type")


@_fault("05")
def _codes_that_were_not_agreed(parcel: Parcel) -> Parcel:
    """The contract's own code among them: the sender writes M and N, so `female` is not its word."""
    return _each_line(parcel, "sex", ["1", "female", "m", "9"], "codes")


@_fault()
def _no_key(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, "contact_id", max(parcel.dialect.null_values, key=len))
    return _quarantined(text.packed(), (number, "contact_id", rule_id("contact_id", "required")))


@_fault()
def _two_rows_of_one_key(parcel: Parcel) -> Parcel:
    """They differ, and nobody can say which is right: neither is taken."""
    text = Text(parcel)
    first, second = text.clean(2)
    text.put(second, "contact_id", text.value(first, "contact_id"))
    rule = rule_id("contact_id", "unique")
    return _quarantined(text.packed(), (first, "contact_id", rule), (second, "contact_id", rule))


@_fault("90")
def _key_again_in_second_file(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    second = parcel.files[1]
    line = text.lines[number - 1] + text.end
    longer = replace(second, data=second.data + line.encode(parcel.dialect.encoding), rows=second.rows + 1)
    place = (longer.data.count(b"\n"), "contact_id", rule_id("contact_id", "unique"))
    return _quarantined(replace(parcel, files=(parcel.files[0], longer)), place, file=1)


@_fault()
def _rows_of_another_month(parcel: Parcel) -> Parcel:
    """All rows are of August; the manifest says July."""
    return _rejected(replace(parcel, period="2026-07"), "QUARANTINE_SHARE")


# Manifest


def _stated(code: str, **values: object) -> Callable[[Parcel], Parcel]:
    return lambda parcel: _rejected(replace(parcel, stated=values), code)


_STATED = {
    "month_to_come": _stated("PERIOD", period="2027-01"),
    "unknown_dataset": _stated("DATASET", dataset="care_episodes"),
    "test_delivery": _stated("TEST_ORGANISER", organiser_code="TEST"),
    "made_in_the_future": _stated("MANIFEST_TIME", created_at="2027-01-01T08:00:00+02:00"),
    "made_at_no_known_hour": _stated("MANIFEST_TIME", created_at="2026-09-10T08:00:00"),
    "contract_to_come": _stated("CONTRACT_VERSION", contract_version="2.0.0"),
    "share_above_one": _stated("MANIFEST_SCHEMA", sample_share="1.5"),
    "used_sequence": _stated("SEQ", sequence=1),
}
for _name, _spoilt in _STATED.items():
    FAULTS[_name] = (None, lambda parcel, spoilt=_spoilt: Spoiled(spoilt(parcel)))


def _with_manifest(change: Callable[[bytes], bytes], code: str) -> Spoil:
    """The manifest cannot be read, so the intake does not know of which files it speaks."""
    return lambda parcel: Spoiled(_rejected(parcel, code), manifest=change(parcel.manifest_bytes()))


_MANIFESTS = {
    "manifest_that_is_no_json": _with_manifest(lambda data: data.replace(b'"mode":', b'"mode" =', 1), "MANIFEST_JSON"),
    "manifest_with_a_key_twice": _with_manifest(
        lambda data: data.replace(b"{", b'{"sequence": 2,', 1), "MANIFEST_DUPLICATE_KEY"
    ),
    "manifest_too_deep": _with_manifest(lambda data: b"[" * 10_000 + b"]" * 10_000, "MANIFEST_DEPTH"),
    "manifest_in_latin_1": _with_manifest(
        lambda data: data.replace(b'"empty_reason": null', '"empty_reason": "häiriö"'.encode("latin-1")),
        "MANIFEST_ENCODING",
    ),
    "manifest_with_an_unknown_key": _with_manifest(
        lambda data: data.replace(b"{", b'{"note": 1,', 1), "MANIFEST_SCHEMA"
    ),
    "manifest_that_names_a_path": _with_manifest(
        lambda data: data.replace(b'"name": "', b'"name": "../', 1), "MANIFEST_NAME"
    ),
    "manifest_too_large": _with_manifest(lambda data: data + b" " * 1_100_000, "MANIFEST_SIZE"),
}
for _name, _spoilt in _MANIFESTS.items():
    FAULTS[_name] = (None, _spoilt)


@_fault("05")
def _link_instead_of_a_file(parcel: Parcel) -> Spoiled:
    return Spoiled(_rejected(parcel, "FILE_KIND"), is_link=True)
