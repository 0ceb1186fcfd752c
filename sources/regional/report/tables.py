"""The report's lists: JSONL for machines, CSV for spreadsheets, a workbook of text cells.

Belongs here: one line an error in each form, and making a sender's own text inert in a cell. Does not belong here: what is told (facts.py), the page (page.py).
JSONL and CSV are put together by DuckDB in batches, for a delivery may have a million errors; the workbook and the page list fewer, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.contract import LANGUAGES
from sources.regional.harmoniser import quoted
from sources.regional.report.facts import BOOK_CAP, CAP, SHARE, Report, texts

CSV_HEADER = (
    "rule",
    "level",
    "severity",
    "cause",
    "follows",
    "file",
    "line",
    "record",
    "column",
    "header",
    "value",
    *(f"{part}_{code}" for part in ("expected", "text", "fix", "reason") for code in LANGUAGES),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTHS = {"reason": 48, "text": 48, "fix": 48, "expected": 32, "value": 24, "header": 20, "file": 24}


def inert(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: what would begin one gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA else text


def jsonl(report: Report) -> Iterator[str]:
    """The lines of the JSONL, in pieces of many lines: the delivery, then each error."""
    yield _line(report.document)
    for error in _of_delivery(report):
        yield _line(error)
    if report.findings:
        extra = [
            (rule, json.dumps({key: item[key] for key in _OF_RULE}, ensure_ascii=False))
            for rule, item in report.rules.items()
        ]
        # Two objects as one: the error's own keys, then those of its rule.
        own = "to_json({kind: 'error', cause: cause, is_root: is_root, file: file, line: line, record: record, value: value})::varchar"
        sql = f"rtrim({own}, '}}') || ', ' || ltrim(extra, '{{')"
        yield from ("".join(f"{line}\n" for line in batch) for batch in report.findings.lines(sql, extra, CAP))


_OF_RULE = ("rule", "level", "severity", "column", "header", "expected", "fix")


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _of_delivery(report: Report) -> Iterator[dict[str, Any]]:
    """What refused the delivery as a whole, in the form of an error."""
    for cause in report.document["causes"]:
        if cause["kind"] == "delivery":
            item = report.rules[cause["rule"]]
            yield {
                "kind": "error",
                "cause": cause["id"],
                "is_root": True,
                **{key: cause[key] for key in ("file", "line")},
                "record": None,
                "value": cause["value"],
                **{key: item[key] for key in _OF_RULE},
                "expected": cause["expected"],
            }


def csv_text(report: Report) -> Iterator[str]:
    """The CSV, in pieces of many lines. What is told of the delivery as a whole has no line."""
    yield _csv_line(CSV_HEADER)
    whole = iter([cause["id"] for cause in report.document["causes"] if cause["kind"] == "delivery"])
    for fault in report.document["faults"]:
        # A share of faulty rows is told, but is no cause.
        cause = "" if fault["rule"] == SHARE else next(whole)
        yield _csv_line(_csv_fault(report.rules[fault["rule"]], fault, cause))
    listed = report.findings.counts if report.findings else {}
    for item in report.document["mend"]:
        if item["rule"] not in listed and not item["is_verdict"]:
            yield _csv_line((*_head(item), "", "", "", "", "", *_names(item), "", *_said(item), *_NO_REASON))
    if report.findings:
        yield from ("".join(batch) for batch in report.findings.lines(_CSV_LINE, _csv_parts(report), CAP))
    for item in report.document["mend"]:
        if item["more"] and item["rule"] in listed:
            yield _csv_line(
                (*_head(item), "", "", "", "", "", *_names(item), f"{item['more']} more", *_said(item), *_NO_REASON)
            )


_NO_REASON = ("",) * len(LANGUAGES)


def _csv_fault(item: dict[str, Any], fault: dict[str, Any], cause: str) -> tuple:
    """The line of what refuses the delivery as a whole, or holds it."""
    found, reasons = fault["found"]["en"], (fault["reason"][code] for code in LANGUAGES)
    item = item | {"expected": fault["declared"]}
    return (*_head(item), cause, "", fault["file"], fault["line"], "", *_names(item), found, *_said(item), *reasons)


def _head(item: dict[str, Any]) -> tuple:
    return item["rule"], item["level"], item["severity"]


def _names(item: dict[str, Any]) -> tuple:
    return item["column"], item["header"]


def _said(item: dict[str, Any]) -> tuple:
    return tuple(item[part][code] for part in ("expected", "text", "fix") for code in LANGUAGES)


def _csv_line(cells: tuple) -> str:
    return ";".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(value: object) -> str:
    return '"' + inert(value).replace('"', '""') + '"'


# What stands before the cause, between record and value, and after the value; a control character parts the three, for no shown text holds one.
_PART = "\x1f"
_SIGNS = ", ".join(f"chr({ord(sign)})" for sign in _FORMULA)


def _csv_parts(report: Report) -> list[tuple[str, str]]:
    return [
        (
            rule,
            _PART.join(";".join(map(_cell, part)) for part in (_head(item), _names(item), (*_said(item), *_NO_REASON))),
        )
        for rule, item in report.rules.items()
    ]


def _sql_cell(name: str) -> str:
    text = f"coalesce({name}::varchar, '')"
    text = f"case when left(ltrim({text}, ' '), 1) in ({_SIGNS}) then chr(39) || {text} else {text} end"
    return f"""'"' || replace({text}, '"', '""') || '"'"""


_CSV_LINE = " || ';' || ".join(
    (
        f"split_part(extra, {quoted(_PART)}, 1)",
        _sql_cell("cause"),
        _sql_cell("case when is_root then '' else 'yes' end"),
        _sql_cell("file"),
        _sql_cell("line"),
        _sql_cell("record"),
        f"split_part(extra, {quoted(_PART)}, 2)",
        _sql_cell("value"),
        f"split_part(extra, {quoted(_PART)}, 3) || chr(13) || chr(10)",
    )
)


def workbook(report: Report, path: Path) -> None:
    """Write the workbook: of each language a sheet of causes, with the reasons of this very delivery, and a sheet of errors. Every cell is text, so nothing in it can be run."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        made = datetime.fromisoformat(report.document["judged_at"]).replace(tzinfo=None)
        book.set_properties({"title": report.document["receipt_id"], "created": made})
        errors = report.findings.listed(BOOK_CAP) if report.findings else []
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        for code in LANGUAGES:
            t = texts()[code]
            _sheet(book, t["sheet_causes"], _cause_rows(report, code), _CAUSES, t, bold, plain)
            _sheet(book, t["sheet_errors"], _error_rows(report, errors, code), _ERRORS, t, bold, plain)


_CAUSES = (
    "cause",
    "rule",
    "text",
    "header",
    "value",
    "expected",
    "fix",
    "errors",
    "cascades",
    "file",
    "line",
    "reason",
)
_ERRORS = ("cause", "rule", "severity", "file", "line", "record", "header", "value", "expected", "fix")


def _cause_rows(report: Report, code: str) -> Iterator[tuple]:
    whole = iter([fault["reason"][code] for fault in report.document["faults"] if fault["rule"] != SHARE])
    for c in report.document["causes"]:
        reason = next(whole) if c["kind"] == "delivery" else ""
        said = c["text"][code], c["header"], c["value"], c["expected"][code], c["fix"][code]
        yield c["id"], c["rule"], *said, c["errors"], c["cascades"], c["file"], c["line"], reason


def _error_rows(report: Report, errors: list, code: str) -> Iterator[tuple]:
    severities = texts()[code]["severities"]
    for e in (*_of_delivery(report),):
        place = e["file"], e["line"], e["record"], e["header"], e["value"]
        yield e["cause"], e["rule"], severities[e["severity"]], *place, e["expected"][code], e["fix"][code]
    for e in errors:
        item = report.rules[e.rule]
        place = e.file, e.line, e.record, item["header"], e.value
        yield e.cause, e.rule, severities[item["severity"]], *place, item["expected"][code], item["fix"][code]
    for item in report.document["mend"]:
        if report.findings and (more := (item["failed"] or 0) - BOOK_CAP) > 0:
            told = texts()[code]["more"].format(shown=BOOK_CAP, more=more)
            yield "", item["rule"], severities[item["severity"]], "", "", "", item["header"], told, "", ""


def _sheet(book, name: str, rows: Iterator[tuple], columns: tuple[str, ...], t: dict, bold, plain) -> None:
    sheet = book.add_worksheet(name)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(column, 14))
        sheet.write_string(0, place, t["columns"][column], bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            sheet.write_string(last, place, "" if value is None else str(value), plain)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(columns) - 1)


def bytes_of(pieces: Iterator[str], mark: str = "") -> Iterator[bytes]:
    """Pieces of text as UTF-8, after a byte order mark where one is wanted."""
    for number, piece in enumerate(pieces):
        yield (piece if number else mark + piece).encode("utf-8")
