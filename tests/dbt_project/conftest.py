"""One dbt build over hand-made inputs for all tests here, in this process, in a folder whose name has a space, braces and an ä."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_runner import invoke
from orchestration.parsed import put_sources
from tests.dbt_project.inputs import write_inputs

PROJECT = Path(__file__).parents[2] / "dbt_project"


@dataclass(frozen=True)
class Build:
    """A build folder, what dbt said of each node (name to status), and whether all went well."""

    folder: Path
    statuses: dict[str, str]
    success: bool

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.folder / "work.duckdb"), read_only=True)

    def hashes(self) -> dict[str, tuple[int, int]]:
        """Rows and an order-independent hash of every table."""
        with self.connect() as con:
            tables = con.execute("select schema_name || '.' || table_name from duckdb_tables() order by all").fetchall()
            return {t: con.execute(f"select count(*), sum(hash(t)::hugeint) from {t} t").fetchone() for (t,) in tables}


Runner = Callable[..., Build]


class Dbt:
    """dbt on this project, parsed once: of what it parses, only the sources say where the build folder lies."""

    def __init__(self, target: Path) -> None:
        self._target = target
        parsed = self._invoke(None, target, "parse")
        assert parsed.success, parsed.exception
        self._manifest = parsed.result

    def __call__(self, folder: Path, *arguments: str):
        """What dbt comes to with these arguments on a build folder."""
        put_sources(self._manifest, folder)
        return self._invoke(self._manifest, folder, *arguments)

    def _invoke(self, manifest, folder: Path, *arguments: str):
        project = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        own = ["--target-path", str(self._target), "--log-path", str(self._target)]
        quiet = ["--no-version-check", "--quiet", "--log-level", "none"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOTEVARASTO_BUILD", str(folder))
            return invoke([*arguments, *project, *own, *quiet], manifest)


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return Dbt(tmp_path_factory.mktemp("target"))


@pytest.fixture(scope="session")
def dbt_build(dbt: Dbt) -> Runner:
    """Runs `dbt build` with the given arguments on a build folder."""

    def run(folder: Path, *arguments: str) -> Build:
        result = dbt(folder, "build", *arguments)
        assert result.exception is None, result.exception
        return Build(folder, {r.node.name: str(r.status) for r in result.result}, result.success)

    return run


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole project over the hand-made inputs, unit tests too. Workers of one test run share the build: whoever comes first makes it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "build {ä}"
    folder.mkdir(exist_ok=True)
    outcome = folder / "outcome.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not outcome.exists():
            write_inputs(folder)
            made = request.getfixturevalue("dbt_build")(folder)
            outcome.write_text(json.dumps([made.statuses, made.success]), encoding="utf-8")
    statuses, success = json.loads(outcome.read_text(encoding="utf-8"))
    return Build(folder, statuses, success)


@pytest.fixture(scope="session")
def warehouse(built: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    con = built.connect()
    yield con
    con.close()
