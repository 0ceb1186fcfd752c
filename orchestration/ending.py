"""A night that is asked to end: which signals came, and that one which nobody took is sent again.

Belongs here: watching for them beside the run. Does not belong here: what a signal does (Dagster and dbt handle it, each in its own way and words), nor what the night says of it
(orchestration/run.py).
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# A step that is interrupted ends within seconds; one long query of DuckDB keeps a signal waiting until it is done, and a second one then changes nothing.
SECONDS_TO_END = 30.0


@contextmanager
def asked_to_end(seconds_to_end: float = SECONDS_TO_END) -> Iterator[list[str]]:
    """The names of the signals that asked this process to end meanwhile, the first first. Only the main thread can open it.

    An exception that a handler raises while Python runs the callback of a weak reference is dropped there, and the run would go on: so the signal is sent again
    each time that `seconds_to_end` pass and the run is still here.
    """
    asked: list[str] = []
    reading, writing = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = Thread(target=_watch, args=(reading, asked, seconds_to_end), name="asked-to-end", daemon=True)
    watcher.start()
    try:
        yield asked
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)
        watcher.join()
        os.close(reading)


def _watch(reading: int, asked: list[str], seconds_to_end: float) -> None:
    """Until the pipe is closed."""
    while True:
        ready, _, _ = select.select([reading], [], [], seconds_to_end if asked else None)
        if not ready:
            os.kill(os.getpid(), signal.Signals[asked[0]])
            continue
        numbers = os.read(reading, 64)
        if not numbers:
            return
        asked += [signal.Signals(number).name for number in numbers if number in SIGNALS]
