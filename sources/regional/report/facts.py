"""The report as data: what a delivery came to, its causes, its broken rules, and how each is mended.

Belongs here: putting receipt, verdict and findings together into one document that every form of the report is made from. Does not belong here: finding causes
(causes.py), words of a form (texts.yml), writing (tables.py, page.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import LANGUAGES, Contract, read_yaml
from sources.reference import ended, successor
from sources.regional.county import County, Dialect
from sources.regional.expected import due_on
from sources.regional.file_rules import TOLD, file_rule
from sources.regional.report.causes import Cause, Findings
from sources.regional.report.expected import agreed_codes, expected, header_of
from sources.regional.report.reasons import faults

if TYPE_CHECKING:
    import duckdb

FORMAT = 3
# How many errors of one rule each form lists: the page, the workbook, JSONL and CSV.
PAGE_CAP, BOOK_CAP, CAP = 100, 1_000, 100_000
SHARE = file_rule("QUARANTINE_SHARE").id
_USED = file_rule("SEQ").id


@dataclass(frozen=True)
class Context:
    """What a report needs besides receipt and verdict: the dataset's contract and the sender's dialect of it (None when the manifest named no known dataset), the
    sender's name in three languages, and a DuckDB connection to read the quarantine with."""

    contract: Contract | None
    dialect: Dialect | None
    organiser_name: dict[str, str]
    con: duckdb.DuckDBPyConnection


def context_of(
    dataset: str | None, contracts: Mapping[str, Contract], county: County | None, con: duckdb.DuckDBPyConnection
) -> Context:
    """The context of a delivery; `dataset` is None when its manifest names none, `county` when nobody knows its sender."""
    contract = contracts.get(dataset)
    dialect = county.dialects.get(dataset) if county else None
    names = dict(county.name) if county else dict.fromkeys(LANGUAGES, "")
    return Context(contract, dialect, names, con) if contract and dialect else Context(None, None, names, con)


@dataclass(frozen=True)
class Case:
    """One judged delivery: the bodies of its receipt and its verdict, when these were, and the folder of quarantine files."""

    receipt_id: str
    received_at: datetime
    judged_at: datetime
    sent: Mapping[str, Any]
    judged: Mapping[str, Any]
    quarantine: Path


@dataclass(frozen=True)
class Report:
    """`document` is the header line of the JSONL; `findings` the errors of rows, None where no row is refused."""

    document: dict[str, Any]
    findings: Findings | None

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """Each broken rule by its id."""
        return {item["rule"]: item for item in self.document["mend"]}


@cache
def texts() -> dict[str, dict[str, Any]]:
    """What the forms say round the rules' own texts, by language."""
    return read_yaml(Path(__file__).with_name("texts.yml"))


def build(case: Case, context: Context) -> Report:
    """The report of one delivery; report.schema.json describes its lines. Totals are exact whatever is listed."""
    quarantine, judged = case.judged["quarantine"], case.judged
    findings = None
    if quarantine is not None and context.contract is not None:
        findings = Findings(context.con, case.quarantine / quarantine["path"], context.contract, context.dialect)
    whole = faults(judged)
    mend = _mend(case, [fault["rule"] for fault in whole], findings, context)
    causes = _causes(case, whole, mend, findings, context)
    document = {
        "kind": "delivery",
        "format": FORMAT,
        "receipt_id": case.receipt_id,
        **_sent(case, context),
        "received_at": case.received_at.isoformat(timespec="seconds"),
        "judged_at": case.judged_at.isoformat(timespec="seconds"),
        **{key: judged[key] for key in ("status", "rule", "reason", "first_receipt_id")},
        # The ledger gives keys back in another order than they were made in.
        "values": dict(sorted(judged["values"].items())),
        "next": _next(case, context),
        "rows": {part: judged[f"rows_{part}"] for part in ("received", "accepted", "quarantined")},
        "totals": _totals(mend, causes),
        "faults": whole,
        "causes": causes,
        "mend": mend,
    }
    return Report(document, findings)


def _next(case: Case, context: Context) -> dict[str, Any]:
    """The least sequence number of the sender's next delivery of the month, null where there is nothing to send; and the day on which the month is due by its contract."""
    period, contract = case.sent["period"], context.contract
    is_due = contract is not None and contract.due_days is not None and period
    return {
        "sequence": _next_sequence(case.sent["sequence"], case.judged),
        # By the calendar alone, so that the sender's own desk says the same.
        "due_on": due_on(period, contract.due_days, date.min).isoformat() if is_due else None,
    }


def _next_sequence(sent: int | None, judged: Mapping[str, Any]) -> int | None:
    if sent is None or judged["status"] == "duplicate":
        return None
    if judged["status"] != "rejected":
        return sent + 1
    used = [one["values"].get("found") for one in (judged, *judged.get("also", ())) if one["rule"] == _USED]
    if None in used:  # a verdict of an earlier version: its own words say it
        return None
    # A rejected delivery uses up no number.
    return max(used) + 1 if used else sent


def _sent(case: Case, context: Context) -> dict[str, Any]:
    sent = case.sent
    return {
        "organiser_code": sent["organiser_code"],
        "organiser_name": context.organiser_name,
        **{key: sent[key] for key in ("dataset", "period", "sequence", "contract_version", "sample_share", "origin")},
        "is_synthetic": sent["origin"] == "synthetic",
        "manifest": {"name": sent["manifest_name"], "sha256": sent["manifest_sha256"]},
        "files": [{key: file[key] for key in ("name", "sha256", "bytes")} for file in sent["files"]],
    }


def _mend(case: Case, decided: list[str], findings: Findings | None, context: Context) -> list[dict[str, Any]]:
    """One entry a broken rule, those that decided first, then by how much each clears."""
    judged = case.judged
    found = findings.counts if findings else {}
    counts = {c["rule"]: c for c in judged["rule_counts"] if c["failed"]}
    noticed = {file_rule(code).id for file in judged["files"] for code in file["notices"]}
    items = []
    for rule_id in {*decided} | noticed | counts.keys() | found.keys():
        count, listed = counts.get(rule_id), found.get(rule_id)
        failed = count["failed"] if count else listed
        rule = rule_of(rule_id, context.contract)
        items.append(
            {
                **_rule(rule, case.sent["period"], context),
                "is_verdict": rule_id in decided,
                "fix": _fix(rule, case.sent["period"], findings.values_of(rule_id) if findings else [], context),
                "failed": failed,
                "applicable": count["applicable"] if count else None,
                "more": max((failed or 0) - CAP, 0),
            }
        )
    places = {rule_id: place for place, rule_id in reversed([*enumerate(decided)])}
    return sorted(items, key=lambda i: (places.get(i["rule"], len(decided)), -(i["failed"] or 0), i["rule"]))


def rule_of(rule_id: str, contract: Contract | None) -> Any:
    """The rule of that id: the contract's or that of files; KeyError if there is none."""
    if contract is not None and rule_id in {r.id for r in contract.rules}:
        return contract.rule(rule_id)
    return file_rule(rule_id)


def _rule(rule: Any, period: str | None, context: Context) -> dict[str, Any]:
    column = getattr(rule, "column", None)
    is_codes = getattr(rule, "check", None) == "codes"
    return {
        "rule": rule.id,
        "version": rule.version,
        "level": rule.level,
        "severity": rule.severity,
        "column": column,
        "header": header_of(column, context.dialect),
        "codes": agreed_codes(context.contract.column(column), context.dialect) if is_codes else [],
        "expected": expected(rule, context.contract, context.dialect, texts(), period),
        "text": rule.text,
    }


def _fix(rule: Any, period: str | None, values: list[str], context: Context) -> dict[str, str]:
    """How to mend it, in the sender's own codes. For codes that have ended: which code took the place of each of those that were sent, and from which day."""
    check = getattr(rule, "check", None)
    if context.contract is None or context.dialect is None or check not in ("codes", "in_force"):
        return rule.fix
    ours = context.dialect.codes.get(rule.column, {})
    if check == "codes":
        column = context.contract.column(rule.column)
        agreed = f"({', '.join(column.codes or (column.code_list,))})"
        own = f"({', '.join(ours)})" if ours else agreed
        return {language: text.replace(agreed, own) for language, text in rule.fix.items()}
    pairs = _successors(rule, period, values, ours) if period else []
    return {language: f"{text} {', '.join(pairs)}".rstrip() for language, text in rule.fix.items()}


def _successors(rule: Any, period: str, values: list[str], ours: Mapping[str, str]) -> list[str]:
    theirs = {code: sent for sent, code in ours.items()}
    name, day = rule.arguments["code_list"], date.fromisoformat(f"{period}-01")
    pairs = []
    for sent in values:
        code = ours.get(sent, sent)
        if code in ended(name):
            after = successor(name, code, day)
            pairs.append(f"{sent} → {theirs.get(after, after)} ({ended(name)[code].ended_on})")
    return pairs


def _causes(
    case: Case,
    whole: list[dict[str, Any]],
    mend: list[dict[str, Any]],
    findings: Findings | None,
    context: Context,
) -> list[dict[str, Any]]:
    """What to mend: first what refused the delivery as a whole, then what lies behind its refused rows. A share of faulty rows is no cause: its rows have theirs."""
    rules = {item["rule"]: item for item in mend}
    decided = [fault for fault in whole if fault["rule"] != SHARE]
    of_rows = []
    for cause in findings.causes if findings else ():
        item = rules[cause.rule]
        if cause.kind == "value" and cause.values == 1:
            item = item | {
                "fix": _fix(rule_of(cause.rule, context.contract), case.sent["period"], [cause.value], context)
            }
        of_rows.append(_of_rows(cause, item))
    # Row causes are C1 and on: the first of the whole is C0, further ones are numbered after them.
    ids = [0, *range(len(of_rows) + 1, len(of_rows) + len(decided))]
    of_whole = [
        _of_delivery(f"C{number}", fault, rules[fault["rule"]], case.judged["files"])
        for number, fault in zip(ids, decided, strict=False)
    ]
    return [*of_whole, *of_rows]


def _of_delivery(
    cause: str, fault: dict[str, Any], item: dict[str, Any], files: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": cause,
        "kind": "delivery",
        **{key: item[key] for key in ("rule", "column", "header", "text", "fix")},
        "expected": fault["declared"],
        "value": fault["found"]["en"],
        "values": 1,
        "errors": 1,
        "cascades": 0,
        "lines": 0,
        "file": fault["file"] or (files[0]["name"] if len(files) == 1 else ""),
        "line": fault["line"],
    }


def _of_rows(cause: Cause, item: dict[str, Any]) -> dict[str, Any]:
    text, fix = item["text"], item["fix"]
    if cause.kind == "moved":
        names = {"header": item["header"] or item["column"]}
        text = {language: texts()[language]["moved"].format(**names) for language in LANGUAGES}
        fix = {language: texts()[language]["moved_fix"] for language in LANGUAGES}
    return {
        "id": cause.id,
        "kind": cause.kind,
        "rule": cause.rule,
        "column": cause.column,
        "header": item["header"],
        "text": text,
        "fix": fix,
        "expected": item["expected"],
        "value": cause.value,
        "values": cause.values,
        "errors": cause.errors,
        "cascades": cause.cascades,
        "lines": cause.lines,
        "file": cause.file,
        "line": cause.line,
    }


def _totals(mend: list[dict[str, Any]], causes: list[dict[str, Any]]) -> dict[str, int]:
    """Errors are those of the causes: roots and what follows from them. Notices are told beside them; nothing is refused for these."""
    causes_of = {cause["rule"] for cause in causes}
    return {
        "causes": len(causes),
        "errors": sum(cause["errors"] for cause in causes),
        "cascades": sum(cause["cascades"] for cause in causes),
        "notices": sum(1 for item in mend if item["severity"] in TOLD and item["rule"] not in causes_of),
    }
