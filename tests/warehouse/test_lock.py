"""One run at a time works on a home, and the others learn which."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sources.home import Home
from warehouse.lock import Holder, LockHeld, NightLock

HOLD = """
import sys, time
from pathlib import Path
from sources.home import Home
from warehouse.lock import LockHeld, NightLock

try:
    with NightLock(Home(Path(sys.argv[1]))):
        print("held", flush=True)
        sys.stdin.read()
except LockHeld as held:
    print(held, flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home", "simulated")


def start(home: Home) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.first = process.stdout.readline().strip()
    return process


def end(process: subprocess.Popen) -> None:
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def test_the_loser_says_who_holds_it_since_when(home: Home) -> None:
    holder = start(home)
    assert holder.first == "held"
    with pytest.raises(LockHeld) as held, NightLock(home):
        pass
    assert held.value.pid == holder.pid
    assert held.value.since is not None
    assert str(held.value).startswith(
        f"another run works on {home.root}: process {holder.pid} (-c {home.root}) since 2"
    )
    assert NightLock.holder(home).pid == holder.pid
    end(holder)
    assert NightLock.holder(home) is None
    with NightLock(home):
        assert NightLock.holder(home).pid == os.getpid()


def test_of_ten_started_at_once_one_runs(home: Home) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    said = [process.stdout.readline().strip() for process in processes]
    for process in processes:
        end(process)
    assert said.count("held") == 1
    assert sum(line.startswith("another run works on") for line in said) == 5


def test_a_killed_holder_frees_the_lock(home: Home) -> None:
    holder = start(home)
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    holder.stdin.close()
    holder.stdout.close()
    assert NightLock.holder(home) is None
    with NightLock(home):
        pass


def test_two_threads_of_one_process_exclude_each_other(home: Home) -> None:
    refused = []

    def try_it() -> None:
        try:
            with NightLock(home):
                pass
        except LockHeld as held:
            refused.append(held.pid)

    with NightLock(home):
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
    assert refused == [os.getpid()]


def test_asking_never_makes_a_run_lose(home: Home) -> None:
    stop = threading.Event()

    def ask() -> None:
        while not stop.wait(0.001):
            NightLock.holder(home)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(50):
            with NightLock(home):
                pass
    finally:
        stop.set()
        asker.join()


def test_a_holder_that_has_not_yet_named_itself_is_still_one_line() -> None:
    assert str(Holder()) == "process (starting) (not yet named) since this moment"
