"""Sampo's replies as they are: recorded cells, texts that escape nothing, a script round the tree, and the places where cubes stand."""

import json
import os
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.http.checks import check_reply
from sources.http.errors import FetchError, Place
from sources.http.model import Reply
from sources.national.outcome import SourceError
from sources.national.sampo.cube import read_cells, typed_values
from sources.national.sampo.definitions import cubes
from sources.national.sampo.replies import CELLS, DIMENSIONS, Address, find_cube, read_json, read_run

SAMPLES = os.environ.get("SOTEVARASTO_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SOTEVARASTO_SAMPLES names no folder of recorded replies")
WAITING = cubes()[0]
ADDRESS = Address("hoitoonpaasy", "esh01", "fact_hoitoonpaasy_esh01")
LATEST = {
    "subject": ADDRESS.subject,
    "hydra": ADDRESS.hydra,
    "fact": ADDRESS.fact,
    "runid": "20261101113000000",
    "added": "2026-11-01 11:30:00",
}
CUBE = {
    "dataset": {
        "version": "2.0",
        "class": "dataset",
        "label": "x",
        "dimension": {
            "id": ["area", "measure"],
            "size": [3, 1],
            "area": {"category": {"index": {"22": 0, "23": 1, "29": 2}, "label": {"22": "a", "23": "b", "29": "c"}}},
            "measure": {"category": {"index": {"333": 0}}},
        },
        "value": {"0": "410", "2": ".."},
    }
}


def _sample(name):
    return (Path(SAMPLES) / "sampo" / name).read_bytes()


def _changed(change):
    document = deepcopy(CUBE)
    change(document["dataset"])
    return document


def _sent(document, chosen):
    return read_cells(document, "x", []).sent(chosen).to_list()


@needs_samples
def test_the_recorded_reply_of_hospital_districts_is_read_by_place_and_label():
    document = read_json(_sample("province-cases.json"))
    index = document["dataset"]["dimension"]["hcdmunicipality2020"]["category"]["index"]
    asked = [("hcdmunicipality2020", list(index)), ("measure", ["444833"])]
    assert dict(zip(index, _sent(document, asked), strict=True)) == {
        "445222": "38590",
        "445193": "22527",
        "445155": "512",
        "445293": "410",
        "445225": "409",
    }


@needs_samples
def test_the_recorded_reply_of_municipalities_has_a_withheld_cell_and_is_read_once_it_says_its_size():
    document = read_json(_sample("municipality-cases.json"))
    # The recording was trimmed of id and size, as no reply of the service is.
    with pytest.raises(SourceError, match="HVA-NAT-0-001: x: field id of dataset.dimension is gone"):
        read_cells(document, "x", [])
    document["dataset"]["dimension"] |= {"id": ["hcdmunicipality2020"], "size": [51]}
    sent = read_cells(document, "x", []).sent([("hcdmunicipality2020", ["444182", "444111", "445177"])])
    assert typed_values(sent, "x").rows() == [(Decimal(5012), "value"), (None, "suppressed"), (Decimal(66), "value")]


@needs_samples
def test_the_figures_of_the_servers_own_test_cube_are_kept_to_the_sixth_decimal_or_refused():
    lines = _sample("test-fact.csv").decode().replace("\r\n", "\n").replace("\r", "\n").splitlines()[1:]
    sent = [line.split(";")[3] for line in lines]
    huge = "23123981209381209381023"
    with pytest.raises(SourceError, match=f"HVA-SAM-0-012: x: '{huge}' is no number that can be kept"):
        typed_values(pl.Series(sent), "x")
    typed = typed_values(pl.Series([text for text in sent if text != huge]), "x")
    assert typed["value"].to_list()[:6] == [
        Decimal(text) for text in ("1.224", "22.7", "0.144", "7777", "0.123123", "3")
    ]
    assert typed.filter(pl.col("value") == 0)["value_status"].to_list() == ["true_zero"]


def test_cells_are_found_by_the_order_of_ids_and_those_that_are_not_there_are_missing():
    assert _sent(CUBE, [("area", ["29", "22", "23"]), ("measure", ["333"])]) == ["..", "410", None]
    turned = _changed(lambda dataset: dataset["dimension"].update(id=["measure", "area"], size=[1, 3]))
    assert _sent(turned, [("area", ["29", "22", "23"]), ("measure", ["333"])]) == ["..", "410", None]


def test_a_list_in_place_of_values_says_that_there_are_none():
    assert _sent(_changed(lambda dataset: dataset.update(value=[])), [("area", ["22"]), ("measure", ["333"])]) == [None]


def test_a_decimal_comma_and_a_point_are_the_same_and_two_dots_are_no_zero():
    typed = typed_values(pl.Series(["1,5", "1.5", "0", "0,0", "..", None, "-2"]), "x")
    assert typed["value"].to_list() == [Decimal("1.5"), Decimal("1.5"), 0, 0, None, None, -2]
    assert typed["value_status"].to_list() == [
        *("value", "value", "true_zero", "true_zero", "suppressed", "missing", "value"),
    ]


@pytest.mark.parametrize("text", ["", "<5", "1 000", "1.000,5", "1e3", "NaN", "...", "-"])
def test_a_text_that_is_no_plain_number_is_refused_and_never_guessed(text):
    with pytest.raises(SourceError, match="HVA-SAM-0-012"):
        typed_values(pl.Series(["1", text]), "x")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.pop("value"), "HVA-NAT-0-001"),
        (lambda d: d.update({"values": d.pop("value")}), "HVA-NAT-0-002.*value of dataset is gone and values is new"),
        (lambda d: d.update(value=None), "HVA-NAT-0-004"),
        (lambda d: d.update(value="410"), "HVA-NAT-0-005"),
        (lambda d: d["value"].update({"1": 410}), r"HVA-NAT-0-005: x: a value has another form \(int, text expected"),
        (lambda d: d["value"].update({"1": {"v": "410"}}), r"HVA-NAT-0-005: x: a value has another form \(dict"),
        (lambda d: d["value"].update({"3": "1"}), "HVA-SAM-0-011"),
        (lambda d: d["value"].update({"-1": "1"}), "HVA-SAM-0-011"),
        (lambda d: d.update(value=["1", "2", "3"]), "HVA-SAM-0-011"),
        (lambda d: d["dimension"].update(size=[2, 1]), "HVA-SAM-0-010"),
        (lambda d: d["dimension"].update(size=[3]), "HVA-SAM-0-010"),
        (lambda d: d["dimension"].pop("measure"), "HVA-SAM-0-010"),
        (lambda d: d["dimension"]["area"]["category"]["index"].update({"23": 0}), "HVA-SAM-0-010"),
    ],
)
def test_a_reply_of_another_form_is_refused_by_its_code(change, code):
    with pytest.raises(SourceError, match=code):
        read_cells(_changed(change), "x", [])


def test_a_field_more_is_told_and_the_cells_are_read():
    notes = []
    read_cells(_changed(lambda d: d.update(note="Uusi")), "x", notes)
    assert notes == ["HVA-NAT-0-003: x: field note is new"]


def test_a_label_with_a_lone_backslash_or_an_end_of_line_breaks_nothing():
    body = b'{"a": "kunta \\ alue\nrivi", "b": "C:\\users", "c": "\\"x\\""}'
    assert read_json(body) == {"a": "kunta \\ alue\nrivi", "b": "C:\\users", "c": '"x"'}


def test_the_script_round_the_tree_is_taken_off():
    assert read_json(b'thl.pivot.loadDimensions(\n[{"id": "area"}]\n);') == [{"id": "area"}]
    assert read_json(b'[{"id": "area"}]') == [{"id": "area"}]


@pytest.mark.parametrize("body", [b"", b"[]", b"<html></html>", b'thl.pivot.loadDimensions([{"id": 1}', b"{}"])
def test_a_body_that_is_no_tree_is_refused_before_it_lands(body):
    reply = Reply(200, "http://127.0.0.1/", {"Content-Type": "text/javascript; charset=utf-8"}, body)
    with pytest.raises(FetchError, match="expected content"):
        check_reply(reply, DIMENSIONS, Place("127.0.0.1", "/"))


def test_a_body_of_cells_is_an_object_of_its_own_content_type():
    reply = Reply(200, "http://127.0.0.1/", {"Content-Type": "application/json"}, json.dumps(CUBE).encode())
    check_reply(reply, CELLS, Place("127.0.0.1", "/"))


def _collection(*items):
    listed = [
        {"class": "dataset", "href": f"https://sampo.thl.fi/pivot/prod/{tail}.json", "label": label}
        for tail, label in items
    ]
    return {
        "version": "2.0",
        "class": "collection",
        "label": "hoitoonpaasy",
        "updated": "2026-11-01",
        "link": {"item": listed},
    }


def test_a_cube_is_found_by_its_finnish_label_whatever_its_id():
    listed = _collection(
        ("fi/hoitoonpaasy/uusi9/fact_uusi9", "Erikoissairaanhoito: hoitoa odottavat potilaat"),
        ("sv/hoitoonpaasy/uusi9/fact_uusi9", "Specialiserad sjukvård: hoitoa odottavat"),
        ("fi/hoitoonpaasy/esh02/fact_esh02", "Erikoissairaanhoito: lähetteiden käsittely"),
    )
    assert find_cube(listed, WAITING, "fi", []) == Address("hoitoonpaasy", "uusi9", "fact_uusi9")


@pytest.mark.parametrize("labels", [[], ["Jokin muu"], ["Erikoissairaanhoito: hoitoa odottavat"] * 2])
def test_a_cube_that_is_not_there_once_is_told_with_the_labels_that_are(labels):
    listed = _collection(*((f"fi/hoitoonpaasy/esh{i}/fact_esh{i}", label) for i, label in enumerate(labels)))
    with pytest.raises(SourceError, match=f"HVA-SAM-0-001: .*{labels[0] if labels else 'nothing'}"):
        find_cube(listed, WAITING, "fi", [])


def test_the_newest_run_is_known_by_its_id_and_the_time_beside_it_is_not_read():
    assert read_run(LATEST | {"added": "2026-11-01 01:15:00", "runid": "20261101131500000"}, ADDRESS, []) > read_run(
        LATEST, ADDRESS, []
    )
    assert read_run(LATEST | {"added": "whatever"}, ADDRESS, []) == LATEST["runid"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"runid": "latest"}, "HVA-SAM-0-002"),
        ({"hydra": "esh02"}, "HVA-SAM-0-002"),
        ({"runid": 20261101113000000}, "HVA-NAT-0-005"),
        ({"runid": None}, "HVA-NAT-0-004"),
    ],
)
def test_a_run_of_another_cube_or_without_an_id_is_refused(change, code):
    with pytest.raises(SourceError, match=code):
        read_run(LATEST | change, ADDRESS, [])
