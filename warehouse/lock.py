"""The lock of a home: one run at a time, whoever starts it.

What belongs here: taking and asking after the operating system's lock, which dies with its process. What does not:
what a run does while it holds it, or what the loser does.
"""

import fcntl
import json
import os
import shlex
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sources.durable import naming
from sources.errors import SotevarastoError
from sources.home import Home

# Asking who holds a lock takes it for an instant; a run that meets such an asker tries again this often.
_TRIES, _PAUSE_SECONDS = 5, 0.02


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, as it wrote itself down; all None if it has not yet done so. `since` is aware UTC."""

    pid: int | None = None
    command: str | None = None
    since: datetime | None = None

    def __str__(self) -> str:
        since = f"{self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else "this moment"
        return f"process {self.pid or '(starting)'} ({self.command or 'not yet named'}) since {since}"


class LockHeld(SotevarastoError):
    """Another run holds the lock; `pid` and `since` say which (None while it is still starting)."""

    def __init__(self, home: Home, holder: Holder) -> None:
        super().__init__(f"another run works on {home.root}: {holder}; this one leaves it alone")
        self.pid = holder.pid
        self.since = holder.since


class NightLock:
    """Context manager: holds the home's lock from enter to exit. LockHeld, at once, if another run holds it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        descriptor = os.open(self._home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not _take(descriptor):
            os.close(descriptor)
            raise LockHeld(self._home, _written(self._home.lock))
        owner = {"pid": os.getpid(), "command": _command(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        try:
            with naming(self._home.lock):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, json.dumps(owner).encode())
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None

    @staticmethod
    def holder(home: Home) -> Holder | None:
        """Who holds the lock of `home` now; None if nobody does."""
        try:
            descriptor = os.open(home.lock, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            return None if _try(descriptor) else _written(home.lock)
        finally:
            os.close(descriptor)


def _take(descriptor: int) -> bool:
    for _ in range(_TRIES):
        if _try(descriptor):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name or "python", *sys.argv[1:]])[:200]


def _written(lock: Path) -> Holder:
    try:
        owner = json.loads(lock.read_text("utf-8"))
        return Holder(owner["pid"], owner["command"], datetime.fromisoformat(owner["since"]))
    except ValueError:
        return Holder()
