"""The asset graph on paper is the one that Dagster loads."""

import difflib

import pytest

from orchestration.graph import LINES, PAGE, Asset, asset_graph, files, picture
from tests.house.files import REPOSITORY

RENEW = "the asset graph moved; if it was meant to, run `make contracts` and look at the difference"


@pytest.fixture(scope="module")
def graph():
    return asset_graph()


@pytest.mark.parametrize("path", [LINES, PAGE], ids=str)
def test_the_committed_graph_is_what_the_definitions_give(path):
    kept, now = (REPOSITORY / path).read_text(encoding="utf-8"), files()[path]
    moved = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "committed", "now", lineterm="", n=0))
    assert kept == now, f"{RENEW}:\n{moved}"


def test_the_picture_is_small_enough_to_read_and_leaves_no_asset_out(graph):
    drawn = picture(graph)
    assert "mermaid" in (REPOSITORY / PAGE).read_text(encoding="utf-8")
    boxes = [line for line in drawn.splitlines() if '["' in line and "subgraph" not in line]
    assert len(boxes) <= 30
    shown = sum(int(box.rsplit("(", 1)[1].split(")")[0]) if "(" in box else 1 for box in boxes)
    assert shown == len(graph)


def test_the_picture_leaves_out_what_a_longer_way_says():
    drawn = picture(
        {
            "raw__x": Asset("national", frozenset()),
            "stg__x": Asset("stg", frozenset({"raw__x"})),
            "core__fct_x": Asset("core", frozenset({"stg__x", "raw__x"})),
        }
    )
    assert "  raw__x --> staging_views" not in drawn or "  raw__x --> core__fct_x" not in drawn
    assert "core__fct_x" in drawn and drawn.count("-->") == 2


def test_the_readme_draws_everything_that_comes_in(graph):
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    coming = {name for name, asset in graph.items() if asset.group in ("national", "regional")}
    assert {name for name in coming if name not in readme} == set()
