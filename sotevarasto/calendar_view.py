"""The calendar of deliveries on the terminal: senders by months, one letter each, and whom to remind.

Belongs here: letters, the table, the lines. Does not belong here: what is due (sources/regional/expected.py), the rest of a summary (summary_view.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LETTERS = {"complete": "C", "superseded": "S", "partial": "P", "due": "D", "late": "L"}
LEGEND = (
    "C complete, S complete and corrected since, P partial or waiting for a decision, D due, L late, · not expected"
)
MONTHS = 6
_KINDS = {
    "before": "is due on {due_on}",
    "today": "is due today, {due_on}",
    "overdue": "was due on {due_on}: call the sender",
}


def rows(cells: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """The headings, and a row a sender: its code, then for each dataset one letter a month, the newest last."""
    months = sorted({cell["period"] for cell in cells})[-MONTHS:]
    datasets = sorted({cell["dataset"] for cell in cells})
    letters = {(c["organiser_code"], c["dataset"], c["period"]): LETTERS.get(c["status"], "?") for c in cells}
    span = f"{months[0]} – {months[-1]}" if months else ""
    table = [
        [code, *(" ".join(letters.get((code, dataset, month), "·") for month in months) for dataset in datasets)]
        for code in sorted({cell["organiser_code"] for cell in cells})
    ]
    return ["sender", *(f"{dataset} {span}" for dataset in datasets)], table


def reminder_lines(reminders: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each dataset and month of which senders are reminded."""
    months: dict[tuple[str, ...], list[str]] = {}
    for one in reminders:
        key = (one["dataset"], one["period"], one["due_on"], one["kind"])
        status = one["last_delivery_status"]
        months.setdefault(key, []).append(f"{one['organiser_code']} ({status})" if status else one["organiser_code"])
    for (dataset, period, due_on, kind), senders in months.items():
        what = _KINDS.get(kind, "{due_on}").format(due_on=due_on)
        yield f"remind: {dataset} of {period} {what}; nothing usable from {', '.join(senders)}"
