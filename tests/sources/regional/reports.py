"""A report of a delivery that never was: written from a receipt, a verdict and a quarantine of a test's own, and read back in each of its forms.

Belongs here: writing it and reading it. Does not belong here: what it should say (test_report.py, test_report_causes.py).
"""

import csv
import html
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import duckdb
from deliveries import AT, NEXT, Desk
from jsonschema import Draft202012Validator

from sources.regional import report as report_module
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.report import Context, write_report

CONTRACT = dataset_contract("care_contacts")
DIALECT = counties()["05"].dialects["care_contacts"]
SCHEMA = json.loads(Path(report_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
RECEIPT = "0123456789abcdef"
SHA = "ab" * 32
VOID = {"meta", "link", "br", "img", "input", "hr"}


def quarantine(desk: Desk, rows: list[tuple]) -> dict | None:
    """Write (file, line, column, rule, value) rows as the judge would, the record one less than the line; returns the verdict's pointer."""
    if not rows:
        return None
    path = desk.home.quarantine / "care_contacts" / f"{RECEIPT}.parquet"
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(
            "create table q(file_name varchar, line_number bigint, column_name varchar, rule_id varchar, value_as_sent varchar)"
        )
        con.executemany("insert into q values (?, ?, ?, ?, ?)", rows)
        con.execute(
            f"copy (select '{RECEIPT}' as receipt_id, line_number - 1 as record_number, * from q) to '{path}' (format parquet)"
        )
    return {"path": f"care_contacts/{RECEIPT}.parquet", "rows": len(rows)}


def told(desk: Desk, rows=(), rule_counts=(), receipt_changes=None, **verdict_changes) -> dict:
    """Write the report of a delivery with this quarantine; returns the JSONL's first line, and under `errors` the others, each held against the schema."""
    receipt = {
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-08",
        "sequence": 1,
        "manifest_name": "m.manifest.json",
        "manifest_sha256": SHA,
        "files": [{"name": "contacts.csv", "sha256": SHA, "bytes": 10}],
        "contract_version": "1.0.0",
        "sample_share": "0.01",
        "origin": "synthetic",
    } | (receipt_changes or {})
    verdict = {
        "status": "accepted",
        "rule": None,
        "reason": None,
        "values": {},
        "rows_received": 100,
        "rows_accepted": 100,
        "rows_quarantined": 0,
        "quarantine": quarantine(desk, list(rows)),
        "rule_counts": list(rule_counts),
        "files": [],
        "first_receipt_id": None,
    } | verdict_changes
    with desk.ledger() as ledger:
        events = ledger.append("receipt", RECEIPT, receipt, AT), ledger.append("verdict", RECEIPT, verdict, NEXT)
    known = (CONTRACT, DIALECT) if receipt["dataset"] == "care_contacts" else (None, None)
    with duckdb.connect() as con:
        write_report(desk.home, *events, Context(*known, dict(counties()["05"].name), con))
    lines = [json.loads(line) for line in part(desk, ".jsonl").splitlines()]
    for line in lines:
        Draft202012Validator(SCHEMA).validate(line)
    return lines[0] | {"errors": lines[1:]}


def part(desk: Desk, suffix: str) -> str:
    return (desk.home.reports / "05" / f"{RECEIPT}{suffix}").read_text(encoding="utf-8")


def sheets(desk: Desk) -> dict[str, list[list[str]]]:
    """The workbook's sheets by name as rows of texts, read from its own XML; every cell must be a shared string."""
    with zipfile.ZipFile(desk.home.reports / "05" / f"{RECEIPT}.xlsx") as book:
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


def cells(desk: Desk) -> list[dict]:
    return list(csv.DictReader(io.StringIO(part(desk, ".csv").removeprefix("\ufeff")), delimiter=";"))


class Page(HTMLParser):
    """Collects what the structure checks need, and fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict]] = []
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open[-1][0] == tag, f"</{tag}> closes <{self.open[-1][0]}>"
        self.open.pop()

    def handle_data(self, data):
        if data.strip():
            self.texts.append((tuple(tag for tag, _ in self.open), data.strip()))

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]


def sex_rows(count: int) -> list[tuple]:
    return [("contacts.csv", 2 + n, "sex", rule_of("sex", "codes"), "X") for n in range(count)]


def rule_of(column: str, check: str) -> str:
    return next(r.id for r in CONTRACT.rules if r.column == column and r.check == check)
