"""What the ledger holds of a dataset by now, in a few numbers for people.

Belongs here: accepted rows in force by sender and month, deliveries by night. Does not belong here: what of it goes into a build (warehouse/registry.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sources.ledger import Ledger
from sources.regional.annulment import annulled_ids
from sources.regional.judgements import holding
from sources.regional.periods import revisions
from sources.regional.sender import in_earnest


@dataclass(frozen=True)
class Holdings:
    """`rows` is sender → month → accepted rows of the delivery in force; `by_night` is business date → deliveries received, in order; `is_synthetic` if any is."""

    rows: dict[str, dict[str, int]]
    by_night: dict[str, int]
    is_synthetic: bool

    @property
    def periods(self) -> list[str]:
        """Every month that some sender has accepted rows of, in order."""
        return sorted({period for months in self.rows.values() for period in months})


def holdings(ledger: Ledger, dataset: str, at: datetime) -> Holdings:
    """What is known of `dataset` at business time `at` (aware). Of a month that was delivered again the highest sequence is in force."""
    received = in_earnest(ledger.events("receipt"))
    receipts = {e.subject: e.body for e in received if e.at <= at and e.body.get("dataset") in (dataset, None)}
    newest: dict[tuple[str, str], tuple[int, int]] = {}
    annulled, revised = annulled_ids(ledger), revisions(ledger)
    for receipt_id, event in holding(ledger, ("rows_in_force", "rows_accepted", "is_late_after_lock"), at).items():
        sent, is_late = receipts.get(receipt_id), event.body.get("is_late_after_lock")
        if receipt_id in annulled or (is_late and receipt_id not in revised):
            continue
        if event.body["status"] == "accepted" and sent and sent["dataset"]:
            slice_ = sent["organiser_code"], sent["period"]
            rows = event.body.get("rows_in_force", event.body["rows_accepted"])
            newest[slice_] = max(newest.get(slice_, (0, 0)), (sent["sequence"], rows))
    rows: dict[str, dict[str, int]] = {}
    for (organiser, period), (_, accepted) in sorted(newest.items()):
        rows.setdefault(organiser, {})[period] = accepted
    nights = Counter(e.at.date().isoformat() for e in received if e.subject in receipts)
    synthetic = any(body["origin"] == "synthetic" for body in receipts.values())
    return Holdings(rows, dict(sorted(nights.items())), synthetic)
