"""What a sender has had accepted: the months in force with their profiles, and what the other senders' months are like.

Belongs here: which delivery of a month is in force, by the same order as in the warehouse, and the comparisons that need several months.
Does not belong here: reading the ledger (judging.py), the rules (judge.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, median_low
from typing import Any

from sources.regional.holds.expectation import Month, month_number
from sources.regional.holds.profile import Profile

Series = tuple[str, str]
# The season of a month is known when so many other senders have it, each with so many months of its own.
_SEASON_SENDERS, _SEASON_MONTHS = 5, 6


@dataclass(frozen=True)
class InForce:
    """An accepted delivery of a month. `slice` is its path under parquet/ (None: no rows), `released` the rules that it was held by before a person released it."""

    receipt_id: str
    period: str
    sequence: int
    sample_share: Decimal
    profile: Profile
    slice: str | None
    released: frozenset[str]

    @property
    def number(self) -> int:
        return month_number(self.period)

    @property
    def rate(self) -> float:
        """Rows as they would be without sampling."""
        return self.profile.rows / float(self.sample_share)


@dataclass(frozen=True)
class Seen:
    """A delivery of a month as to its size, accepted or not."""

    period: str
    rows: int
    sample_share: Decimal

    @property
    def rate(self) -> float:
        return self.rows / float(self.sample_share)


@dataclass(frozen=True)
class Peers:
    """How many other senders there are, the rows that their middle month stands for without sampling, the sample share that is usual among them, and how each
    month (by its number) is for them against their own middle month."""

    senders: int
    rate: float
    share: Decimal
    season: Mapping[int, float]


class History:
    """The months in force, by sender and dataset."""

    def __init__(self) -> None:
        self._months: dict[Series, dict[str, InForce]] = defaultdict(dict)
        self._seen: dict[str, dict[str, dict[str, Seen]]] = defaultdict(lambda: defaultdict(dict))
        # What was worked out of `_seen`, until that changes: every delivery of a night asks, and each answer looks at all of them.
        self._peers: dict[Series, Peers] = {}

    def add(self, receipt_id: str, sent: Mapping[str, Any], verdict: Mapping[str, Any]) -> None:
        """Note an accepted delivery by the bodies of its receipt and its verdict. Where the verdict has no profile (it is older than profiles) only its rows are known."""
        profile = verdict.get("profile")
        month = InForce(
            receipt_id,
            sent["period"],
            sent["sequence"],
            Decimal(sent["sample_share"]),
            Profile.from_dict(profile) if profile else Profile(verdict["rows_accepted"]),
            verdict["slice"]["path"] if verdict["slice"] else None,
            frozenset(held["rule"] for held in verdict.get("holds", ())),
        )
        months = self._months[sent["organiser_code"], sent["dataset"]]
        if month.period not in months or months[month.period].sequence < month.sequence:
            months[month.period] = month
        self.seen(
            receipt_id,
            sent["organiser_code"],
            sent["dataset"],
            Seen(month.period, month.profile.rows, month.sample_share),
        )

    def seen(self, receipt_id: str, organiser_code: str, dataset: str, seen: Seen) -> None:
        """Note how much a sender delivers, whether it is accepted or waits for its verdict: what is usual among senders follows from both."""
        own = self._seen[dataset][organiser_code]
        if own.get(receipt_id) != seen:
            own[receipt_id] = seen
            self._peers.clear()

    def in_force(self, organiser_code: str, dataset: str, period: str) -> InForce | None:
        return self._months[organiser_code, dataset].get(period)

    def others(self, organiser_code: str, dataset: str, period: str, within: int = 60) -> list[InForce]:
        """The sender's other months of the dataset, at most `within` months away, in order."""
        number = month_number(period)
        months = self._months[organiser_code, dataset].values()
        return sorted(
            (m for m in months if m.period != period and abs(m.number - number) <= within), key=lambda m: m.number
        )

    def peers(self, organiser_code: str, dataset: str) -> Peers:
        """What the other senders deliver."""
        series = (organiser_code, dataset)
        if series not in self._peers:
            self._peers[series] = self._of_others(*series)
        return self._peers[series]

    def _of_others(self, organiser_code: str, dataset: str) -> Peers:
        others = [list(seen.values()) for code, seen in self._seen[dataset].items() if code != organiser_code]
        if not others:
            return Peers(0, 0.0, Decimal(1), {})
        middles = [median(s.rate for s in seen) for seen in others]
        ratios: dict[int, list[float]] = defaultdict(list)
        for seen, middle in zip(others, middles, strict=True):
            if len(seen) >= _SEASON_MONTHS and middle:
                for month in seen:
                    ratios[month_number(month.period)].append(month.rate / middle)
        season = {number: median(found) for number, found in ratios.items() if len(found) >= _SEASON_SENDERS}
        return Peers(len(others), median(middles), median_low(s.sample_share for seen in others for s in seen), season)


def scaled(months: list[InForce], share: Decimal, season: Mapping[int, float]) -> list[Month]:
    """The months with their rows as they would be at this sample share, and the season of the others."""
    return [
        Month(m.number, m.profile.rows, m.profile.rows * float(share / m.sample_share), season.get(m.number) or 1.0)
        for m in months
    ]
