"""What a visit will ask, told before anything is asked.

Belongs here: requests by kind, what they come to under a source's limit, and what every source's plan tells alike. Does not belong here: what a source asks (its own room), and every source at once (plan.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sources.http.limits import least_seconds
from sources.national.history import History


@dataclass(frozen=True)
class Ask:
    """One kind of request. `least` are sent if nothing moved, `most` if everything did; None where only a reply tells how many."""

    what: str
    least: int
    most: int | None


@dataclass(frozen=True)
class Plan:
    """One source's next visit to `host`.

    `kept` objects are here, `missing` never came (None where only a reply tells). `asks` are of the next night, `later` the requests that its own limit leaves for the others of all
    `nights` (None where only a reply tells).
    No more than `calls` leave in any `window_seconds`. `cells` is the largest query, `max_cells` what the server allows of one. `known_bytes` is the size of the
    newest replies, from earlier visits, that would be asked anew if everything moved.
    """

    source_code: str
    host: str
    kept: int
    missing: int | None
    asks: tuple[Ask, ...]
    calls: int
    window_seconds: float
    known_bytes: int = 0
    cells: int | None = None
    max_cells: int | None = None
    later: int = 0
    nights: int | None = 1

    @property
    def least(self) -> int:
        """Requests of the next night if nothing moved."""
        return sum(ask.least for ask in self.asks)

    @property
    def most(self) -> int | None:
        """Requests of the next night if everything moved; None where only a reply tells."""
        found = [ask.most for ask in self.asks]
        return None if None in found else sum(found)

    def seconds(self, requests: int) -> float:
        """The least time that so many requests take under the limit."""
        return least_seconds(requests, self.calls, self.window_seconds)


def plan_of(known: History, every: Collection[str], asks: tuple[Ask, ...], **told: Any) -> Plan:
    """The plan of a source that keeps the objects `every`, under the limit of its settings. `told` are fields of the plan that it knows better."""
    kept = sum(known.latest(name) is not None for name in every)
    http = known.settings.http
    usual = {
        "kept": kept,
        "missing": len(every) - kept,
        "calls": http.calls,
        "window_seconds": http.window_seconds,
        "known_bytes": known.bytes_of(every),
    }
    return Plan(known.settings.source_code, http.base.host, asks=asks, **(usual | told))


def together_seconds(plans: Iterable[Plan], requests: Callable[[Plan], int]) -> float:
    """The least time of several visits, one after the other; sources of one host share its limit, the strictest of theirs."""
    seconds = 0.0
    by_host: dict[str, list[Plan]] = {}
    for plan in plans:
        by_host.setdefault(plan.host, []).append(plan)
    for same in by_host.values():
        total = sum(map(requests, same))
        seconds += max(plan.seconds(total) for plan in same)
    return seconds
