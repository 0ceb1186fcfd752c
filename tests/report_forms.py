"""A delivery's report as its reader has it: every form read back from its own file, and where a record stands in a sent file.

Belongs here: the errors that the JSONL, the CSV, the workbook and the page list, each as the same few words. Does not belong here: what a report must say (test_report.py,
test_bad_input.py).
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

from sources.contract import LANGUAGES


class Told(NamedTuple):
    """One error of a row: `header` is the sender's own heading (empty for a whole line)."""

    rule: str
    file: str
    line: int
    record: int
    header: str
    value: str


def of_jsonl(path: Path) -> list[Told]:
    _, *errors = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_told(e["rule"], e["file"], e["line"], e["record"], e["header"], e["value"]) for e in errors if e["record"]]


def of_csv(path: Path) -> list[Told]:
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";")
    return [
        _told(*(r[part] for part in ("rule", "file", "line", "record", "header")), _plain(r["value"]))
        for r in rows
        if r["record"]
    ]


def of_workbook(path: Path) -> dict[str, list[Told]]:
    """Of each sheet of errors, in the order of the languages."""
    errors = list(sheets(path).values())[1::2]
    # The columns are cause, rule, severity, file, line, record, header, value, expected and fix.
    return {
        language: [_told(r[1], r[3], r[4], r[5], r[6], r[7]) for r in rows[1:] if r[5]]
        for language, rows in zip(LANGUAGES, errors, strict=True)
    }


def of_page(path: Path) -> dict[str, list[Told]]:
    """Of each language."""
    found: dict[str, list[Told]] = {language: [] for language in LANGUAGES}
    number, code = r'<td class="number">(\d+)</td>', r"<code>(.*?)</code>"
    row = re.compile(rf"<tr><td>(.*?)</td>{number}{number}<td>{code}</td>", re.DOTALL)
    for part in re.split(r'(?=<h4 id=")', path.read_text(encoding="utf-8"))[1:]:
        language, rule = re.match(r'<h4 id="(\w\w)-([^"]+)"', part).groups()
        heading = re.match(rf"<h4 [^>]*>[^<]*(?:{code})?</h4>", part, re.DOTALL).group(1)
        for file, line, record, value in row.findall(part):
            value = "" if value == "–" else html.unescape(value)
            found[language].append(_told(rule, html.unescape(file), line, record, html.unescape(heading or ""), value))
    return found


def sheets(path: Path) -> dict[str, list[list[str]]]:
    """The workbook's sheets by name as rows of texts, read from its own XML; every cell must be a shared string."""
    with zipfile.ZipFile(path) as book:
        read = {name: book.read(name).decode("utf-8") for name in book.namelist()}
    strings = [
        html.unescape("".join(re.findall(r"<t[^>]*>([^<]*)</t>", item)))
        for item in re.findall(r"<si>(.*?)</si>", read["xl/sharedStrings.xml"], re.DOTALL)
    ]
    found = {}
    for number, name in enumerate(re.findall(r'<sheet name="([^"]+)"', read["xl/workbook.xml"]), 1):
        sheet = read[f"xl/worksheets/sheet{number}.xml"]
        assert "<f>" not in sheet and "hyperlink" not in sheet
        rows = re.findall(r"<row [^>]*>(.*?)</row>", sheet)
        assert all('t="s"' in cell for row in rows for cell in re.findall(r"<c [^>]*>", row))
        found[name] = [[strings[int(i)] for i in re.findall(r"<v>(\d+)</v>", row)] for row in rows]
    return found


def records_of(data: bytes, encoding: str, delimiter: str, has_open_quotes: bool = False) -> dict[int, tuple]:
    """Physical line → (record, fields) of each record below the header, as Python's own reader has them. Where quotation marks are left open each line is its own."""
    text = data.decode(encoding).removeprefix("\ufeff")
    quoting = csv.QUOTE_NONE if has_open_quotes else csv.QUOTE_MINIMAL
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    next(reader)
    found, line = {}, reader.line_num + 1
    for record, fields in enumerate(reader, 1):
        found[line] = record, fields
        line = reader.line_num + 1
    return found


def _told(rule: str, file: str, line: object, record: object, header: str | None, value: str) -> Told:
    return Told(rule, file, int(line), int(record), header or "", value)


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").lstrip(" ")[:1] in "=+-@\t\r\n" else cell
