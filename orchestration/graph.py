"""The asset graph on paper: docs/graph.txt, one line an asset with what it waits for, and the picture in docs/architecture.md.

Belongs here: reading the graph out of the definitions and writing it down; `make contracts` does so, and a test fails while the files lag behind. Does not
belong here: the definitions (definitions.py). The picture groups assets, since a hundred nodes are read by nobody.
"""

import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from orchestration.paths import REPOSITORY
from sources.durable import write_atomic

LINES, PAGE = Path("docs", "graph.txt"), Path("docs", "architecture.md")
_BESIDE_THE_MART = "views and comparison of the mart"
_PICTURE = re.compile(
    r"(?<=<!-- graph: made by `make contracts`, not edited by hand -->\n).*?(?=<!-- graph ends -->)", re.DOTALL
)
_STAGES = {
    "ingest": "what comes in",
    "staging": "dbt: seeds, staging",
    "intermediate": "dbt: intermediate",
    "core": "dbt: core",
    "published": "what goes out",
}


class Asset(NamedTuple):
    """An asset as the definitions have it: its group, and the names of the assets that it waits for."""

    group: str
    waits_for: frozenset[str]


class Node(NamedTuple):
    """A box of the picture: one asset, or several under a common label."""

    stage: str
    label: str


def asset_graph() -> dict[str, Asset]:
    """Every asset by name, in the order of names."""
    from orchestration.definitions import defs

    found = {
        spec.key.to_user_string(): Asset(spec.group_name, frozenset(d.asset_key.to_user_string() for d in spec.deps))
        for spec in defs.resolve_all_asset_specs()
    }
    return dict(sorted(found.items()))


def lines(graph: Mapping[str, Asset]) -> str:
    """One line an asset: its group, its name, what it waits for."""
    return "".join(
        f"{asset.group:9} {name} <- {', '.join(sorted(asset.waits_for)) or 'nothing'}\n"
        for name, asset in graph.items()
    )


def picture(graph: Mapping[str, Asset]) -> str:
    """The graph in groups, as a mermaid flowchart. An edge that a longer way also tells is left out."""
    nodes = {name: _node(name, graph) for name in graph}
    size = Counter(nodes.values())
    ids = {node: re.sub(r"\W+", "_", node.label) for node in size}
    text = ["flowchart LR"]
    for stage, title in _STAGES.items():
        boxes = [
            f'    {ids[node]}["{node.label}{f" ({size[node]})" if size[node] > 1 else ""}"]'
            for node in sorted(size)
            if node.stage == stage
        ]
        text += [f'  subgraph {stage} ["{title}"]', *boxes, "  end"]
    edges = {(nodes[wanted], nodes[name]) for name, asset in graph.items() for wanted in asset.waits_for}
    shown = _without_shortcuts({(a, b) for a, b in edges if a != b})
    return "\n".join([*text, *(f"  {ids[a]} --> {ids[b]}" for a, b in shown)])


def _node(name: str, graph: Mapping[str, Asset]) -> Node:
    schema, waits_for = name.partition("__")[0], graph[name].waits_for
    if name == "release":
        return Node("published", name)
    if graph[name].group == "national":
        return Node("ingest", "national sources")
    if graph[name].group == "regional":
        return Node("ingest", "deliveries of the senders")
    if graph[name].group == "warehouse":
        return Node("ingest", name)
    if schema in ("raw", "stg"):
        return Node("staging", "seeds" if schema == "raw" else "staging views")
    if schema == "int":
        subject = _subject(name, graph)
        return Node("intermediate", subject) if subject else Node("published", _BESIDE_THE_MART)
    if schema == "core":
        is_worked_out = name.startswith("core__fct_") or any(w.startswith("int__") for w in waits_for)
        readers = {other.partition("__")[0] for other, asset in graph.items() if name in asset.waits_for}
        if readers and readers <= {"dq", "meta"}:
            return Node("core", "facts beside the mart")
        is_of_events = any(
            other.startswith("int__event_") and name in asset.waits_for for other, asset in graph.items()
        )
        if name.startswith("core__fct_") and is_of_events:
            return Node("core", "facts of deliveries")
        return Node("core", name if is_worked_out else "dimensions")
    if schema == "mart":
        return Node(
            "published", _BESIDE_THE_MART if any(w.startswith(("mart__", "int__")) for w in waits_for) else name
        )
    return Node("published", schema)


def _subject(name: str, graph: Mapping[str, Asset]) -> str | None:
    """What an intermediate model is there for: the kind of observations that it leads to, several kinds, or none: then it is made of them."""
    reached, looked_at = {name}, [name]
    while looked_at:
        found = looked_at.pop()
        more = {n for n, asset in graph.items() if n.startswith("int__") and found in asset.waits_for} - reached
        reached |= more
        looked_at += more
    ends = {n.removeprefix("int__").removesuffix("_observation") for n in reached if n.endswith("_observation")}
    if not ends and not any(n.startswith("core__") and asset.waits_for & reached for n, asset in graph.items()):
        return None
    if reached == {name} and not any(w.startswith("int__") for w in graph[name].waits_for):
        return "models of one step"
    return f"models for {ends.pop()}" if len(ends) == 1 else "models that several share"


def _without_shortcuts(edges: set[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The edges less those whose end is reached in another way; what remains says as much."""
    kept = set(edges)
    for edge in sorted(edges):
        if _leads(edge, kept - {edge}):
            kept.remove(edge)
    return sorted(kept)


def _leads(edge: tuple[Node, Node], edges: set[tuple[Node, Node]]) -> bool:
    reached, looked_at = set(), [edge[0]]
    while looked_at:
        here = looked_at.pop()
        more = {b for a, b in edges if a == here} - reached
        reached |= more
        looked_at += more
    return edge[1] in reached


def files(root: Path = REPOSITORY) -> dict[Path, str]:
    """Every file that is written from the graph, by its path below `root`, with what it should hold."""
    graph = asset_graph()
    page = (root / PAGE).read_text(encoding="utf-8")
    return {LINES: lines(graph), PAGE: _PICTURE.sub(lambda _: f"```mermaid\n{picture(graph)}\n```\n", page)}


def main() -> int:
    """Write every file whose content moved and say which; returns the exit code."""
    for path, text in files().items():
        target = REPOSITORY / path
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        write_atomic(target, text, mode=0o644)
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
