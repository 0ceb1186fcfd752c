"""json-stat2 is read by role, id and size in every form it may take, and refused where it contradicts itself."""

import json
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

from sources.national.outcome import SourceError
from sources.national.statfin.cube import parse_cube
from tests.sources.national.recorded import SAMPLES, needs_samples

REPLY = {
    "version": "2.0",
    "class": "dataset",
    "updated": "2026-04-01T05:00:00Z",
    "role": {"time": ["year"], "geo": ["area"]},
    "id": ["area", "year"],
    "size": [2, 2],
    "dimension": {
        "year": {"label": "Vuosi", "category": {"index": {"2025": 1, "2024": 0}}},
        "area": {"label": "Alue", "category": {"index": {"KU049": 0, "KU091": 1}}},
    },
    "value": [1, 2, 3, 4],
}


def _changed(**changes):
    return deepcopy(REPLY) | changes


def _codes_of_each_cell(cube, dimension):
    return [cube.codes[dimension][i] for i in cube.positions(dimension)]


@needs_samples
def test_the_recorded_reply_of_three_cities_is_read_with_its_roles():
    document = json.loads((Path(SAMPLES) / "pxweb/api-query-three-cities.json").read_text(encoding="utf-8"))
    cube = parse_cube(document)
    assert cube.updated == "2026-04-01T05:00:00Z"
    assert cube.roles["time"] == ("timeperiod_y",)
    assert _codes_of_each_cell(cube, "alue_23_20260101") == ["KU049", "KU091", "KU092"]
    assert cube.values.tolist() == [325716, 694392, 252956]
    assert cube.published is None


def test_a_dense_array_is_row_major_over_id_whatever_the_order_of_the_dimension_object():
    cube = parse_cube(REPLY)
    assert _codes_of_each_cell(cube, "area") == ["KU049", "KU049", "KU091", "KU091"]
    assert _codes_of_each_cell(cube, "year") == ["2024", "2025", "2024", "2025"]
    assert cube.values.tolist() == [1, 2, 3, 4]


def test_a_sparse_object_leaves_the_cells_it_does_not_name_without_a_number():
    cube = parse_cube(_changed(value={"3": 4, "0": 1.0}))
    assert np.isnan(cube.values).tolist() == [False, True, True, False]
    assert cube.values[[0, 3]].tolist() == [1, 4]


@pytest.mark.parametrize("status", [{"1": ".."}, [None, "..", None, None], ["", "..", "", ""]])
def test_null_with_a_status_keeps_the_symbol_of_its_cell(status):
    cube = parse_cube(_changed(value=[1, None, 3, 4], status=status))
    assert np.isnan(cube.values).tolist() == [False, True, False, False]
    assert cube.status.tolist() == ["", "..", "", ""]


def test_one_status_for_all_cells_and_categories_as_an_array_or_a_lone_label_are_read():
    document = _changed(size=[2, 1], value=[1, 2], status="*")
    document["dimension"]["area"]["category"] = {"index": ["KU092", "KU049"]}
    document["dimension"]["year"]["category"] = {"label": {"2025": "2025"}}
    cube = parse_cube(document)
    assert cube.codes == {"area": ("KU092", "KU049"), "year": ("2025",)}
    assert cube.status.tolist() == ["*", "*"]


def test_the_simulators_label_tells_real_cells_from_synthetic_ones():
    cube = parse_cube(_changed(extension={"sotevarasto_simulator": {"published": [0, 3]}}))
    assert cube.published.tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "no json-stat2 dataset"),
        ({"error": "Parameter error"}, "no json-stat2 dataset"),
        ({"columns": [], "data": []}, "no json-stat2 dataset"),
        (_changed(updated=None), "`updated` is None"),
        (_changed(updated="2026-06-06T21:04:30"), "no time with a zone"),
        (_changed(id=["area"]), "do not describe its dimensions"),
        (_changed(size=[2, 3]), "lists 2 values where the reply's size says 3"),
        (_changed(value=[1, 2, 3]), "3 cells instead of 4"),
        (_changed(value=[]), "0 cells instead of 4"),
        (_changed(value=["1", "2", "3", "4"]), "as str instead of numbers"),
        (_changed(value=[1, 2, True, 4]), "as bool instead of numbers"),
        (_changed(value=[1, 2, [3], 4]), "as list instead of numbers"),
        (_changed(value={"4": 1}), "outside its 4 cells"),
        (_changed(value={"x": 1}), "no number"),
        (_changed(value="1,2,3,4"), "neither an array nor an object"),
        (_changed(status=["..", ".."]), "status has 2 cells instead of 4"),
        (_changed(extension={"sotevarasto_simulator": True}), "simulator and reader differ"),
    ],
)
def test_a_reply_that_is_another_thing_or_contradicts_itself_is_refused_in_one_line(document, says):
    with pytest.raises(SourceError, match=says) as refused:
        parse_cube(document)
    assert "\n" not in str(refused.value)


def test_categories_with_gaps_or_twice_the_same_value_are_refused():
    for index in ({"KU049": 0, "KU091": 2}, ["KU049", "KU049"]):
        document = deepcopy(REPLY)
        document["dimension"]["area"]["category"] = {"index": index}
        with pytest.raises(SourceError, match="dimension area"):
            parse_cube(document)
