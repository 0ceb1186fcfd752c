"""A bare process that runs one step many times, each time in a fork that kills itself at a named point.

Forking saves the seconds of imports for every point; nothing is connected and no thread is started before the fork.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PATHS = [str(Path(__file__).parents[3]), str(Path(__file__).parent)]
_LOOP = """
import json, os, sys, traceback
sys.path[:0] = {paths!r}
{setup}
for line in sys.stdin:
    root, kill_at = json.loads(line)
    child = os.fork()
    if not child:
        os.environ["SOTEVARASTO_KILL_AT"] = kill_at
        try:
            step(root)
            assert not set(sys.modules) & {{"dagster", "dbt", "great_expectations"}}
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Killable:
    """Runs the function `step(root)` that `setup` (Python) defines; a context manager."""

    def __init__(self, setup: str) -> None:
        code = _LOOP.format(paths=_PATHS, setup=setup)
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Killable":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def run(self, root: Path, kill_at: str = "") -> int:
        """One run in a fork; its exit code, -9 when it was killed at the point."""
        self._process.stdin.write(json.dumps([str(root), kill_at]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def points(every: list[str], quick: set[str]) -> list:
    """Kill points as parameters: those of `quick` in the default set, the others in the longer one."""
    assert quick <= set(every)
    return [pytest.param(point, marks=[] if point in quick else [pytest.mark.slow]) for point in every]
