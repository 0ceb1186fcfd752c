"""What went wrong while a delivery was judged: a fault of the delivery, of the machine, or one that nobody foresaw.

Belongs here: telling them apart, and keeping the places of the last kind without a person's data. Does not belong here: what follows from it (judging.py).
"""

from __future__ import annotations

import traceback

from sources.durable import write_atomic
from sources.home import Home
from sources.landing import LandingError
from sources.ledger import Event
from sources.regional.limits import limits
from sources.regional.manifest import Refused


class NotNow(Exception):
    """The machine or this program, not the delivery, is at fault: no verdict is given, and the next run tries again."""


def raise_known(error: Exception) -> None:
    """Raise again what has a known meaning: a refusal, or a fault of the machine as NotNow."""
    from duckdb import IOException, OutOfMemoryException

    if isinstance(error, Refused):
        raise error
    if isinstance(error, (OSError, LandingError, IOException, OutOfMemoryException)):
        raise NotNow(" ".join(str(error).split())[:300]) from None


def is_memory(error: Exception) -> bool:
    """Whether the machine had too little memory: whose delivery it was is chance."""
    from duckdb import OutOfMemoryException

    told = str(error).lower()
    return isinstance(error, (MemoryError, OutOfMemoryException)) or any(
        sign in told for sign in ("out of memory", "allocat", "start new thread")
    )


def unreadable(error: Exception) -> Refused:
    """The refusal of a delivery whose reading failed twice, in a way that nobody foresaw or by taking too long."""
    from duckdb import InterruptException

    name = type(error).__name__
    if isinstance(error, InterruptException):
        reason = f"reading it took longer than {limits().reading_minutes:g} minutes, twice; the operator has the place in the log"
    else:
        reason = f"reading it ended in {name}, twice; the operator has the place in the log"
    return Refused("UNREADABLE", reason, found=name)


def log_places(home: Home, receipt: Event, error: Exception) -> None:
    """Keep the places that a failure passed through, without its message: that may quote a person's data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    write_atomic(home.logs / f"failed-{receipt.subject}.txt", f"{type(error).__name__}\n{frames}")
