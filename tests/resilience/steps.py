"""What the tests run in processes of their own: ten nights at once, a hundred readers, a delivery too big for its memory.

Belongs here: functions that a Victim runs, or `python -m tests.resilience.steps` for the readers. Does not belong here: what must come of them.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from benchmarks import short_night
from sources.home import Home

READERS, PROCESSES = 100, 4
QUESTION = """SELECT (SELECT release_id FROM meta.release), (SELECT count(*) FROM dq.delivery),
                      (SELECT count(DISTINCT receipt_id) FROM core.fct_care_contact)"""


def ten_at_once(root: Path) -> str:
    """Ten nights started together, each in a process; a line for each: its number and what it came to."""
    from warehouse.lock import LockHeld

    reading, writing = os.pipe()
    begin = time.time() + 0.3
    for _ in range(10):
        if not os.fork():
            time.sleep(max(begin - time.time(), 0))
            try:
                told = f"ran {short_night.run(root, asks_pandera=False)}"
            except LockHeld as held:
                told = f"refused {held}"
            except BaseException as error:
                told = f"failed {type(error).__name__} {error}"
            os.write(writing, f"{os.getpid()} {told}\n".encode())
            os._exit(0)
    for _ in range(10):
        os.wait()
    return os.read(reading, 1 << 16).decode()


def read_until_stopped(root: str, stop: str) -> None:
    """Twenty-five readers in threads, each at least once; prints a line for each reading: the release it saw, or what went wrong. A file beside `stop` says that
    the first has read."""
    from warehouse.read import open_release

    home, stopped, told = Home(Path(root)), Path(stop), []

    def read() -> None:
        while True:
            try:
                with open_release(home) as con:
                    con.execute("SET threads = 1")
                    release_id, deliveries, receipts = con.execute(QUESTION).fetchone()
                told.append(release_id if deliveries == receipts else f"mix {release_id} {deliveries} {receipts}")
            except Exception as error:
                told.append(f"error {' '.join(str(error).split())[:300]}")
            stopped.with_name(f"begun-{os.getpid()}").touch()
            if stopped.exists():
                return

    threads = [threading.Thread(target=read) for _ in range(READERS // PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("\n".join(told))


def take_in_only(root: Path) -> str:
    """The intake alone; a line of statuses and one for each problem."""
    from sources.landing import Landing
    from sources.ledger import Ledger
    from sources.regional.intake import take_in

    home = Home(root)
    with Ledger(home.ledger) as ledger:
        outcome = take_in(home, ledger, Landing(home.landing), at=short_night.SECOND)
    return "\n".join([" ".join(str(d["status"]) for d in outcome.deliveries), *outcome.problems])


if __name__ == "__main__":
    read_until_stopped(*sys.argv[1:])
