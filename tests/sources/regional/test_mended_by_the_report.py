"""From a rejected delivery to an accepted one with the report alone.

An engineer of a county is played here: it knows its own system, from which it can look up any cell again, and of what is wrong it knows what the report's lines say.
"""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from sources.regional import catalogue
from sources.regional.check import Checked, check
from sources.regional.file_rules import file_rule
from sources.regional.own_manifest import own_manifest
from sources.simulator.calendar import HELSINKI, business_time
from tests.batch import parcel
from tests.spoiled import Text

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
_NAMES = ("HEADER_DUPLICATE", "HEADER_MISSING", "HEADER_EXTRA")
SIGNS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}


class Engineer:
    """One delivery on its sender's own desk."""

    def __init__(self, folder: Path, sender: str, text: Text) -> None:
        self.folder, self.county = folder, catalogue.counties()[sender]
        self.dialect = self.county.dialects["care_contacts"]
        self.system = [line.split(text.delimiter) for line in text.lines]
        self.file = folder / text.name
        self.lines = list(text.lines)
        self.encoding, self.end, self.mark = self.dialect.encoding, text.end, text.mark
        self.delimiter = text.delimiter
        self.rounds: list[Checked] = []

    def deliver(self, **changes) -> Checked:
        """Export, make the manifest, check."""
        self.file.write_bytes((self.mark + self.end.join([*self.lines, ""])).encode(self.encoding))
        contract = catalogue.dataset_contract("care_contacts")
        name, content = own_manifest([self.file], self.county, contract, "2026-08", sequence=1, at=MADE)
        (self.folder / name).write_text(json.dumps(json.loads(content) | changes))
        known = catalogue.dataset_contracts(), catalogue.counties()
        code, out = self.county.organiser_code, self.folder / f"report-{len(self.rounds)}"
        self.rounds.append(check([self.file], self.folder / name, code, out, *known, at=business_time(1)))
        return self.rounds[-1]

    def mend(self) -> None:
        """Read the last report's lines and do what they say."""
        done = self.rounds[-1]
        document, *errors = map(json.loads, (done.folder / f"{done.receipt_id}.jsonl").read_text("utf-8").splitlines())
        assert document["totals"]["errors"] == len(errors)
        for error in errors:
            if error["line"] is None or error["header"] is None:
                self._mend_file(error)
            else:
                self._mend_cell(error)

    def _mend_cell(self, error: dict) -> None:
        place = self.lines[0].split(self.delimiter).index(error["header"])
        fields = self.lines[error["line"] - 1].split(self.delimiter)
        assert error["file"] == self.file.name
        assert error["value"] in (fields[place], "***", self.system[error["line"] - 1][place]), (
            "as sent, at that very place"
        )
        fields[place] = self.system[error["line"] - 1][place]
        self.lines[error["line"] - 1] = self.delimiter.join(fields)

    def _mend_file(self, error: dict) -> None:
        told = {
            file_rule(code).id: code
            for code in ("HEADER_RENAMED", "DELIMITER", "ENCODING", "RAGGED", "HEADER_NOT_FIRST", *_NAMES)
        }
        code, wanted = told[error["rule"]], error["expected"]["en"]
        if code == "HEADER_RENAMED":
            for found, declared in zip(*(re.findall("'([^']*)'", t) for t in (error["value"], wanted)), strict=True):
                self.lines[error["line"] - 1] = self.lines[error["line"] - 1].replace(found, declared)
        elif code == "DELIMITER":
            self.lines = [line.replace(SIGNS[error["value"]], SIGNS[wanted]) for line in self.lines]
            self.delimiter = SIGNS[wanted]
        elif code == "ENCODING":
            self.encoding = wanted
        elif code == "HEADER_NOT_FIRST":
            self.lines = self.lines[error["line"] - 1 :]
        elif code in _NAMES:
            self._mend_columns(error, code, re.findall("'([^']*)'", error["value"] + wanted))
        elif code == "RAGGED":
            self.lines[error["line"] - 1] = self.delimiter.join(self.system[error["line"] - 1])

    def _mend_columns(self, error: dict, code: str, told: list[str]) -> None:
        """Take out the last of a column told twice, or one too many; put in a missing one with its values from the system."""
        rows = [line.split(self.delimiter) for line in self.lines]
        for name in told:
            if code == "HEADER_MISSING" and name not in rows[0]:
                place = self.system[0].index(name)
                rows = [[*row, own[place]] for row, own in zip(rows, self.system, strict=True)]
            elif code != "HEADER_MISSING":
                place = len(rows[0]) - 1 - rows[0][::-1].index(name)
                rows = [[*row[:place], *row[place + 1 :]] for row in rows]
        self.lines = [self.delimiter.join(row) for row in rows]


def engineer(folder: Path, sender: str) -> Engineer:
    """With a delivery in which nothing is wrong, not even what the simulator spoils in a good month."""
    text = Text(parcel(sender, 1, MADE))
    faulty = {f.line_number for f in text.parcel.truth.row_faults}
    text.lines = [line for number, line in enumerate(text.lines, 1) if number not in faulty]
    return Engineer(folder, sender, text)


def spoil_cells(desk: Engineer, lines: range, header: str, value: str) -> None:
    place = desk.lines[0].split(desk.delimiter).index(header)
    for number in lines:
        fields = desk.lines[number - 1].split(desk.delimiter)
        fields[place] = value
        desk.lines[number - 1] = desk.delimiter.join(fields)


def many_faulty_rows(desk: Engineer) -> None:
    """Three causes, more rows than are let pass, and one line with a field too many."""
    spoil_cells(desk, range(10, 35), "Sp", "nainen")
    spoil_cells(desk, range(40, 50), "Kesto h", "1.5")
    spoil_cells(desk, range(60, 64), "Synt.vuosi", "1850")
    desk.lines[99] += desk.delimiter + "?"


def a_renamed_heading_before_faulty_rows(desk: Engineer) -> None:
    """The rows behind it are seen once the heading is mended."""
    heads = desk.lines[0].split(desk.delimiter)
    column = {name: header for header, name in desk.dialect.columns.items()}
    spoil_cells(desk, range(5, 60), column["urgency"], "?")
    desk.lines[0] = desk.lines[0].replace(heads[0], heads[0].upper() + " ")


def another_separator_and_lines_above(desk: Engineer) -> None:
    """The export of another program: a title above, other separators, another encoding."""
    desk.lines = [line.replace(desk.delimiter, "|") for line in desk.lines]
    desk.lines.insert(0, "Kontaktit elokuu")
    desk.encoding = "utf-16-le"


def a_header_with_everything_wrong(desk: Engineer) -> None:
    """One heading twice in place of another, one renamed, one beyond what was agreed: mended in one go."""
    heads = desk.lines[0].split(desk.delimiter)
    names = [heads[0].upper() + " ", *heads[1:-1], heads[1], "Lisätieto"]
    desk.lines = [desk.delimiter.join(names), *(line + desk.delimiter for line in desk.lines[1:])]


@pytest.mark.parametrize(
    ("spoil", "sender", "first", "at_most"),
    [
        (many_faulty_rows, "05", "QUARANTINE_SHARE", 2),
        (a_renamed_heading_before_faulty_rows, "07", "HEADER_RENAMED", 3),
        (a_header_with_everything_wrong, "05", "HEADER_DUPLICATE", 2),
        (another_separator_and_lines_above, "07", "ENCODING", 4),
    ],
)
def test_an_engineer_gets_from_rejected_to_accepted_by_the_report_alone(tmp_path, spoil, sender, first, at_most):
    desk = engineer(tmp_path, sender)
    spoil(desk)
    assert desk.deliver().document["rule"] == file_rule(first).id
    while not desk.rounds[-1].is_accepted and len(desk.rounds) < at_most:
        desk.mend()
        desk.deliver()
    last = desk.rounds[-1].document
    assert last["status"] == "accepted", [r.document["reason"] for r in desk.rounds]
    assert last["totals"] == {"causes": 0, "errors": 0, "cascades": 0, "notices": 0}
    assert last["rows"]["accepted"] == len(desk.system) - 1


def test_the_few_causes_are_told_before_the_many_errors(tmp_path):
    desk = engineer(tmp_path, "05")
    many_faulty_rows(desk)
    document = desk.deliver().document
    told = [(c["header"], c["value"], c["errors"] - c["cascades"]) for c in document["causes"][:3]]
    assert told == [("Sp", "nainen", 25), ("Kesto h", "1.5", 10), ("Synt.vuosi", "1850", 4)]
    assert document["totals"]["causes"] == 4
