"""What the ledger knows of earlier visits to one national source.

Belongs here: its newest snapshots, and what was last compared whole and when. Does not belong here: asking (visit.py), and what a source makes of it (the sources' own rooms).
A visit and the plan of one read the same, so that a plan tells what the visit will ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sources.ledger import Event, Ledger
from sources.national.settings import SourceSettings


class History:
    """One source as it is known at the moment `at` (aware)."""

    def __init__(self, ledger: Ledger, settings: SourceSettings, at: datetime) -> None:
        self.settings, self.at = settings, at
        self._history: dict[str, list[Event]] = {}
        for event in ledger.events("snapshot"):
            if event.body["source_code"] == settings.source_code:
                self._history.setdefault(event.body["object"], []).append(event)
        self._checks: dict[str, list[Event]] = {}
        for event in ledger.events("source_check"):
            source, _, rest = event.subject.partition("/")
            if source == settings.source_code:
                self._checks.setdefault(rest.rpartition("/")[0], []).append(event)

    def latest(self, name: str) -> dict[str, Any] | None:
        """The body of the newest snapshot event of an object, None when there is none."""
        history = self._history.get(name)
        return history[-1].body if history else None

    def known_objects(self) -> set[str]:
        """The objects that have a snapshot."""
        return set(self._history)

    def noted(self, topic: str) -> dict[str, Any]:
        """What was last noted of a topic, however long ago; nothing when nothing was."""
        return self._checks[topic][-1].body if topic in self._checks else {}

    def last_check(self, topic: str) -> dict[str, Any] | None:
        """What the newest whole comparison of `topic` found; None when there is none, or when it is too old to rely on."""
        old = self.checked_before(topic, self.at - self.settings.full_compare)
        return None if old or topic not in self._checks else self._checks[topic][-1].body

    def checked_before(self, topic: str, moment: datetime) -> bool:
        """Whether the newest whole comparison of `topic` was made at `moment` or before; False when there is none."""
        checks = self._checks.get(topic)
        return checks is not None and checks[-1].at <= moment

    def bytes_of(self, names: Iterable[str]) -> int:
        """The size of the replies behind the newest snapshots of the objects; those without one count nothing."""
        return sum(body["bytes"] for body in map(self.latest, names) if body is not None)
