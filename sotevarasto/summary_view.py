"""How a person sees a night: progress while it runs and the summary when it has ended.

Belongs here: words and tables on the terminal. Does not belong here: what the summary says (orchestration/summary.py), its parts in short (summary_folded.py).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.alert import told
from sotevarasto import calendar_view, summary_folded
from sotevarasto.commands import hush
from sotevarasto.terminal import Terminal
from sotevarasto.terminal import table as _table

QUERY = (
    "select region_name_fi, period_start, value, value_status from mart.minimum_dataset where known_to is null and indicator_code = 'contacts_per_1000'"
    " and region_level = 'county' and basis = 'residence' and period_grain = 'month' and sex = 'total' and age_group = 'total'"
    " and language_status = 'total' and municipality_type = 'total' order by period_start desc, value desc limit 22"
)
OUTCOMES = {
    "published": "A new release is published.",
    "unchanged": "Nothing moved; the current release stays.",
    "unchanged_but": "Nothing new came in, but not every source could be asked; the current release stays.",
    "gate_failed": "Our own checks refused the night. Nothing was published; what came in tonight waits for a night that passes.",
    "could_not_run": "The night could not run to its end. Nothing was published; run it again when the cause is mended.",
}


_VERDICTS = "words: green: within the tolerance; amber: within the wider one; red: beyond both; could not run: one body has no figure to hold it against"
# Where there is no terminal a line that only counts on is said this often.
_PAUSE_SECONDS = 10
_COUNT = re.compile(r"([0-9,]+) (?:of ([0-9,]+) )?")


class Progress:
    """Prints one line for each thing that a night says, with the seconds since its start. A reader who goes away ends the lines, never the night."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._counted = -float(_PAUSE_SECONDS)
        self._console = Terminal()

    def __call__(self, text: str) -> None:
        now = time.monotonic() - self._started
        if not self._is_due(text, now):
            return
        try:
            self._console.print(Text(f"{now:6.1f} s  {text}"), soft_wrap=True)
        except BrokenPipeError:
            hush()

    def _is_due(self, text: str, now: float) -> bool:
        count = _COUNT.match(text)
        if count is None or count[1] == count[2] or self._console.is_terminal:
            return True
        is_due = now - self._counted >= _PAUSE_SECONDS
        self._counted = now if is_due else self._counted
        return is_due


def _titled(console: Console, title: str, table: Table) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)


def show(summary: dict[str, Any], is_whole: bool = False) -> None:
    """Print the summary of a night: in short, with what calls for a person in full, or the whole of it."""
    console = Terminal()
    console.print()
    _head(console, summary)
    _sources(console, summary, is_whole)
    _deliveries(console, summary, is_whole)
    _calendar(console, summary, is_whole)
    _revisions(console, summary)
    _checks(console, summary, is_whole)
    _reconciliation(console, summary)
    _release(console, summary, is_whole)
    _stages(console, summary, is_whole)
    _next(console, summary, is_whole)


def _part(console: Console, lines: Iterable[str]) -> None:
    """A part in short: its first line stands apart from the part before."""
    console.print()
    for line in lines:
        console.print(Text(line))


def _head(console: Console, summary: dict[str, Any]) -> None:
    label = (
        "  (simulated: figures are SYNTHETIC, but for those whose origin is 'published')"
        if summary["is_synthetic"]
        else ""
    )
    day = f", simulated day {summary['day']}" if summary["day"] is not None else ""
    console.print(Text(f"Night {summary['night_id']}{day}{label}", style="bold"))
    console.print(Text(_outcome(summary)))
    if summary["reason"]:
        console.print(Text(f"Why: {summary['reason']}"))
    for source in summary["sources"]:
        if source["status"] == "failed":
            kept = f"its rows of {source['rows_of']} stay in use" if source["rows_of"] else "it has given no rows yet"
            console.print(Text(f"Source {source['source_code']} failed: {kept}; see below."))
        if source["is_stale"]:
            since = source["answered"] or "the beginning"
            console.print(Text(f"Source {source['source_code']} is stale: it has given nothing usable since {since}."))
    if summary["alert"] and (line := told(summary["alert"]["hook"])):
        console.print(Text(line))
    if missing := summary.get("lacks"):
        console.print(
            Text(f"This summary was written by other code; what it lacks is shown as empty: {', '.join(missing)}.")
        )


def _outcome(summary: dict[str, Any]) -> str:
    outcome = summary["outcome"]
    if outcome == "unchanged" and any(source["status"] == "failed" for source in summary["sources"]):
        outcome = "unchanged_but"
    return OUTCOMES.get(outcome, f"The night ended: {outcome}.")


def _sources(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    if is_whole:
        _source_table(console, summary)
    else:
        _part(console, summary_folded.sources(summary["sources"]))
    for source in summary["sources"]:
        if source["reason"]:
            console.print(Text(f"  {source['status']} {source['source_code']}: {source['reason']}"))


def _source_table(console: Console, summary: dict[str, Any]) -> None:
    columns = (
        "source",
        "status",
        "new rows",
        "rows in use are of",
        "last answered",
        "requests (least)",
        "limit allowed",
    )
    table = _table(*columns, numbers=frozenset({2, 6}))
    for source in summary["sources"]:
        requests = f"{source['requests_made']} ({source['requests_minimum']})"
        dates = (source["rows_of"] or "none yet", source["answered"] or "never")
        allowed = "" if source["requests_allowed"] is None else f"{source['requests_allowed']:,}"
        table.add_row(source["source_code"], source["status"], f"{source['rows']:,}", *dates, requests, allowed)
    _titled(console, "National sources", table)


def _revisions(console: Console, summary: dict[str, Any]) -> None:
    if summary["revisions"]:
        table = _table("restated tonight (dq.revisions)", "source", "figures", numbers=frozenset({2}))
        for revised in summary["revisions"]:
            table.add_row(revised["table_name"], revised["source_code"], f"{revised['figures']:,}")
        _titled(console, "Figures that moved", table)


_ALWAYS = ("received", "accepted", "rejected", "rows", "quarantined")


def _deliveries(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    _delivered(console, summary, is_whole)
    for delivery in summary["rejected"]:
        where = f"{delivery['organiser_code']} {delivery['period'] or ''} sequence {delivery['sequence'] or '?'}"
        state = "sealed, personal data" if delivery["is_sealed"] else "rejected"
        console.print(Text(f"  {state} {where}: {delivery['rule']} {delivery['reason']}. Mend: {delivery['mend']}"))
    _unfinished(console, summary)
    for line in _silent(summary["silent"]):
        console.print(Text(f"  {line}"))
    if (waiting := summary["unmapped"])["codes"]:
        line = f"{waiting['codes']} codes in {waiting['rows']:,} quarantined rows wait for a mapping (dq.unmapped_code)"
        console.print(Text(f"  {line}"))
    for problem in summary["problems"]:
        console.print(Text(f"  problem: {problem}"))


def _delivered(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    """What came tonight, by sender or all together."""
    keys = {
        "received": "received",
        "accepted": "accepted",
        "corrected": "is_correction",
        "amended": "is_amendment",
        "unchanged": "is_unchanged",
        "late": "is_late",
        "after lock": "is_late_after_lock",
        "rejected": "rejected",
        "held": "held",
        "duplicate": "duplicate",
        "waiting": "waiting",
        "rows": "rows_accepted",
        "quarantined": "rows_quarantined",
    }
    active = [s for s in summary["deliveries"] if any(s[k] for k in keys.values())]
    # A column that says nothing tonight would only make the others narrower.
    keys = {head: key for head, key in keys.items() if head in _ALWAYS or any(s[key] for s in active)}
    if active and not is_whole:
        _part(console, summary_folded.deliveries(active, keys))
        return
    table = _table("sender", *keys, numbers=frozenset(range(1, len(keys) + 1)))
    for sender in active:
        table.add_row(f"{sender['organiser_code']} {sender['name']}", *(f"{sender[k]:,}" for k in keys.values()))
    if active:
        table.add_row("all", *(f"{sum(s[k] for s in active):,}" for k in keys.values()))
        _titled(console, "Deliveries tonight", table)
        console.print(Text(summary_folded.legend(list(keys))))
    else:
        console.print("\nDeliveries tonight: none")


def _unfinished(console: Console, summary: dict[str, Any]) -> None:
    """Deliveries that wait: for a revision, for an answer, for the rest of their files."""
    for late in summary["after_lock"]:
        what = f"{late['organiser_code']} {late['dataset']} {late['period']} sequence {late['sequence']}"
        console.print(
            Text(
                f"  late-after-lock {what}: stored, not published; sotevarasto period revise {late['receipt_id']} --reason …"
            )
        )
    if summary["tests"]:
        console.print(
            Text(f"  {summary['tests']} deliveries of the test organiser judged; they are in no count and no release")
        )
    for one in summary["held"]:
        where = f"{one['organiser_code']} {one['dataset']} {one['period']} sequence {one['sequence']}"
        state = f"held, unanswered since {one['since']}," if one["is_overdue"] else "held"
        answer = f"sotevarasto hold answer {one['receipt_id']}"
        console.print(Text(f"  {state} {where}: {one['rule']} {one['reason']}. Answer: {answer}"))
    for one in (w for w in summary["waiting"] if w["is_overdue"]):
        console.print(
            Text(f"  incomplete since {one['since']}: {one['organiser_code']}/{one['label']}: {one['reason']}")
        )


def _calendar(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    if not summary["delivery_status"]:
        return
    if is_whole:
        _month_table(console, summary)
    else:
        _part(console, summary_folded.calendar(summary["delivery_status"]))
    for line in calendar_view.reminder_lines(summary["reminders"]):
        console.print(Text(f"  {line}"))


def _month_table(console: Console, summary: dict[str, Any]) -> None:
    headings, rows = calendar_view.rows(summary["delivery_status"])
    table = _table(*headings)
    for row in rows:
        table.add_row(*row)
    _titled(console, "Expected and come, by month (dq.delivery_status)", table)
    console.print(Text(f"  {calendar_view.LEGEND}"))


def _silent(silent: list[dict[str, Any]]) -> Iterator[str]:
    """One line a dataset: whose deliveries are missing for too long, and since when."""
    for dataset in sorted({one["dataset"] for one in silent}):
        own = [one for one in silent if one["dataset"] == dataset]
        since = ", ".join(f"{one['organiser_code']} ({one['accepted'] or 'never'})" for one in own)
        yield f"silent for more than {own[0]['within_days']} days, {dataset} last accepted: {since}"


def _checks(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    if is_whole:
        _check_table(console, summary)
    else:
        _part(console, summary_folded.checks(summary["checks"]))
    quiet = [c for c in summary["checks"]["not_passed"] if c["engine"] == "pandera" and not c["blocking"]]
    for check in summary["checks"]["not_passed"]:
        if check not in quiet:
            kind = "blocks" if check["blocking"] else "warns"
            console.print(Text(f"  {check['status']} ({kind}) {check['id']} on {check['asset']}: {check['message']}"))
    if quiet:
        found = (
            f"{len(quiet)} row rules found faulty rows; those rows are in quarantine (dq.quarantine), the rest went on:"
        )
        rules = ", ".join(f"{c['id']} {c['message'].split(' of ')[0]}" for c in quiet)
        console.print(Text(f"  {found} {rules if is_whole else summary_folded.row_rules(quiet)}"))


def _check_table(console: Console, summary: dict[str, Any]) -> None:
    table = _table("checks", "passed", "failed", "not applicable", "error", numbers=frozenset({1, 2, 3, 4}))
    for engine, counts in [*summary["checks"]["by_engine"].items(), ("all", summary["checks"]["total"])]:
        table.add_row(engine.replace("_", " "), *(str(counts[s]) for s in ("PASS", "FAIL", "N-A", "ERROR")))
    _titled(console, "Checks", table)


def _reconciliation(console: Console, summary: dict[str, Any]) -> None:
    """One line: how the figures of two bodies compare, and which body gave no answer tonight."""
    found = summary["reconciliation"]
    if any(found[verdict] for verdict in ("green", "amber", "red", "could_not_run")):
        silent = f" (no answer tonight from {', '.join(found['silent'])})" if found["silent"] else ""
        line = f"{found['green']} green, {found['amber']} amber, {found['red']} red, {found['could_not_run']} could not run{silent}"
        console.print(Text(f"\nHeld against other bodies (dq.reconciliation): {line}"))
        console.print(Text(f"  {_VERDICTS}"))
        if summary["is_synthetic"] and found["red"]:
            console.print(Text("  the simulated bodies are made apart from each other: red is to be expected here"))


def _release(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    release = summary["release"]
    if release is None:
        console.print("\nNo release has been published yet.")
        return
    state = "new" if summary["outcome"] == "published" else "as before; it stays current"
    title = f"Release {release['release_id']} ({state})"
    if is_whole:
        table = _table("table", "rows", numbers=frozenset({1}))
        for published in release["tables"]:
            table.add_row(published["name"], f"{published['rows']:,}")
        _titled(console, title, table)
    else:
        _part(console, [f"{title}: {summary_folded.tables(release)}"])
    console.print(f"It lies in {summary['release_folder']}", soft_wrap=True, markup=False)


def _stages(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    if not is_whole:
        _part(console, summary_folded.stages(summary))
        return
    stages = _table("stage", "seconds", numbers=frozenset({1}))
    for stage in summary["stages"]:
        stages.add_row(stage["stage"], f"{stage['seconds']:.1f}")
    stages.add_row("whole night", f"{summary['seconds']:.1f}")
    _titled(console, "Time", stages)


def _next(console: Console, summary: dict[str, Any], is_whole: bool) -> None:
    console.print()
    console.print(Text("Next", style="bold"))
    if summary["release"] is not None:
        console.print(f'  .venv/bin/sotevarasto sql "{QUERY}"', soft_wrap=True)
    for delivery in summary["rejected"]:
        page = f"{delivery['organiser_code']}/{delivery.get('receipt_id', '<receipt>')}.html"
        console.print(
            f"  why {delivery['organiser_code']} {delivery['period'] or ''} was rejected: {summary['home']}/reports/{page}",
            soft_wrap=True,
            markup=False,
        )
    if summary["outcome"] in ("gate_failed", "could_not_run"):
        console.print("  make dev           the Dagster UI with this run's log and checks")
    else:
        console.print("  make dev           the Dagster UI; this night's run is there")
    if summary["day"] is not None:
        console.print("  make nightly DAY=+1   the next simulated night")
    if is_whole:
        console.print("  make status        this summary in short")
    else:
        console.print(
            f"  .venv/bin/{summary_folded.MORE}   this summary with every source, sender, month, table and stage"
        )
