"""What the service allows: robots.txt, read before anything else of a night.

Belongs here: fetching and understanding it. Does not belong here: which pages are asked for (collect.py).

A file that is not there (404, 410) allows everything. Whatever else keeps it from being read, a refusal (401, 403) as well, leaves the service alone for the night.
The standard library's parser knows no wildcards, by which a path may be disallowed: hence Protego.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.http import Expect, FetchError
from sources.national.innokyla.rules import refused
from sources.national.visit import Visit

if TYPE_CHECKING:
    from protego import Protego

ADDRESS = "robots.txt"
AGENT = "sotevarasto"
# Seconds between calls beyond which a seventh of the list takes too long.
MOST_DELAY = 60
_TEXT = Expect(("text/plain",))
_NOT_THERE = (404, 410)


@dataclass(frozen=True)
class Robots:
    """The rules of a service."""

    rules: Protego
    host: str

    def require_allowed(self, path: str) -> None:
        """Raises SourceError (DISALLOWED) for a path that may not be fetched."""
        if not self.rules.can_fetch(f"{self.host}/{path}", AGENT):
            raise refused("DISALLOWED", f"/{path}")


def read_robots(visit: Visit) -> Robots:
    """Ask for robots.txt and keep to the wait that it asks for, if that is longer than ours. Errors: FetchError, SourceError (LONG_DELAY)."""
    from protego import Protego

    try:
        text = visit.get(ADDRESS, expect=_TEXT).reply.body.decode("utf-8", "replace")
    except FetchError as error:
        if error.status not in _NOT_THERE:
            raise
        text = ""
    rules = Protego.parse(text)
    http, rate = visit.settings.http, rules.request_rate(AGENT)
    delay = max(rules.crawl_delay(AGENT) or 0, rate.seconds / rate.requests if rate else 0)
    if delay > MOST_DELAY:
        raise refused("LONG_DELAY", f"{delay:g} s, the longest is {MOST_DELAY} s")
    if delay > http.window_seconds / http.calls:
        visit.set_rate(1, delay)
    return Robots(rules, http.base_url.rstrip("/"))
