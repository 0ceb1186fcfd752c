"""How often a host may be asked, and how long it asked us to wait.

Belongs here: one sliding window for each host of this process, Retry-After. Does not belong here: backoff and the number of attempts (client.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from sources.errors import SotevarastoError

# The server counts a call when it arrives, we when it leaves: the first of a window may have needed a whole TLS handshake to arrive, the next one only a packet.
_MARGIN = 1.02


class HostWindow:
    """At most `calls` requests in any `window_seconds`; every request counts, also one that the server refuses.

    pyrate-limiter's bucket keeps the window; the waiting is done here because its Limiter starts a thread and cannot say how long it waited.
    """

    def __init__(self, calls: int, window_seconds: float) -> None:
        self._lock = threading.Lock()
        self._not_before = 0
        self._bucket = InMemoryBucket([_rate(calls, window_seconds)])

    def set_rate(self, calls: int, window_seconds: float) -> None:
        """A new limit from now on; the calls already made still count against it. Errors: SotevarastoError when a figure is not positive."""
        rate = _rate(calls, window_seconds)
        with self._lock:
            self._bucket.rates = [rate]

    def pause(self, seconds: float) -> None:
        """Nobody asks this host before `seconds` have passed."""
        with self._lock:
            self._not_before = max(self._not_before, self._bucket.now() + ceil(seconds * 1000))

    def acquire(self) -> float:
        """Waits for a turn and takes it. Returns the seconds waited."""
        waited = 0.0
        while wait_ms := self._take():
            time.sleep(wait_ms / 1000)
            waited += wait_ms / 1000
        return waited

    def _take(self) -> int:
        """0 when the turn was taken, else the milliseconds until it is worth asking again."""
        with self._lock:
            now = self._bucket.now()
            if now < self._not_before:
                return self._not_before - now
            self._bucket.leak(now)
            decision = self._bucket.put_decision(RateItem("call", now))
            return 0 if decision.allowed else max(1, decision.retry_after_ms or 1)


def _rate(calls: int, window_seconds: float) -> Rate:
    if not (calls >= 1 and window_seconds > 0):
        raise SotevarastoError(
            f"a rate limit of {calls} calls in {window_seconds} s cannot be kept; give at least 1 call and a window above zero"
        )
    return Rate(int(calls), ceil(window_seconds * 1000 * _MARGIN))


def least_seconds(calls: int, allowed: int, window_seconds: float) -> float:
    """How long so many calls take at the least, one after the other, when `allowed` may leave in any window."""
    return max(0, calls - 1) // allowed * window_seconds * _MARGIN


def allowed_calls(seconds: float, allowed: int, window_seconds: float) -> int:
    """How many calls the limit lets through in so many seconds."""
    return (int(seconds // (window_seconds * _MARGIN)) + 1) * allowed


_WINDOWS: dict[tuple[str, int | None], HostWindow] = {}
_WINDOWS_LOCK = threading.Lock()


def window_for(host: tuple[str, int | None], calls: int, window_seconds: float) -> HostWindow:
    """The window of a host, shared by every client of this process: a server counts its callers by address, not by client. The figures are for a host not met before."""
    with _WINDOWS_LOCK:
        if host not in _WINDOWS:
            _WINDOWS[host] = HostWindow(calls, window_seconds)
        return _WINDOWS[host]


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks for, 0 for a date gone by; None when it is absent or unreadable.

    A date is measured from the reply's own Date where there is one: both are then of the server's clock, whatever ours says.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until = _http_date(value)
    if until is None:
        return None
    since = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
