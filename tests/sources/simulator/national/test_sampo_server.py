"""The stand-in of Sampo has the habits of the real one, over real sockets."""

import json

import pytest
import requests

from sources.national.sampo.replies import read_json
from sources.simulator.national import NationalServer

CUBE = "fi/hoitoonpaasy/esh01/fact_hoitoonpaasy_esh01"


@pytest.fixture(scope="module")
def server():
    with NationalServer(day=0, seed=7) as running:
        yield running


def _get(server, path):
    return requests.get(f"{server.base_url_sampo}/{path}", timeout=10)


@pytest.fixture(scope="module")
def sids(server):
    """Dimension label → node label → sid."""
    found = {}

    def walk(dimension, nodes):
        for node in nodes:
            found.setdefault(dimension["label"], {})[node["label"]] = node["sid"]
            walk(dimension, node.get("children", ()))

    for dimension in read_json(_get(server, f"{CUBE}.dimensions.json").content):
        walk(dimension, dimension["children"])
    return found


def _dataset(server, query):
    return read_json(_get(server, f"{CUBE}.json?{query}").content)["dataset"]


def test_a_subject_is_listed_once_a_language_with_the_public_address(server):
    items = _get(server, "api/avo.json").json()["link"]["item"]
    assert len(items) == 6
    assert items[0]["href"] == "https://sampo.thl.fi/pivot/prod/fi/avo/perus04/fact_avo_perus04.json"
    assert len(_get(server, "api/avo/perus04.json").json()["link"]["item"]) == 3
    assert _get(server, "api/nothing.json").json()["link"]["item"] == []


def test_the_time_of_a_run_is_on_a_twelve_hour_clock():
    asked = "api/latest?subject=hoitoonpaasy&hydra=esh01&fact=fact_hoitoonpaasy_esh01"
    said = []
    for day in (0, 2):
        with NationalServer(day=day, seed=7) as server:
            said.append(_get(server, asked).json())
            assert _get(server, "api/latest?subject=x&hydra=y&fact=z").json() == {"error": "Not found"}
    assert said[0]["runid"] < said[1]["runid"] and said[0]["added"] > said[1]["added"]


def test_the_tree_comes_in_a_script_and_cells_are_no_strict_json(server):
    reply = _get(server, f"{CUBE}.dimensions.json")
    assert reply.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert reply.text.startswith("thl.pivot.loadDimensions(\n[") and reply.text.endswith("]\n);")
    cells = _get(server, f"{CUBE}.json")
    with pytest.raises(ValueError, match="escape|control"):
        json.loads(cells.content)
    assert "id" in read_json(cells.content)["dataset"]["dimension"]


def test_a_node_brings_its_children_unless_it_ends_in_a_dot_and_an_l_its_whole_level(server, sids):
    area, measure = sids["Alue"], sids["Mittari"]["Odottavien potilaiden lukumäärä"]
    root, county = area["Koko maa"], area["Satakunnan hyvinvointialue"]

    def count(nodes):
        return _dataset(server, f"row=wscmunicipality2023-{nodes}&column=measure-{measure}")["dimension"]["size"][0]

    assert count(f"{root}") == 19
    assert count(f"{root}.") == 1
    assert count(f"{root}.{county}.") == 2
    assert count(f"{county}L") == 18
    assert count(f"{county}") == 1


def test_values_are_texts_by_place_and_a_query_without_any_has_a_list(server, sids):
    months, area = sids["Aika"], sids["Alue"]["Koko maa"]
    known = _dataset(server, f"row=wscmunicipality2023-{area}.&column=aika2026-{months['elokuu 2026']}.")
    assert list(known["value"]) == ["0"] and known["value"]["0"].isdigit()
    assert _dataset(server, f"row=wscmunicipality2023-{area}.&column=aika2026-{months['2026']}.")["value"] == []
    turned = _dataset(server, f"column=wscmunicipality2023-{area}.&row=aika2026-{months['elokuu 2026']}.")
    assert turned["dimension"]["id"] == ["aika2026", "wscmunicipality2023"]


@pytest.mark.parametrize(
    ("tail", "status"),
    [
        (".json?row=nothing-1.", 403),
        (".json?row=measure-1.", 403),
        (".json?row=aika2026-700022.&column=aika2026-700022.", 403),
        (".json?run_id=20000101000000000", 500),
        ("x.json", 500),
        ("x.dimensions.json", 404),
    ],
)
def test_an_error_has_no_body(server, tail, status):
    reply = _get(server, f"{CUBE}{tail}")
    assert (reply.status_code, reply.content) == (status, b"")


def test_the_same_day_and_seed_give_the_same_bytes():
    bodies = []
    for _ in range(2):
        with NationalServer(day=0, seed=7) as server:
            bodies.append((_get(server, f"{CUBE}.dimensions.json").content, _get(server, f"{CUBE}.json").content))
    assert bodies[0] == bodies[1]
