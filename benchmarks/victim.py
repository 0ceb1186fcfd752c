"""A process that runs one step after another, each in a process of its own that may be killed, limited or given faults.

Belongs here: starting such a process quickly, killing it at a named point or moment, the faults that it can be given, and how far it came. Does not belong here:
the step (short_night.py) and what is asked of a home afterwards.

The libraries are imported once, before the fork: nothing is connected and no thread runs by then. The faults of the system are simulated at Python's calls
(os.write, os.fsync, os.rename and their like): what SQLite and DuckDB write by themselves meets real limits only (a small file system, RLIMIT_FSIZE).
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
_COUNT_ONLY = "-"
_CALLS = ("write", "fsync", "rename", "replace", "mkdir", "unlink", "link", "symlink", "open")
_LATE = (
    "duckdb",
    "ibis",
    "jinja2",
    "pandera.ibis",
    "polars",
    "pyarrow.parquet",
    "sources.national.need_factors.collect",
    "sources.regional.judge",
    "sources.regional.quarantine",
    *(f"warehouse.{name}" for name in ("checks", "export", "lock", "publish", "recover", "registry")),
)
# What the driver asks for, and what the process answers with, one JSON a line.
_SERVE = "from benchmarks.victim import serve; serve()"


@dataclass(frozen=True)
class Ended:
    """How a step ended: its exit code (negative: the signal), the last kill point that it passed, how often each was passed, and all that it said."""

    code: int
    last: str
    passes: dict[str, int]
    said: str
    seconds: float

    @property
    def was_killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Victim:
    """Runs `module:function` (default: the short night) with a home's path; a context manager. One step at a time."""

    def __init__(self, step: str = "benchmarks.short_night:run", wrapper: tuple[str, ...] = ()) -> None:
        self._notes = tempfile.TemporaryDirectory(prefix="victim-")
        environment = os.environ | {
            "PYTHONPATH": str(REPOSITORY),
            "VICTIM_STEP": step,
            "VICTIM_NOTES": self._notes.name,
        }
        command = [*wrapper, sys.executable, "-c", _SERVE]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY
        )

    def __enter__(self) -> Victim:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()
        self._notes.cleanup()

    def run(
        self,
        root: Path,
        kill_at: str = "",
        kill_after: float | None = None,
        sends: signal.Signals = signal.SIGKILL,
        fault: Mapping[str, Any] | None = None,
        limits: Mapping[str, int] | None = None,
        **given: Any,
    ) -> Ended:
        """One step on a home in a fresh process, to its end or until it is killed.

        `kill_at` is a kill point (`name` or `name:n`), `kill_after` a number of seconds after which it gets `sends`. `fault` is {"call", "pass", "error", "path"}:
        from that pass on (of calls whose path holds `path`) the call fails with that errno. `limits` are resource limits by name (RLIMIT_FSIZE …).
        `given` go to the step.
        """
        begun = time.monotonic()
        order = {"root": str(root), "kill_at": kill_at, "fault": fault, "limits": limits or {}, "given": given}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            # It cannot be another process's number: the zombie is ours until the answer below is read.
            os.kill(pid, sends)
        self._process.stdin.write("wait\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        notes = Path(self._notes.name)
        counted = Counter((notes / "passes").read_text("utf-8").split())
        last = (notes / "last").read_text("utf-8").strip() or "before the first point"
        return Ended(code, last, dict(counted), (notes / "said").read_text("utf-8"), time.monotonic() - begun)


class _Noted(Counter):
    """The counter of kill points, which also writes down each pass: a killed process tells no one else how far it came."""

    def __init__(self, notes: Path) -> None:
        super().__init__()
        self._passes = os.open(notes / "passes", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        self._last = os.open(notes / "last", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._write, self._pwrite = os.write, os.pwrite

    def __setitem__(self, name: str, count: int) -> None:
        super().__setitem__(name, count)
        self._write(self._passes, f"{name}\n".encode())
        self._pwrite(self._last, f"{name:<60}".encode(), 0)


def serve() -> None:
    """The process that forks: reads orders from stdin until it ends."""
    step = _imported(os.environ["VICTIM_STEP"])
    notes = Path(os.environ["VICTIM_NOTES"])
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            os._exit(_run(step, order, notes))
        print(pid, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _imported(step: str):
    """The step's function, with what it imports late imported now, and what it reads and compiles each time the same read and compiled."""
    import importlib

    for name in _LATE:
        importlib.import_module(name)
    from sources.regional import catalogue, rules

    catalogue.counties()
    compile_rules = rules.compile_rules
    # By the contract itself: a delivery of keys alone has one of its own under the same name.
    compiled = {id(contract): compile_rules(contract) for contract in catalogue.dataset_contracts().values()}
    rules.compile_rules = lambda contract: compiled.get(id(contract)) or compile_rules(contract)
    module, _, function = step.partition(":")
    return getattr(importlib.import_module(module), function)


def _run(step, order: dict[str, Any], notes: Path) -> int:
    """The step in its own process: 0 done, 2 an error told in one line as the command line tells it, 1 anything else."""
    import resource
    import traceback

    from sources import durable
    from sources.errors import SotevarastoError

    said = os.open(notes / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    durable._passes = _Noted(notes)
    os.environ[durable.KILL_VARIABLE] = order["kill_at"] or _COUNT_ONLY
    for name, limit in order["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if order["fault"]:
        _break(**order["fault"])
    try:
        print(step(Path(order["root"]), **order["given"]), flush=True)
        return 0
    except SotevarastoError as error:
        print(f"sotevarasto: {error}", flush=True)
    except OSError as error:
        print(f"sotevarasto: {error.filename}: {error.strerror}", flush=True)
    except MemoryError:
        print("sotevarasto: memory ran out", flush=True)
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
        return 1
    return 2


def _break(call: str, error: str, path: str = "", **where: int) -> None:
    """Make one of Python's system calls fail from its `pass`-th time on, or only at it with `once`."""
    real, number, count = getattr(os, call), getattr(errno, error), 0
    first, once = where.get("pass", 1), where.get("once", 0)

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        # Of a rename both names count.
        places = [_place_of(one) for one in arguments[: 2 if isinstance(arguments[0], (str, os.PathLike)) else 1]]
        place = next((one for one in reversed(places) if path in one and Path(one).name != "passes"), None)
        if place is not None:
            count += 1
            if count == first or (count > first and not once):
                raise OSError(number, os.strerror(number), place)
        return real(*arguments, **named)

    setattr(os, call, failing)


def _place_of(thing: Any) -> str:
    """The path that a call is about, whether it was given a path or a descriptor."""
    if isinstance(thing, int):
        try:
            return os.readlink(f"/proc/self/fd/{thing}")
        except OSError:
            return ""
    return os.fspath(thing) if isinstance(thing, (str, os.PathLike)) else ""
