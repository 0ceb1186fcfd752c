"""dbt in this process, node by node.

Belongs here: invoking `dbtRunner` on the build folder and telling what became of each node. Does not belong here: Dagster events
(orchestration/assets/warehouse.py). In process, because a dbt subprocess costs some ten seconds a night and cannot open a file that this process holds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from orchestration.parsed import parsed
from orchestration.paths import MANIFEST, dbt_places

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

    from sources.home import Home

BUILT = frozenset({"success", "pass", "warn", "no-op", "reused"})
FAILED = frozenset({"fail", "error", "runtime error"})


@dataclass(frozen=True)
class NodeOutcome:
    """What became of one dbt node: a model, a seed or a test. `failures` is the number of failing rows of a test, `sql` what a failed node ran."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    failures: int
    seconds: float
    sql: str = ""

    @property
    def is_failed(self) -> bool:
        return self.status in FAILED


@dataclass(frozen=True)
class BuildOutcome:
    """What became of the whole build. `error` is set when dbt could not run at all."""

    nodes: tuple[NodeOutcome, ...]
    error: str | None

    @property
    def failed(self) -> tuple[NodeOutcome, ...]:
        return tuple(n for n in self.nodes if n.is_failed)


def run(
    home: Home,
    select: Iterable[str] = (),
    on_node: Callable[[NodeOutcome], None] | None = None,
    command: tuple[str, ...] = ("build", "--exclude-resource-type", "unit_test"),
) -> BuildOutcome:
    """Run dbt against the inputs in the home's build folder; its work goes to `home.dbt`. `select` narrows the nodes; unit tests belong to `make test`, not to a night."""
    nodes: list[NodeOutcome] = []

    def on_event(event) -> None:
        if event.info.name == "NodeFinished":
            nodes.append(_outcome(event.data))
            if on_node:
                on_node(nodes[-1])

    os.environ["SOTEVARASTO_BUILD"] = str(home.build)
    arguments = [
        *command,
        *dbt_places(home.dbt, home.logs),
        "--no-version-check",
        "--quiet",
        "--log-level",
        "none",
        "--no-use-colors",
    ]
    if selected := list(select):
        arguments += ["--indirect-selection", "empty", "--select", *selected]
    result = invoke(arguments, parsed(home.build), [on_event])
    nodes = [replace(n, sql=_compiled(result.result, n.unique_id)) if n.is_failed else n for n in nodes]
    error = None
    if not result.success and not any(n.is_failed for n in nodes):
        error = " ".join(str(result.exception or "dbt ended without a reason").split())[:500]
    return BuildOutcome(tuple(nodes), error)


def invoke(
    arguments: list[str], manifest: Manifest | None = None, callbacks: Sequence[Callable[[Any], None]] = ()
) -> dbtRunnerResult:
    """What dbt comes to with these arguments, in this process. The database that it keeps open between its nodes is let go of: others open it next."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    try:
        return dbtRunner(manifest=manifest, callbacks=list(callbacks)).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()


def _compiled(result, unique_id: str) -> str:
    """The SQL that a node ran; empty for what has none, such as a seed."""
    nodes = (r.node for r in getattr(result, "results", ()))
    return next((getattr(n, "compiled_code", None) or "" for n in nodes if n.unique_id == unique_id), "")


def _outcome(data) -> NodeOutcome:
    node, result = data.node_info, data.run_result
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.node_name,
        resource_type=node.resource_type,
        status=str(result.status),
        message=" ".join(str(result.message or "").split())[:500],
        failures=int(result.num_failures or 0),
        seconds=round(result.execution_time, 3),
    )


@cache
def manifest() -> dict[str, Any]:
    """The prepared manifest, read once in a process: reading it is a tenth of what loading the definitions takes."""
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def manifest_nodes() -> dict[str, dict]:
    """Models, seeds, tests and sources of the prepared manifest by unique id."""
    return manifest()["nodes"] | manifest()["sources"]
