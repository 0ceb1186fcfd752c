"""The repository as the house rules see it: its Python modules, its pages, its models."""

import ast
import subprocess
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# From the upper floor to the lower one: a room imports its own modules and those of the rooms after it.
ROOMS = ("sotevarasto", "orchestration", "expectations", "warehouse", "sources")
FRAMEWORKS = {"dagster", "dagster_dbt", "dagster_webserver", "dbt", "great_expectations"}


@cache
def tracked(pattern: str) -> list[Path]:
    """Files of the repository that git knows or would take, by a pathspec, in the order of names."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", pattern]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout.decode("utf-8")
    return sorted({REPOSITORY / name for name in listed.split("\0") if name and (REPOSITORY / name).exists()})


def modules(*rooms: str) -> list[Path]:
    """The Python modules of these rooms."""
    return [path for room in rooms for path in tracked(f"{room}/*.py")]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def label(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()
