"""`make county-wheel`: the sender's own desk as a wheel of its own.

Belongs here: finding the modules that the county's commands import, however deep and late, laying them out with the files that they read, and building the wheel.
Does not belong here: the commands (sotevarasto/county.py). Nothing above `sources` is packed but the commands themselves.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ENTRY = "sotevarasto.county"
_ROOMS = ("sources", "sotevarasto")
# What the packed modules read that is no module: beside them, and the lists of codes that are also dbt's seeds.
_DATA = (
    "sources/*.yml",
    "sources/regional/*.yml",
    "sources/regional/*.json",
    "sources/regional/datasets/*.yml",
    "sources/regional/counties/*.yml",
    "sources/regional/report/*.*",
)
_SEED = re.compile(r'"(raw__\w+)"')


def closure(entry: str = ENTRY) -> tuple[dict[str, Path], set[str]]:
    """The modules of the repository that `entry` needs, by name, and the top names of everything else that they import (the standard library left out)."""
    found: dict[str, Path] = {}
    others: set[str] = set()
    open_names = [entry]
    while open_names:
        name = open_names.pop()
        path = _path(name)
        if path is None or name in found:
            continue
        found[name] = path
        open_names.append(name.rpartition(".")[0])
        for wanted in _imports(path):
            top = wanted.partition(".")[0]
            if top in _ROOMS:
                open_names.append(wanted)
            elif top not in sys.stdlib_module_names:
                others.add(top)
    return found, others


def _path(name: str) -> Path | None:
    """The file of a module or package of the repository; None when there is none of that name (a name within a module)."""
    base = REPOSITORY / Path(*name.split(".")) if name else None
    if base is None:
        return None
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    """Everything that a module imports, wherever in it, but for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for part in node.body
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lay_out(folder: Path) -> None:
    """Put everything that the wheel holds into a folder."""
    modules, _ = closure()
    data = [path for pattern in _DATA for path in REPOSITORY.glob(pattern) if path.suffix != ".py"]
    named = _SEED.findall(modules["sources.reference"].read_text(encoding="utf-8"))
    data += [REPOSITORY / "dbt_project" / "seeds" / f"{name}.csv" for name in sorted(set(named))]
    for path in (*modules.values(), *data):
        target = folder / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(REPOSITORY / "county" / name, folder / name)


def build(out: Path) -> Path:
    """Build the wheel into `out` without a network; returns its path. CalledProcessError when setuptools fails."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder))
        code = f"from setuptools import build_meta; print(build_meta.build_wheel({str(out.resolve())!r}))"
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    return out / done.stdout.splitlines()[-1]


if __name__ == "__main__":
    print(build(REPOSITORY / "dist"))
