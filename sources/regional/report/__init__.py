"""The report a sender gets about one delivery: JSONL for machines, CSV and a workbook for spreadsheets, one page for people, in three languages.

Belongs here: which files a report has and how they are written. What is told: facts.py; which causes lie behind errors: causes.py; the forms: tables.py, page.py.
The report follows from receipt, verdict and quarantine alone, so it can be written again at any time and comes out the same, at the desk and at the sender's.
Does not belong here: judging, who may read the report, and what depends on other deliveries (outlook.py tells that apart).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sources.durable import fsync_dir, kill_point, naming, replace_file, temp_path
from sources.home import Home
from sources.ledger import Event
from sources.regional.report.facts import Case, Context, Report, build, context_of
from sources.regional.report.page import page
from sources.regional.report.tables import bytes_of, csv_text, jsonl, workbook

__all__ = ["SUFFIXES", "Case", "Context", "context_of", "is_written", "write_case", "write_report"]

# In the order of writing: where the page stands, all stand.
SUFFIXES = (".jsonl", ".csv", ".xlsx", ".html")


def is_written(home: Home, receipt: Event) -> bool:
    """True when all parts of the report stand; the page is written last."""
    return (_folder(home, receipt) / f"{receipt.subject}{SUFFIXES[-1]}").exists()


def write_report(home: Home, receipt: Event, verdict: Event, context: Context) -> dict[str, Any]:
    """Write reports/<organiser>/<receipt_id>.jsonl, .csv, .xlsx and .html; returns the JSONL's first object."""
    case = Case(receipt.subject, receipt.at, verdict.at, receipt.body, verdict.body, home.quarantine)
    return write_case(_folder(home, receipt), case, context)


def write_case(folder: Path, case: Case, context: Context) -> dict[str, Any]:
    """Write the report of one delivery into a folder, each part whole or not at all; returns the JSONL's first object."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    report = build(case, context)
    for suffix in SUFFIXES:
        if suffix == SUFFIXES[-1]:
            fsync_dir(folder)
        _write(folder / f"{case.receipt_id}{suffix}", suffix, report, context)
        kill_point("report.written")
    return report.document


def _folder(home: Home, receipt: Event) -> Path:
    return home.reports / receipt.body["organiser_code"]


def _write(final: Path, suffix: str, report: Report, context: Context) -> None:
    tmp = temp_path(final)
    try:
        with naming(final):
            if suffix == ".xlsx":
                workbook(report, tmp)
            else:
                _write_bytes(tmp, _pieces(suffix, report, context))
        # The names of the others are flushed together before the page, which stands for all.
        replace_file(tmp, final, 0o600, flushes_folder=suffix == SUFFIXES[-1])
    finally:
        tmp.unlink(missing_ok=True)


def _pieces(suffix: str, report: Report, context: Context) -> Iterable[bytes]:
    if suffix == ".jsonl":
        return bytes_of(jsonl(report))
    # The byte order mark is for spreadsheets, which otherwise misread ä and ö.
    return bytes_of(csv_text(report), "\ufeff") if suffix == ".csv" else [page(report, context).encode("utf-8")]


def _write_bytes(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(pieces)
