"""What is wanted of a cube is found by label or code in whatever tree the run has, and a label that moved is named."""

from copy import deepcopy
from datetime import date

import pytest

from sources.national.outcome import SourceError
from sources.national.sampo.definitions import cubes
from sources.national.sampo.dimensions import Node, month_of, select
from sources.national.sampo.replies import read_json
from sources.simulator.national.protocol import Request
from sources.simulator.national.sampo import Sampo

CUBE = cubes()[2]
PATH = "/pivot/prod/fi/avo/perus04/fact_avo_perus04.dimensions.json"


def _tree(day=0):
    return read_json(Sampo(day, 7).respond(Request("GET", PATH)).body)


@pytest.fixture
def tree():
    return deepcopy(_tree())


def _dimension(tree, label):
    return next(d for d in tree if d["label"] == label)


def _regions(tree):
    return _dimension(tree, "Alue")["children"][0]["children"]


def test_every_county_month_and_band_is_asked_for_and_nothing_else(tree):
    found = select(CUBE, tree, 2023, [])
    regions, periods = set(found.nodes["region"].values()), sorted(found.nodes["period"].values())
    assert regions == {"FI", "90", *(f"{number:02d}" for number in range(1, 22))}
    assert (periods[0], periods[-1], len(periods)) == ("2024-01-01", "2026-09-01", 33)
    assert set(found.nodes["category"].values()) == set(CUBE.categories)
    assert list(found.dimensions.values()) == ["wscmunicipality2023", "aika2026", "perus04luokka", "measure"]
    assert found.query("measure").startswith("measure-7") and found.query("measure").endswith(".")


def test_a_new_version_of_a_dimension_changes_its_name_and_numbers_and_nothing_else(tree):
    before = select(CUBE, tree, 2023, [])
    renumbered = deepcopy(tree)
    area = _dimension(renumbered, "Alue")
    area["id"] = "wscmunicipality2027"
    for node in [area["children"][0], *_regions(renumbered)]:
        node["sid"] += 5000
    after = select(CUBE, renumbered, 2023, [])
    assert after.dimensions["region"] == "wscmunicipality2027"
    assert list(after.nodes["region"].values()) == list(before.nodes["region"].values())
    assert not set(after.nodes["region"]) & set(before.nodes["region"])


def test_a_county_with_a_strange_label_is_taken_by_its_code_where_the_other_codes_prove_right(tree):
    _regions(tree)[0]["label"] = "Itä-Uusimaan HVA"
    assert "01" in select(CUBE, tree, 2023, []).nodes["region"].values()


def test_a_code_is_not_believed_where_another_of_its_stage_proves_wrong(tree):
    regions = _regions(tree)
    regions[0]["label"], regions[1]["code"] = "Itä-Uusimaan HVA", "18"
    with pytest.raises(SourceError, match="HVA-SAM-0-005: 21 regions are known.*Itä-Uusimaan HVA"):
        select(CUBE, tree, 2023, [])


def test_two_nodes_of_one_region_are_not_chosen_between(tree):
    _regions(tree)[1]["label"] = _regions(tree)[0]["label"]
    with pytest.raises(SourceError, match="HVA-SAM-0-004: two nodes are region 01"):
        select(CUBE, tree, 2023, [])


@pytest.mark.parametrize(
    ("label", "to", "code"),
    [
        ("Alue", "Seutu", "HVA-SAM-0-003: 0 dimensions fit the label of the region .there: Seutu"),
        ("Aika", "Alue", "HVA-SAM-0-003: 2 dimensions fit the label of the region"),
        ("Odotusaika", "Odotuksen kesto", "HVA-SAM-0-003: 0 dimensions fit the label of the category"),
    ],
)
def test_a_dimension_that_is_not_known_is_told_with_the_labels_that_are_there(tree, label, to, code):
    _dimension(tree, label)["label"] = to
    with pytest.raises(SourceError, match=code):
        select(CUBE, tree, 2023, [])


def test_a_band_that_was_renamed_or_added_is_named(tree):
    bands = _dimension(tree, "Odotusaika")["children"][0]["children"]
    added = deepcopy(tree)
    _dimension(added, "Odotusaika")["children"][0]["children"].append(bands[0] | {"sid": 1, "label": "Ei tiedossa"})
    with pytest.raises(
        SourceError, match="HVA-SAM-0-008: 'Ei tiedossa' is a value that primary_care_waiting did not have"
    ):
        select(CUBE, added, 2023, [])
    bands[0]["label"] = "Viikon sisällä"
    with pytest.raises(SourceError, match="HVA-SAM-0-007: 0 labels fit days_0_7 .*Viikon sisällä"):
        select(CUBE, tree, 2023, [])


def test_a_period_that_is_no_month_is_named(tree):
    _dimension(tree, "Aika")["children"][0]["children"][1]["children"][0] |= {"label": "1. vuosikolmannes", "code": "x"}
    with pytest.raises(SourceError, match="HVA-SAM-0-006: '1. vuosikolmannes' is no month"):
        select(CUBE, tree, 2023, [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda node: node.update({"surrogate": node.pop("sid")}), "HVA-NAT-0-002: .*sid .*surrogate"),
        (lambda node: node.pop("label"), "HVA-NAT-0-001"),
        (lambda node: node.update(sid=None), "HVA-NAT-0-004"),
        (lambda node: node.update(sid="700"), "HVA-NAT-0-005"),
    ],
)
def test_a_field_of_the_tree_that_moved_is_told_by_its_code(tree, change, code):
    change(_regions(tree)[3])
    with pytest.raises(SourceError, match=code):
        select(CUBE, tree, 2023, [])


@pytest.mark.parametrize(
    ("code", "label", "month"),
    [
        ("202608", "n/a", date(2026, 8, 1)),
        ("2026-08", "n/a", date(2026, 8, 1)),
        ("771", "elokuu 2026", date(2026, 8, 1)),
        (None, "Kesäkuu 2026", date(2026, 6, 1)),
        (None, "8/2026", date(2026, 8, 1)),
        (None, "31.8.2026", date(2026, 8, 1)),
        (None, "29.2.2024", date(2024, 2, 1)),
        (None, "30.8.2026", None),
        ("2026", "2026", None),
        ("202613", "n/a", None),
        (None, "vuosi 2026", None),
    ],
)
def test_a_month_is_known_by_its_code_or_its_label(code, label, month):
    assert month_of(Node("1", label, code, None, True)) == month
