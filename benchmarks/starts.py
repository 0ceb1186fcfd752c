"""What a person waits for: the command's help, a question, Dagster's definitions, a night without news.

Belongs here: start-up times. Does not belong here: the row path. Each command runs in a fresh process, with files warm in the page cache.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, measure, median

HERE = Path(__file__).parents[1]
_IMPORTS = "import dagster, dagster_dbt"
_DEFINITIONS = "import orchestration.definitions as d; d.defs.get_repository_def()"
_SQL = ("sql", "select count(*) from mart.minimum_dataset")


@dataclass(frozen=True)
class Line:
    """One measured start. `goal` is the seconds, or for a ratio the multiple of `beside`, that it should stay below."""

    name: str
    runs: list[Run]
    goal: float | None = None
    beside: list[Run] | None = None

    @property
    def figure(self) -> float:
        seconds = median(self.runs, "cpu" if self.beside else "seconds")
        return seconds / median(self.beside, "cpu") if self.beside else seconds

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.figure <= self.goal


def starts(runs: int, work: Path, say) -> list[Line]:
    """Measure every start, `runs` times after one warm-up. Makes a home under `work` with one night in it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    command = [sys.executable, "-m", "sotevarasto"]
    home = {"SOTEVARASTO_HOME": str(work / "home")}
    say("a first night, for something to ask")
    first = measure([*command, "nightly"], HERE, home)
    measured: dict[str, list[Run]] = {}
    for name, line in {
        "help": [*command, "--help"],
        "sql": [*command, *_SQL],
        "night": [*command, "nightly"],
        "imports": [sys.executable, "-c", _IMPORTS],
        "definitions": [sys.executable, "-c", _DEFINITIONS],
    }.items():
        say(name)
        measure(line, HERE, home)
        measured[name] = [measure(line, HERE, home) for _ in range(runs)]
    shutil.rmtree(work)
    return [
        Line("sotevarasto --help", measured["help"], 0.3),
        Line("sotevarasto sql (one question)", measured["sql"], 0.5),
        Line("import dagster, dagster_dbt", measured["imports"]),
        Line("definitions load", measured["definitions"]),
        Line("definitions load ÷ those imports, CPU", measured["definitions"], 1.3, measured["imports"]),
        Line("first night of the simulator", [first]),
        Line("empty night (nothing new)", measured["night"]),
    ]
