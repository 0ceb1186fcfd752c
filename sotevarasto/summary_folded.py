"""A night's summary in short: each part as a line or a few, where the whole summary has a table.

What belongs here: counting and wording. What does not: the tables (summary_view.py), and what calls for a person, which is told in full in both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

MORE = "sotevarasto status --all"
_MART = "mart.minimum_dataset"
_LONGEST = 3
_RULES = 5
_SETTLED = frozenset({"complete", "superseded"})
# What a delivery or a row can come to, by the heading of its column.
WORDS = {
    "corrected": "a later delivery took the place of a month",
    "amended": "a delivery changed some rows of a month",
    "unchanged": "all its rows were in force already",
    "late": "came after its due day",
    "after lock": "came for a locked month, stored and not published",
    "rejected": "nothing of it is used, its sender has a report",
    "held": "waits for an answer",
    "duplicate": "the same content again",
    "waiting": "not whole in the inbox yet",
    "quarantined": "rows refused one by one while the rest went on",
}


def sources(found: list[dict[str, Any]]) -> Iterator[str]:
    """How many national sources gave what, and by how many requests."""
    statuses = Counter(source["status"] for source in found)
    told = ", ".join(f"{count} {status}" for status, count in statuses.items()) or "none asked"
    requests = (
        f"{sum(s['requests_made'] for s in found):,} requests (least {sum(s['requests_minimum'] for s in found):,})"
    )
    yield f"National sources (sotevarasto sources list): {told}; {sum(s['rows'] for s in found):,} new rows by {requests}"


def deliveries(active: list[dict[str, Any]], keys: dict[str, str]) -> Iterator[str]:
    """The counts of all senders together, and what their words mean."""
    counts = {head: sum(sender[key] for sender in active) for head, key in keys.items()}
    told = ", ".join(f"{count:,} {head}" for head, count in counts.items())
    yield f"Deliveries tonight (dq.delivery), of {len(active)} senders: {told}"
    yield legend([head for head in counts if counts[head]])


def legend(heads: list[str]) -> str:
    """What the headings that need it mean."""
    return "  words: " + "; ".join(f"{head}: {WORDS[head]}" for head in heads if head in WORDS)


def calendar(cells: list[dict[str, Any]]) -> Iterator[str]:
    """How many senders' months of each dataset stand how; only the months of which something is still to come."""
    months: dict[tuple[str, str], Counter[str]] = {}
    for cell in cells:
        months.setdefault((cell["dataset"], cell["period"]), Counter())[cell["status"]] += 1
    open_ones = {month: counts for month, counts in sorted(months.items()) if set(counts) - _SETTLED}
    told = (
        f"{dataset} {period}: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}"
        for (dataset, period), counts in open_ones.items()
    )
    whole = f"{len(months) - len(open_ones)} of {len(months)} months of a dataset are complete"
    yield f"Expected and come (dq.delivery_status): {'; '.join([whole, *told])}"


def checks(found: dict[str, Any]) -> Iterator[str]:
    """How the checks of the night ended, all engines together."""
    total = found["total"]
    ended = f"{total['PASS']:,} passed, {total['FAIL']:,} failed, {total['N-A']:,} had nothing to judge, {total['ERROR']:,} could not run"
    yield f"Checks (dq.check_result): {ended}"


def row_rules(quiet: list[dict[str, Any]]) -> str:
    """The row rules that found faulty rows, the first of them."""
    told = [f"{check['id']} {check['message'].split(' of ')[0]}" for check in quiet[:_RULES]]
    return ", ".join(told) + (f" and {len(quiet) - _RULES} more" if len(quiet) > _RULES else "")


def tables(release: dict[str, Any]) -> str:
    """How many tables a release has, and the rows of the mart."""
    rows = next((f"; {_MART} has {table['rows']:,} rows" for table in release["tables"] if table["name"] == _MART), "")
    return f"{len(release['tables'])} tables and views{rows}"


def stages(summary: dict[str, Any]) -> Iterator[str]:
    """How long the night was, and its longest stages."""
    longest = sorted(summary["stages"], key=lambda stage: -stage["seconds"])[:_LONGEST]
    told = ", ".join(f"{stage['stage']} {stage['seconds']:.1f} s" for stage in longest)
    yield f"Time: whole night {summary['seconds']:.1f} s" + (f"; longest: {told}" if told else "")
