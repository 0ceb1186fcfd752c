"""What a night did, as one JSON document in the home.

Belongs here: turning a finished night into `reports/nights/<night>/summary.json` and `reports/last_night.json`. Does not belong here: how it is shown
(sotevarasto/summary_view.py).
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from orchestration.alert import raise_alert, reasons
from orchestration.delivery_calendar import summary_of
from orchestration.night import Night, local_date
from sources.durable import write_atomic
from sources.errors import SotevarastoError
from sources.freshness import every_source
from sources.regional.file_rules import file_rule
from sources.regional.periods import awaiting

EXIT_CODES = {"published": 0, "unchanged": 0, "gate_failed": 1, "could_not_run": 2}
STATUSES = ("PASS", "FAIL", "N-A", "ERROR")
VERDICTS = ("green", "amber", "red", "could_not_run")


def conclude(night: Night, *, is_whole: bool = True) -> dict[str, Any]:
    """Write the night's summary, note the end in the ledger, refresh the current release's copy of the ledger head, raise an alert if the night calls for one.

    Returns the summary. A run of a few assets only, by a person in the UI, is not whole and alerts nobody.
    """
    from orchestration.checks.results import keep_results
    from warehouse.publish import record_head

    if night.outcome == "could_not_run" and night.failed_blocking:
        night.outcome = "gate_failed"
    try:
        # As after a kill: the same night, run again, says what its checks came to.
        if not night.was_asked_to_end:
            keep_results(night)
    except SotevarastoError as error:
        night.outcome, night.reason = "could_not_run", str(error)
    document = _document(night)
    ends = sum(1 for e in night.ledger.events("night_end") if e.subject.startswith(f"{night.night_id}:"))
    night.ledger.append("night_end", f"{night.night_id}:{ends + 1}", {"outcome": night.outcome}, night.at)
    record_head(night.home, night.ledger)
    why = reasons(document) if is_whole else []
    document["alert"] = {"reasons": why, "hook": None}
    night.report_folder.mkdir(parents=True, exist_ok=True)
    write_atomic(
        night.report_folder / "checks.json", json.dumps([vars(c) for c in night.checks], ensure_ascii=False, indent=1)
    )
    _write(night, document)
    # Only now: whatever becomes of the hook, the summary stands.
    if hook := raise_alert(document, why):
        document["alert"]["hook"] = hook
        _write(night, document)
    return document


def _document(night: Night) -> dict[str, Any]:
    """What the night came to, but for the alert."""
    from warehouse.publish import current_release

    current = current_release(night.home)
    return {
        "format": 1,
        "night_id": night.night_id,
        "day": night.day,
        "profile": night.profile,
        "is_synthetic": night.profile == "simulated",
        "business_time": night.at.isoformat(),
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - night.started, 1),
        "outcome": night.outcome,
        "exit_code": EXIT_CODES[night.outcome],
        "reason": night.reason,
        "sources": night.sources,
        "deliveries": night.regional.get("by_sender", []),
        "rows": {k: night.regional.get(k, 0) for k in ("rows_received", "rows_accepted", "rows_quarantined")},
        "rejected": [_mended(d) for d in night.regional.get("deliveries", []) if d["status"] == "rejected"],
        "held": night.regional.get("held", []),
        "waiting": night.regional.get("waiting", []),
        "after_lock": _after_lock(night),
        "tests": night.regional.get("tests", 0),
        "silent": _silent(night),
        **summary_of(night),
        "problems": night.regional.get("problems", []),
        "revisions": _revisions(night),
        "unmapped": _unmapped(night),
        "reconciliation": _reconciliation(night),
        "checks": _counted(night),
        "release": current.as_dict() if current else None,
        "release_folder": str(night.home.current) if current else None,
        "stages": night.stages,
        "home": str(night.home.root),
    }


def _revisions(night: Night) -> list[dict[str, Any]]:
    """How many figures another value replaced tonight, by table and source; none unless this night published."""
    from warehouse.read import open_release

    if night.outcome != "published":
        return []
    with open_release(night.home) as con:
        rows = con.execute(
            "select table_name, source_code, count(*) from dq.revisions where known_from = ? group by all order by all",
            [night.at.astimezone(UTC).replace(tzinfo=None)],
        ).fetchall()
    return [{"table_name": table, "source_code": source, "figures": figures} for table, source, figures in rows]


def _unmapped(night: Night) -> dict[str, int]:
    """How many values wait for a mapping, and lines for them, as the current release tells."""
    from warehouse.publish import current_release
    from warehouse.read import open_release

    if current_release(night.home) is None:
        return {"codes": 0, "rows": 0}
    with open_release(night.home) as con:
        there = con.execute("select count(*) from duckdb_tables() where table_name = 'unmapped_code'").fetchall()[0][0]
        found = (
            con.execute("select count(*), coalesce(sum(row_count), 0) from dq.unmapped_code").fetchall()
            if there
            else [(0, 0)]
        )
    return {"codes": found[0][0], "rows": int(found[0][1])}


def _reconciliation(night: Night) -> dict[str, Any]:
    """How the pairs of the current release compare, by verdict. What rests on a source that failed tonight could not be run tonight, whatever the release says."""
    from warehouse.publish import current_release
    from warehouse.read import open_release

    silent = sorted(s["source_code"] for s in night.sources if s["status"] == "failed")
    counts = dict.fromkeys(VERDICTS, 0)
    if current_release(night.home) is None:
        return {**counts, "silent": []}
    with open_release(night.home) as con:
        if not con.execute("select 1 from duckdb_tables() where table_name = 'reconciliation'").fetchall():
            return {**counts, "silent": []}
        rows = con.execute(
            """select case when list_has_any([our_source_code, their_source_code], $1::varchar[]) then 'could_not_run' else verdict end, count(*)
            from dq.reconciliation group by all""",
            [silent],
        ).fetchall()
        used = con.execute(
            "select our_source_code from dq.reconciliation union select their_source_code from dq.reconciliation"
        ).fetchall()
    return {**counts, **dict(rows), "silent": [code for code in silent if (code,) in used]}


def _write(night: Night, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    for path in (night.report_folder / "summary.json", night.home.reports / "last_night.json"):
        write_atomic(path, text)


def _silent(night: Night) -> list[dict[str, Any]]:
    """Senders of whom nothing was accepted for longer than their dataset allows."""
    found = [f for f in every_source(night.ledger, night.at) if f.organiser_code and f.is_stale(night.at)]
    return [
        {
            "organiser_code": f.organiser_code,
            "dataset": f.source_code,
            "accepted": local_date(f.answered_at) if f.answered_at else None,
            "within_days": f.within_days,
        }
        for f in found
    ]


def _after_lock(night: Night) -> list[dict[str, Any]]:
    """What came after its month's lock, until a revision by it is approved."""
    told = ("organiser_code", "dataset", "period", "sequence")
    return [{"receipt_id": e.subject, **{name: e.body[name] for name in told}} for e in awaiting(night.ledger)]


def _mended(delivery: dict[str, Any]) -> dict[str, Any]:
    """A rejected delivery with what its sender can do."""
    return {**delivery, "mend": file_rule(delivery["rule"]).fix["en"]}


def _counted(night: Night) -> dict[str, Any]:
    total = Counter(c.status for c in night.checks)
    engines = sorted({c.engine for c in night.checks})
    return {
        "total": {s: total[s] for s in STATUSES},
        "by_engine": {
            e: {s: sum(1 for c in night.checks if c.engine == e and c.status == s) for s in STATUSES} for e in engines
        },
        "not_passed": [
            {
                "id": c.id,
                "engine": c.engine,
                "asset": c.asset,
                "status": c.status,
                "blocking": c.blocking,
                "message": c.message,
            }
            for c in night.checks
            if c.status in ("FAIL", "ERROR")
        ],
    }
