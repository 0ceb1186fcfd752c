"""What a national source has to say after a night: its outcome, or the one error that ended it.

Belongs here: the outcome every collector returns and the error its parsers raise. Does not belong here: faults of the connection (sources/http.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sources.errors import SotevarastoError


class SourceError(SotevarastoError):
    """What a source sent, or what it says of itself, cannot be used. The last good snapshot stays."""


@dataclass(frozen=True)
class SourceOutcome:
    """One source's night.

    `objects` are the objects (e.g. `population/2025`) that got a new snapshot, `rows` the typed rows in them. `requests_made` counts every request sent,
    repeats included; `requests_minimum` those that the same answer needs when nothing goes wrong. `reason` is one line for `failed`, else what
    is worth saying or None. A failed source may still have new objects: those that came whole before the fault. `requests_allowed` is what the limit in force
    would have let through in the time that the visit took; None where nothing is asked. It depends on the clock, so two outcomes are equal without it.
    """

    source_code: str
    status: Literal["new", "unchanged", "failed"]
    objects: list[str]
    rows: int
    requests_made: int
    requests_minimum: int
    reason: str | None = None
    requests_allowed: int | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON can hold it."""
        return asdict(self)
