"""The report a sender gets about one delivery: JSON for machines, CSV for spreadsheets, one HTML page for people.

Belongs here: what is told, its caps, and making a sender's own text harmless in each form. The report follows from receipt, verdict and quarantine alone, so
it can be written again at any time and comes out the same.
Does not belong here: judging, and who may read the report.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import LANGUAGES, Contract
from sources.durable import kill_point, write_atomic
from sources.home import Home
from sources.ledger import Event
from sources.reference import ended, successor
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule
from sources.regional.shown import shown

if TYPE_CHECKING:
    import duckdb

CAP = 1_000
PAGE_CAP = 100
SUFFIXES = (".json", ".csv", ".html")
_FORMAT = 1
_VALUE_LIMIT = 200
_CSV_HEADER = (
    "rule",
    "level",
    "severity",
    "file",
    "line",
    "column",
    "header",
    "value",
    *(f"{part}_{code}" for part in ("text", "fix") for code in LANGUAGES),
)


@dataclass(frozen=True)
class Context:
    """What a report needs besides the events: the dataset's contract and the sender's dialect of it (None when the manifest named no known dataset), the sender's name in
    three languages, and a DuckDB connection to read the quarantine with."""

    contract: Contract | None
    dialect: Dialect | None
    organiser_name: dict[str, str]
    con: duckdb.DuckDBPyConnection


def is_written(home: Home, receipt: Event) -> bool:
    """True when all parts of the report stand; the page is written last."""
    return _path(home, receipt, ".html").exists()


def write_report(home: Home, receipt: Event, verdict: Event, context: Context) -> dict[str, Any]:
    """Write reports/<organiser>/<receipt_id>.json, .csv and .html; returns the JSON document."""
    report = build_report(home, receipt, verdict, context)
    parts = (json.dumps(report, ensure_ascii=False, indent=1) + "\n", _csv(report), _html(report, context))
    _path(home, receipt, "").parent.mkdir(mode=0o700, exist_ok=True)
    for suffix, content in zip(SUFFIXES, parts, strict=True):
        # The byte order mark is for spreadsheets, which otherwise misread ä and ö.
        write_atomic(_path(home, receipt, suffix), content.encode("utf-8-sig" if suffix == ".csv" else "utf-8"))
        kill_point("report.written")
    return report


def _path(home: Home, receipt: Event, suffix: str) -> Path:
    return home.reports / receipt.body["organiser_code"] / f"{receipt.subject}{suffix}"


def build_report(home: Home, receipt: Event, verdict: Event, context: Context) -> dict[str, Any]:
    """The report as one document; report.schema.json describes it. Totals are exact, details capped at `CAP` a rule."""
    sent, judged = receipt.body, verdict.body
    return {
        "format": _FORMAT,
        "receipt_id": receipt.subject,
        "organiser_code": sent["organiser_code"],
        "organiser_name": context.organiser_name,
        "dataset": sent["dataset"],
        "period": sent["period"],
        "sequence": sent["sequence"],
        "contract_version": sent["contract_version"],
        "sample_share": sent["sample_share"],
        "origin": sent["origin"],
        "is_synthetic": sent["origin"] == "synthetic",
        "manifest": {"name": sent["manifest_name"], "sha256": sent["manifest_sha256"]},
        "files": sent["files"],
        "received_at": receipt.at.isoformat(timespec="seconds"),
        "judged_at": verdict.at.isoformat(timespec="seconds"),
        "status": judged["status"],
        "rule": judged["rule"],
        "reason": judged["reason"],
        "values": judged["values"],
        "first_receipt_id": judged["first_receipt_id"],
        "rows": {part: judged[f"rows_{part}"] for part in ("received", "accepted", "quarantined")},
        "mend": _mend(home, judged, sent["period"], context),
    }


def _mend(home: Home, judged: dict[str, Any], period: str | None, context: Context) -> list[dict[str, Any]]:
    """One entry a broken rule, the one that decided first, then by how much each clears."""
    details = _details(context.con, home, judged["quarantine"])
    counts = {c["rule"]: c for c in judged["rule_counts"] if c["failed"]}
    decided = {judged["rule"]} if judged["status"] in ("rejected", "held") else set()
    noticed = {file_rule(code).id for file in judged["files"] for code in file["notices"]}
    broken = decided | noticed | counts.keys() | details.keys()
    items = [_item(rule, judged, period, counts.get(rule), details.get(rule), context) for rule in broken]
    return sorted(items, key=lambda i: (not i["is_verdict"], -(i["failed"] or 0), i["rule"]))


def _item(
    rule_id: str,
    judged: dict[str, Any],
    period: str | None,
    count: dict[str, Any] | None,
    found: tuple[int, list] | None,
    context: Context,
) -> dict[str, Any]:
    rule = _rule(rule_id, context.contract)
    total, rows = found or (None, [])
    column = getattr(rule, "column", None)
    failed = count["failed"] if count else total
    return {
        "rule": rule_id,
        "is_verdict": rule_id == judged["rule"],
        "level": rule.level,
        "severity": rule.severity,
        "column": column,
        "header": next((sent for sent, name in context.dialect.columns.items() if name == column), None)
        if column
        else None,
        "codes": list(context.dialect.codes.get(column, ())) if column and rule.check == "codes" else [],
        "text": rule.text,
        "fix": _fix(rule, period, rows, context),
        "failed": failed,
        "applicable": count["applicable"] if count else None,
        "more": max((failed or 0) - len(rows), 0) if rows else 0,
        "details": rows,
    }


def _fix(rule: Any, period: str | None, rows: list[dict[str, Any]], context: Context) -> dict[str, str]:
    """How to mend it. For codes that have ended: which code took the place of each of those that are listed, as the sender writes them, and from which day."""
    if period is None or context.contract is None or getattr(rule, "check", None) != "in_force":
        return rule.fix
    ours = context.dialect.codes.get(rule.column, {}) if context.dialect else {}
    theirs = {code: sent for sent, code in ours.items()}
    name, day = rule.arguments["code_list"], date.fromisoformat(f"{period}-01")
    pairs = []
    for sent in sorted({row["value"] for row in rows}):
        code = ours.get(sent, sent)
        if code in ended(name):
            after = successor(name, code, day)
            pairs.append(f"{sent} → {theirs.get(after, after)} ({ended(name)[code].ended_on})")
    return {language: f"{text} {', '.join(pairs)}".rstrip() for language, text in rule.fix.items()}


def _rule(rule_id: str, contract: Contract | None) -> Any:
    if contract is not None and rule_id in {r.id for r in contract.rules}:
        return contract.rule(rule_id)
    return file_rule(rule_id)


def _details(
    con: duckdb.DuckDBPyConnection, home: Home, quarantine: dict[str, Any] | None
) -> dict[str, tuple[int, list[dict[str, Any]]]]:
    """rule id → (exact number of lines, the first `CAP` of them in file order)."""
    if quarantine is None:
        return {}
    rows = con.execute(
        """
        select rule_id, count_of_rule, file_name, line_number, column_name, value_as_sent
        from (
            select *,
                count(*) over (partition by rule_id) as count_of_rule,
                row_number() over (partition by rule_id order by file_name, line_number, column_name nulls first, value_as_sent) as place
            from read_parquet($file)
        )
        where place <= $cap
        order by rule_id, place
        """,
        {"file": str(home.quarantine / quarantine["path"]), "cap": CAP},
    ).fetchall()
    details: dict[str, tuple[int, list[dict[str, Any]]]] = {}
    for rule_id, total, file_name, line, column, value in rows:
        row = {
            "file": shown(file_name, _VALUE_LIMIT),
            "line": line,
            "column": column,
            "value": "" if value is None else shown(value, _VALUE_LIMIT),
        }
        details.setdefault(rule_id, (total, []))[1].append(row)
    return details


def _csv(report: dict[str, Any]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_CSV_HEADER)
    for row in _csv_rows(report):
        writer.writerow([inert(cell) for cell in row])
    return buffer.getvalue()


def _csv_rows(report: dict[str, Any]) -> Iterator[tuple]:
    for item in report["mend"]:
        head = (item["rule"], item["level"], item["severity"])
        texts = (*(item["text"][code] for code in LANGUAGES), *(item["fix"][code] for code in LANGUAGES))
        if item["is_verdict"] or not item["details"]:
            yield (
                *head,
                "",
                "",
                item["column"],
                item["header"],
                report["reason"] if item["is_verdict"] else "",
                *texts,
            )
        for row in item["details"]:
            yield (*head, row["file"], row["line"], row["column"], item["header"], row["value"], *texts)
        if item["more"]:
            yield (*head, "", "", item["column"], item["header"], f"{item['more']} more", *texts)


def inert(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: what would begin one gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


@cache
def _texts() -> dict[str, dict[str, Any]]:
    import yaml

    return yaml.safe_load(Path(__file__).with_name("report_texts.yml").read_text(encoding="utf-8"))


@cache
def _template():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html.j2")


def _html(report: dict[str, Any], context: Context) -> str:
    pages = [_page(code, report, context) for code in LANGUAGES]
    return _template().render(report=report, languages=pages, cap=CAP, page_cap=PAGE_CAP)


def _page(code: str, report: dict[str, Any], context: Context) -> dict[str, Any]:
    text = _texts()[code]
    dataset = context.contract.label[code] if context.contract else shown(report["dataset"] or "–")
    status = report["status"]
    state = text["accepted_partly" if status == "accepted" and report["rows"]["quarantined"] else status]
    facts = {"organiser": context.organiser_name[code], "dataset": dataset, "period": report["period"] or "–"}
    return {
        "code": code,
        "text": text,
        "dataset": dataset,
        "title": text["title"].format(**facts),
        "state": state.format(first=report["first_receipt_id"], **report["rows"]),
    }
