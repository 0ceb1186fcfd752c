"""Deliveries of which the bytes, the header or the lines are wrong, in either dataset.

Belongs here: what can go wrong whatever the columns mean. Does not belong here: values (contacts.py, costs.py), manifests (manifests.py).
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.simulator import faults
from sources.simulator.parcel import Parcel
from tests.spoiled.kit import COSTS, DATASETS, Spoiled, Text, fault, moved, quarantined, register, rejected

# The simulator's own faults of whole deliveries; some speak of columns of contacts.
_OF_ANY = (
    "extra_column",
    "renamed_column",
    "title_above",
    "wrong_delimiter",
    "empty",
    "header_only",
    "html_body",
    "ragged_row",
    "header_again",
    "cut_last_line",
    "wrong_hash",
    "wrong_size",
    "wrong_row_count",
    "another_organiser",
    "old_contract",
)
for _name in (name for name in faults.FAULTS if name != "wrong_encoding"):
    register(_name, lambda parcel, name=_name: faults.spoil(parcel, name))
for _name in _OF_ANY:
    register(_name, lambda parcel, name=_name: faults.spoil(parcel, name), datasets=(COSTS,))
for _code in ("05", "09", "11", "13", "17", "90"):
    # What tells another encoding apart differs with what was agreed.
    register(f"wrong_encoding_of_{_code}", lambda parcel: faults.spoil(parcel, "wrong_encoding"), _code)
register("wrong_encoding", lambda parcel: faults.spoil(parcel, "wrong_encoding"), datasets=(COSTS,))


# Bytes


@fault("17", datasets=DATASETS)
def overlong_character(parcel: Parcel) -> Parcel:
    """Two bytes that spell a slash the forbidden way."""
    text = Text(parcel)
    text.put(text.clean()[0], text.free, "OVERLONG")
    return rejected(text.packed(text.bytes().replace(b"OVERLONG", b"\xc0\xaf")), "ENCODING")


@fault("13", datasets=DATASETS)
def odd_byte_in_utf_16(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return rejected(text.packed(text.bytes()[:-1]), "ENCODING")


@fault(datasets=DATASETS)
def control_character(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, text.free, "A\x07B")
    return quarantined(text.packed(), (number, None, file_rule("CONTROL_CHARACTER").id))


@fault("17", datasets=DATASETS)
def half_a_character(parcel: Parcel) -> Parcel:
    """A lone surrogate, as no UTF-8 may spell it."""
    text = Text(parcel)
    text.put(text.clean()[0], text.free, "SURROGATE")
    return rejected(text.packed(text.bytes().replace(b"SURROGATE", b"\xed\xa0\x80")), "ENCODING")


@fault("17")
def line_separator(parcel: Parcel) -> Parcel:
    """What some programs take for a line break, and others do not show."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, text.free, "A\u2028B")
    return quarantined(text.packed(), (number, None, file_rule("CONTROL_CHARACTER").id))


@fault("17", datasets=DATASETS)
def turned_text(parcel: Parcel) -> Parcel:
    """A character that turns the direction of what follows."""
    text = Text(parcel)
    (number,) = text.clean()
    text.put(number, text.free, "A\u202eB")
    return quarantined(text.packed(), (number, None, file_rule("CONTROL_CHARACTER").id))


@fault(datasets=DATASETS)
def long_line(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.put(text.clean()[0], text.free, "x" * 1_200_000)
    return rejected(text.packed(), "LINE_LEN")


@fault(datasets=DATASETS)
def spreadsheet(parcel: Parcel) -> Parcel:
    return rejected(Text(parcel).packed(b"PK\x03\x04\x14\x00\x06\x00" + b"\x9c\x01" * 200), "MAGIC")


@fault(datasets=DATASETS)
def document(parcel: Parcel) -> Parcel:
    return rejected(Text(parcel).packed(b"%PDF-1.7\n" + b"\xe2\xe3\xcf\xd3\n" * 50), "MAGIC")


@fault(datasets=DATASETS)
def json_body(parcel: Parcel) -> Parcel:
    """The error of a gateway, saved under the name of the export."""
    body = json.dumps({"error": "upstream timed out"}).encode(parcel.dialect.encoding)
    return rejected(Text(parcel).packed(body, 1), "MAGIC")


@fault(datasets=DATASETS)
def document_of_entities(parcel: Parcel) -> Parcel:
    """XML that would read a file of the receiver's and grow without end, were it read as XML."""
    body = (
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">'
        '<!ENTITY b "&f;&f;&f;&f;"><!ENTITY c "&b;&b;&b;&b;">]><a xmlns:xi="http://www.w3.org/2001/XInclude">&c;'
        '<xi:include href="file:///etc/hostname"/></a>'
    )
    return rejected(Text(parcel).packed(body.encode(parcel.dialect.encoding), 1), "MAGIC")


@fault("05", datasets=DATASETS)
def mixed_line_ends(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return rejected(text.packed(text.bytes().replace(b"\r\n", b"\n", 1)), "MIXED_EOL")


@fault("05", datasets=DATASETS)
def bare_cr(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    return rejected(text.packed(text.bytes().replace(b"\r\n", b"\r")), "MIXED_EOL")


@fault(datasets=DATASETS)
def no_last_line_end(parcel: Parcel) -> Spoiled:
    """The file may have been cut, but nothing of it is wrong."""
    text = Text(parcel)
    return Spoiled(quarantined(text.packed(text.bytes(last_end=False))), notices=("TRUNCATED",))


# Header


@fault(datasets=DATASETS)
def heading_in_capitals(parcel: Parcel) -> Parcel:
    """Or in small letters, where the sender writes capitals."""
    text = Text(parcel)
    headings = text.lines[0].split(text.delimiter)
    at = next((i for i, heading in enumerate(headings) if heading != heading.upper()), 0)
    headings[at] = headings[at].swapcase() if headings[at].isupper() else headings[at].upper()
    text.lines[0] = text.delimiter.join(headings)
    return rejected(text.packed(), "HEADER_RENAMED")


@fault("17")
def heading_encoded_twice(parcel: Parcel) -> Parcel:
    """UTF-8 read as Latin-1 and written as UTF-8 once more: the letters are others, and nothing is guessed."""
    text = Text(parcel)
    assert not text.lines[0].isascii()
    text.lines[0] = text.lines[0].encode("utf-8").decode("latin-1")
    return rejected(text.packed(), "HEADER_RENAMED")


@fault("17", datasets=DATASETS)
def headings_in_parts(parcel: Parcel) -> Parcel:
    """Letters and their dots as two characters each, as some systems write them: the same names."""
    text = Text(parcel)
    text.lines[0] = unicodedata.normalize("NFD", text.lines[0])
    assert text.lines[0] != Text(parcel).lines[0]
    return quarantined(text.packed())


@fault("17", datasets=DATASETS)
def heading_in_another_language(parcel: Parcel) -> Parcel:
    """The Finnish label where the Swedish one was agreed."""
    text = Text(parcel)
    headings = text.lines[0].split(text.delimiter)
    at = text.place(text.free)
    headings[at] = dataset_contract(parcel.dataset).column(text.free).label["fi"]
    text.lines[0] = text.delimiter.join(headings)
    return rejected(text.packed(), "HEADER_RENAMED")


@fault(datasets=DATASETS)
def heading_with_a_blank(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines[0] = text.lines[0].replace(text.delimiter, " " + text.delimiter, 1)
    return rejected(text.packed(), "HEADER_RENAMED")


@fault(datasets=DATASETS)
def blank_line_above(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines.insert(0, "")
    return rejected(text.packed(rows=len(text.lines) - 2), "HEADER_NOT_FIRST")


@fault(datasets=DATASETS)
def no_header(parcel: Parcel) -> Parcel:
    """The first line holds a person's row; its values must not be shown as if they were headings."""
    text = Text(parcel)
    del text.lines[0]
    return rejected(text.packed(), "HEADER_MISSING")


@fault(datasets=DATASETS)
def rows_above_the_header(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    text.lines[:3] = [*text.lines[1:3], text.lines[0]]
    return rejected(text.packed(), "HEADER_NOT_FIRST")


@fault("90", datasets=DATASETS)
def bad_second_file(parcel: Parcel) -> Parcel:
    """The first of two files is good; the delivery is one all the same."""
    first, second = parcel.files
    heading = f"{next(iter(parcel.dialect.columns))}{parcel.dialect.delimiter}".encode()
    cut = replace(second, data=second.data.replace(heading, b"", 1))
    return rejected(replace(parcel, files=(first, cut)), "HEADER_MISSING")


# Lines


@fault(datasets=DATASETS)
def blank_lines(parcel: Parcel) -> Spoiled:
    """Two of them, in the middle and at the end: no records, but counted."""
    text = Text(parcel)
    (number,) = text.clean()
    rows = len(text.lines) - 1
    text.lines.insert(number, "")
    text.lines.append("")
    rule = file_rule("BLANK_LINE").id
    lower = moved(text.packed(rows=rows), number, 1)
    return Spoiled(
        quarantined(lower, (number + 1, None, rule), (len(text.lines), None, rule), lines=2), notices=("BLANK_LINE",)
    )


@fault(datasets=DATASETS)
def delimiter_at_every_end(parcel: Parcel) -> Spoiled:
    text = Text(parcel)
    return Spoiled(quarantined(text.each(lambda line: line + text.delimiter).packed()), notices=("TRAILING_DELIMITER",))


@fault(datasets=DATASETS)
def everything_quoted(parcel: Parcel) -> Parcel:
    """Another way to write the same."""
    text = Text(parcel)
    return quarantined(
        text.each(lambda line: text.delimiter.join(f'"{v}"' for v in line.split(text.delimiter))).packed()
    )


@fault(datasets=DATASETS)
def too_many_stray_quotes(parcel: Parcel) -> Parcel:
    text = Text(parcel)
    for number in text.clean(101):
        text.lines[number - 1] = text.lines[number - 1].replace(text.delimiter, text.delimiter + '"', 1)
    return rejected(text.packed(), "UNCLOSED_QUOTES")
