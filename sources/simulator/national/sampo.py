"""Sampo as far as it is used: lists of a subject's cubes, the newest run, the tree of dimensions, and cells as half JSON-stat 1, half 2.

Belongs here: the protocol and its habits: a script round the tree, nodes with and without a last dot, texts that escape nothing but the quotation mark, a list for
no value at all, errors without a body, a twelve-hour clock. Does not belong here: figures (sampo_figures.py) and sockets (server.py).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import parse_qs

from sources.simulator.national.protocol import Request, Response, json_response
from sources.simulator.national.sampo_figures import Dimension, Node, SampoCube, cubes

ROOT = "/pivot/prod"
LANGUAGES = ("fi", "sv", "en")
_PUBLIC = "https://sampo.thl.fi/pivot/prod"
_NODES = re.compile(r"(?P<dimension>.+?)-(?:(?P<listed>[0-9]+(?:\.[0-9]+)*\.)|(?P<node>[0-9]+)|(?P<level>[0-9]+)L)")


@dataclass(frozen=True)
class _Level:
    dimension: Dimension
    nodes: tuple[Node, ...]


class Sampo:
    """The service on one simulated day."""

    def __init__(self, day: int, seed: int) -> None:
        self._cubes = {(c.kind.subject, c.kind.hydra, c.kind.fact): c for c in cubes(day, seed)}

    def respond(self, request: Request) -> Response:
        """Answer one request below `ROOT`."""
        path = request.segments[2:]
        if request.method != "GET" or len(path) < 2:
            return _page(404)
        if path == ["api", "latest"]:
            return self._latest(request.query)
        if path[0] == "api":
            return self._listed([*path[1:-1], path[-1].removesuffix(".json")])
        if len(path) != 4 or path[0] not in LANGUAGES:
            return _page(404)
        language, *address = path
        if address[-1].endswith(".dimensions.json"):
            return self._tree((*address[:2], address[2].removesuffix(".dimensions.json")), language, request.query)
        if address[-1].endswith(".json"):
            return self._cells((*address[:2], address[2].removesuffix(".json")), language, parse_qs(request.query_text))
        return _page(404)

    def _listed(self, wanted: list[str]) -> Response:
        """A subject that is not there has an empty list, not an error."""
        found = [c for address, c in self._cubes.items() if list(address[: len(wanted)]) == wanted]
        items = [
            {
                "class": "dataset",
                "href": f"{_PUBLIC}/{language}/{cube.kind.subject}/{cube.kind.hydra}/{cube.kind.fact}.json",
                "label": cube.kind.labels[language],
            }
            for cube in found
            for language in LANGUAGES
        ]
        return json_response(
            {
                "version": "2.0",
                "class": "collection",
                "label": wanted[-1],
                "updated": "2026-11-01",
                "link": {"item": items},
            }
        )

    def _latest(self, query: dict[str, str]) -> Response:
        asked = tuple(query.get(name, "") for name in ("subject", "hydra", "fact"))
        cube = self._cubes.get(asked)
        if cube is None:
            return json_response({"error": "Not found"}, 404)
        run = cube.run_id
        hour = int(run[8:10]) % 12 or 12  # the clock has twelve hours and does not say which half of the day
        added = f"{run[:4]}-{run[4:6]}-{run[6:8]} {hour:02d}:{run[10:12]}:{run[12:14]}"
        return json_response(
            dict(zip(("subject", "hydra", "fact"), asked, strict=True)) | {"runid": run, "added": added}
        )

    def _tree(self, address: tuple[str, ...], language: str, query: dict[str, str]) -> Response:
        cube = self._cubes.get(address)
        if cube is None or query.get("run_id", cube.run_id) != cube.run_id:
            return Response(404, b"", "text/javascript; charset=utf-8")
        tree = [
            {"id": d.dimension_id, "label": d.label, "children": [_shown(cube, d, d.root, language)]}
            for d in cube.dimensions
        ]
        script = f"thl.pivot.loadDimensions(\n{json.dumps(tree, ensure_ascii=False)}\n);"
        return Response(200, script.encode("utf-8"), "text/javascript; charset=utf-8")

    def _cells(self, address: tuple[str, ...], language: str, query: dict[str, list[str]]) -> Response:
        cube = self._cubes.get(address)
        if cube is None or query.get("run_id", [cube.run_id])[-1] != cube.run_id:
            return Response(500, b"", "application/json; charset=utf-8")
        try:
            rows, columns = (_levels(cube, query.get(name, [])) for name in ("row", "column"))
            if not rows and not columns:
                rows, columns = ([_Level(d, (d.root, *d.root.children))] for d in cube.dimensions[:2])
            filters = _levels(cube, [*query.get("filter", []), *(f"measure-{m}" for m in query.get("measure", []))])
            body = _dataset(cube, [*rows, *columns], filters, language)
        except ValueError:  # whatever is not understood is refused without a word
            return Response(403, b"", "application/json; charset=utf-8")
        return Response(200, body.encode("utf-8"), "application/json; charset=utf-8")


def _page(status: int) -> Response:
    return Response(status, b"<!DOCTYPE html><html><body><h1>Sampo</h1></body></html>", "text/html; charset=utf-8")


def _shown(cube: SampoCube, dimension: Dimension, node: Node, language: str) -> dict[str, Any]:
    sid = cube.sids[dimension.dimension_id, node.key]
    shown = {
        "id": f"{sid - 500_000}",
        "sid": sid,
        "label": node.labels.get(language, "n/a"),
        "stage": node.stage,
        "code": node.code,
        "sort": sid,
        "uri": f"http://meta.thl.fi/codes/simulated/dimension/{dimension.dimension_id}/{node.stage}/{node.key}",
    }
    if node.children:
        shown["children"] = [_shown(cube, dimension, child, language) for child in node.children]
    return shown


def _levels(cube: SampoCube, asked: list[str]) -> list[_Level]:
    # The framework reads a comma within one value as the end of a list's item.
    return [_level(cube, part) for value in asked for part in value.split(",")]


def _level(cube: SampoCube, asked: str) -> _Level:
    said = _NODES.fullmatch(asked)
    dimension = next((d for d in cube.dimensions if said and d.dimension_id == said["dimension"]), None)
    if dimension is None:
        raise ValueError(f"{asked}: no such dimension")
    nodes = {str(cube.sids[dimension.dimension_id, node.key]): node for node in dimension.root.below()}
    sids = (said["listed"] or said["node"] or said["level"]).strip(".").split(".")
    if not set(sids) <= nodes.keys():
        raise ValueError(f"{asked}: no such node")
    first = nodes[sids[0]]
    if said["listed"]:
        return _Level(dimension, tuple(nodes[sid] for sid in sids))
    if said["level"]:
        return _Level(dimension, tuple(node for node in nodes.values() if node.stage == first.stage))
    return _Level(dimension, (first, *first.children))


def _dataset(cube: SampoCube, levels: list[_Level], filters: list[_Level], language: str) -> str:
    names = [level.dimension.dimension_id for level in levels]
    if len(set(names)) != len(names):
        raise ValueError("a dimension stands in rows and columns")
    fixed = {f.dimension.dimension_id: f.nodes[0].key for f in filters}
    sizes = [len(level.nodes) for level in levels]
    values = {}
    for position, nodes in enumerate(product(*(level.nodes for level in levels))):
        keys = {d.dimension_id: fixed.get(d.dimension_id, d.root.key) for d in cube.dimensions}
        keys |= {name: node.key for name, node in zip(names, nodes, strict=True)}
        if (value := cube.values.get(tuple(keys.values()))) is not None:
            values[position] = value
    parts = [f'"id": [{", ".join(map(_text, names))}]', f'"size": [{", ".join(map(str, sizes))}]']
    parts += [f"{_text(level.dimension.dimension_id)}: {_category(cube, level, language)}" for level in levels]
    cells = ",\n".join(f'"{position}": {_text(value)}' for position, value in values.items())
    return (
        f'{{ "dataset": {{ "version":"2.0","class":"dataset","label": {_text(cube.kind.labels[language] + _AWKWARD)},\n'
        f'"dimension": {{ {", ".join(parts)} }},\n"value": {f"{{ {cells} }}" if values else "[]"} }} }}'
    )


# A lone backslash and an end of line in a label, as nothing but the quotation mark is escaped.
_AWKWARD = " \\ simuloitu\n"


def _category(cube: SampoCube, level: _Level, language: str) -> str:
    sids = [cube.sids[level.dimension.dimension_id, node.key] for node in level.nodes]
    index = ", ".join(f'"{sid}": {place}' for place, sid in enumerate(sids))
    labels = ", ".join(
        f'"{sid}": {_text(node.labels.get(language, "n/a"))}' for sid, node in zip(sids, level.nodes, strict=True)
    )
    return f'{{ "category": {{ "index": {{ {index} }}, "label": {{ {labels} }} }} }}'


def _text(text: str) -> str:
    """A text as the service writes it: its own quotation marks escaped, and nothing else."""
    return '"' + text.replace('"', '\\"') + '"'
