"""The report as a page: one file that stands alone, in three languages, of which the reader sees one.

Belongs here: what the template needs in each language. Does not belong here: what is told (facts.py), the words (texts.yml), the layout (page.html.j2).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sources.contract import LANGUAGES
from sources.regional.report.causes import Listed
from sources.regional.report.facts import PAGE_CAP, Context, Report, texts
from sources.regional.shown import shown


def page(report: Report, context: Context) -> str:
    """The page's text."""
    errors: dict[str, list[Listed]] = {}
    for error in report.findings.listed(PAGE_CAP) if report.findings else ():
        errors.setdefault(error.rule, []).append(error)
    pages = [_page(code, report, context) for code in LANGUAGES]
    return template("page.html.j2").render(report=report.document, errors=errors, languages=pages, page_cap=PAGE_CAP)


@cache
def template(name: str):
    """A template of this folder; what it is given is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template(name)


def _page(code: str, report: Report, context: Context) -> dict[str, Any]:
    text, document = texts()[code], report.document
    dataset = context.contract.label[code] if context.contract else shown(document["dataset"] or "–")
    facts = {"organiser": context.organiser_name[code], "dataset": dataset, "period": document["period"] or "–"}
    return {
        "code": code,
        "text": text,
        "dataset": dataset,
        "title": text["title"].format(**facts),
        "state": state(document, text),
        "following": following(document, text),
        "summary": summary(document["totals"], text),
        "is_hidden": hides_rows(document),
    }


def state(document: dict[str, Any], text: dict[str, Any]) -> str:
    """What became of the delivery, in a sentence or two."""
    status, rows = document["status"], document["rows"]
    told = text["accepted_partly" if status == "accepted" and rows["quarantined"] else status]
    return told.format(first=document["first_receipt_id"], **rows)


def following(document: dict[str, Any], text: dict[str, Any]) -> str:
    """By which number to deliver again, and by which day the month is due."""
    due_on, sequence = document["next"]["due_on"], document["next"]["sequence"]
    told = []
    if sequence is not None:
        again = "again" if sequence == document["sequence"] else "higher"
        kind = again if document["status"] == "rejected" else "correction"
        told.append(text["next"][kind].format(sequence=sequence))
    return " ".join([*told, *([text["next"]["due"].format(due_on=due_on)] if due_on else [])])


def summary(totals: dict[str, int], text: dict[str, Any]) -> str:
    """'Fix these k causes and n errors go', in the number that the language wants."""
    if not totals["causes"]:
        return ""
    causes = "one" if totals["causes"] == 1 else "many"
    errors = "one" if totals["errors"] == 1 else "many"
    said = text["summary"][causes].format(**totals), text["goes"][errors].format(**totals)
    follow = f" {text['follow'].format(**totals)}" if totals["cascades"] else ""
    return f"{said[0]} {said[1]}{follow}"


def hides_rows(document: dict[str, Any]) -> bool:
    """True when the delivery was refused before its rows were judged: mending that may bring more to light."""
    return document["status"] == "rejected" and document["rows"]["received"] is None
