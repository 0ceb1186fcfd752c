"""Measuring a command: wall seconds, CPU seconds of it and of all it started, and the most memory that its processes held at one time.

Belongs here: running and watching a process tree on Linux. Does not belong here: what is run. CPU seconds (user + system) stand beside wall because they suffer
less from what else the machine does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
_EVERY = 0.1


class BenchmarkError(RuntimeError):
    """A measured command failed; the message holds the end of what it said."""


@dataclass(frozen=True)
class Run:
    """One measured run. `peak_mib` is the sum of resident memory over the processes alive together, sampled; shared pages count in each. `answer` is the JSON that the
    command printed last, None when it printed none."""

    seconds: float
    cpu: float
    peak_mib: float
    answer: Any = None


def measure(command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run the command to its end. BenchmarkError when it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=os.environ | dict(environment or {}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    watch = _Watch(process.pid)
    watch.start()
    said = process.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.stop()
    if process.returncode:
        raise BenchmarkError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{said[-3000:]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, max(watch.peak_mib, usage.ru_maxrss / 1024), _answer(said))


def measure_side(name: str, rows: int, cwd: Path) -> Run:
    """Run one of our own sides (side.py) in a fresh process of this interpreter."""
    return measure([sys.executable, "-m", "benchmarks.side", name, str(rows)], cwd)


def median(runs: Sequence[Run], of: str = "seconds") -> float:
    """The median over runs of one of their figures."""
    return statistics.median(getattr(r, of) for r in runs)


def _answer(said: str) -> Any:
    for line in reversed(said.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    return None


class _Watch(threading.Thread):
    """Samples the resident memory of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self._root = pid
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(_EVERY):
            self.peak_mib = max(self.peak_mib, sum(map(_resident, _tree(self._root))))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_MIB
    except (OSError, IndexError):
        return 0.0


def _tree(pid: int) -> list[int]:
    found, level = [pid], [pid]
    while level:
        level = [child for parent in level for child in _children(parent)]
        found += level
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
        return [int(c) for t in tasks for c in Path(f"/proc/{pid}/task/{t}/children").read_text().split()]
    except OSError:
        return []
