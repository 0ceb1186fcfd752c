"""Every check there is, so that one that did not run is told too.

Belongs here: engine, dimension and severity of each asset check of the graph. Does not belong here: results (results.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

DBT_ID = "dagster_dbt/unique_id"
# What a dbt test is about follows from its kind.
_DIMENSIONS = {
    "unique_combination": "uniqueness",
    "versions_do_not_overlap": "uniqueness",
    "not_null_columns": "completeness",
    "known_words": "conformity",
}


@dataclass(frozen=True)
class Known:
    """A check of the graph. `name` is Dagster's, `check_id` the stable id of rule, expectation or test."""

    asset: str
    name: str
    check_id: str
    engine: str
    dimension: str
    severity: str
    is_blocking: bool


@cache
def every_check() -> tuple[Known, ...]:
    """All asset checks of the definitions, in the order of assets and names."""
    from orchestration.dbt_runner import manifest_nodes
    from orchestration.definitions import defs

    graph, nodes = defs.resolve_asset_graph(), manifest_nodes()
    known = []
    for key in sorted(graph.asset_check_keys, key=lambda k: (k.asset_key.to_user_string(), k.name)):
        spec, asset = graph.get_check_spec(key), key.asset_key.to_user_string()
        said = spec.metadata
        if DBT_ID in said:
            node = nodes[said[DBT_ID]]
            kind = (node.get("test_metadata") or {}).get("name")
            blocks = node["config"]["severity"].lower() == "error"
            about = (key.name, "dbt", _DIMENSIONS.get(kind, "consistency"), "error" if blocks else "warning", blocks)
        elif engine := said.get("engine"):
            severity = said.get("severity", "error" if spec.blocking else "warning")
            identity = said.get("id", key.name)
            about = (identity, engine.replace(" ", "_"), said.get("dimension", "conformity"), severity, spec.blocking)
        else:
            about = (f"{asset}.{key.name}", "source", "timeliness", "warning", spec.blocking)
        known.append(Known(asset, key.name, *about))
    return tuple(known)
