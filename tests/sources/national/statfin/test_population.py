"""Cells become rows with a meaning for each, and a year is taken only when it holds together as a whole."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sources.national.digest import content_digest
from sources.national.outcome import SourceError
from sources.national.statfin.cube import Cube, parse_cube
from sources.national.statfin.population import (
    in_order,
    population_rows,
    require_asked,
    require_no_loss,
    require_totals,
)
from tests.sources.national.recorded import SAMPLES, needs_samples

CODES = {
    "alue_23_20260101": ("SSS", "KU005"),
    "ikaryhma_10_20180101": ("SSS", "000", "100-"),
    "sukupuoli_9_20180101": ("SSS", "1", "2"),
    "timeperiod_y": ("2025",),
}
# area × age × sex: the country is its only municipality
NUMBERS = [10, 6, 4, 7, 4, 3, 3, 2, 1] * 2


def _cube(values=NUMBERS, status=None, published=None, codes=None) -> Cube:
    codes = codes or CODES
    values = np.array(values, dtype=float)
    symbols = np.full(len(values), "", dtype=object)
    for position, symbol in (status or {}).items():
        symbols[position] = symbol
    return Cube(
        updated="2026-04-01T05:00:00Z",
        labels={code: code for code in codes},
        roles={"time": ("timeperiod_y",), "geo": ("alue_23_20260101",)},
        codes=codes,
        values=values,
        status=symbols,
        published=published,
    )


@needs_samples
def test_the_recorded_reply_gives_published_totals_of_three_cities():
    document = json.loads((Path(SAMPLES) / "pxweb/api-query-three-cities.json").read_text(encoding="utf-8"))
    frame = in_order(population_rows(parse_cube(document), simulated=False))
    assert frame.rows() == [
        (2025, "049", "total", None, 325716, "value", "published"),
        (2025, "091", "total", None, 694392, "value", "published"),
        (2025, "092", "total", None, 252956, "value", "published"),
    ]


def test_codes_become_the_projects_own_and_sss_keeps_its_meaning_in_each_dimension():
    frame = in_order(population_rows(_cube(), simulated=False))
    assert frame["area_code"].unique().sort().to_list() == ["005", "SSS"]
    assert frame.row(0) == (2025, "005", "female", None, 4, "value", "published")
    assert frame.filter(area_code="005", sex="total")["age_years"].to_list() == [None, 0, 100]
    assert frame.filter(area_code="005", sex="male")["population"].to_list() == [6, 4, 2]
    assert frame.schema["population"] == pl.Int64
    assert frame.schema["age_years"] == pl.Int16


def test_every_absent_figure_has_its_reason_and_none_becomes_zero():
    values = [0, np.nan, np.nan, np.nan, np.nan, np.nan, 7, 8, 9, *NUMBERS[:9]]
    frame = population_rows(_cube(values, {2: ".", 3: "..", 4: "...", 5: "-", 6: "*"}), simulated=False)
    assert frame["value_status"].to_list()[:8] == [
        "true_zero",
        "missing",
        "not_applicable",
        "missing",
        "suppressed",
        "true_zero",
        "provisional",
        "value",
    ]
    assert frame["population"].to_list()[:8] == [0, None, None, None, None, 0, 7, 8]


@pytest.mark.parametrize(
    ("values", "status", "says"),
    [
        ([10.6, *NUMBERS[1:]], None, "HVA-POP-0-002"),
        ([-1, *NUMBERS[1:]], None, "HVA-POP-0-002"),
        ([np.nan, *NUMBERS[1:]], {0: "?"}, "HVA-POP-0-003: 1 cells carry '\\?' in place of a number"),
        (NUMBERS, {0: ".."}, "HVA-POP-0-003: 1 cells carry '\\.\\.' beside a number"),
    ],
)
def test_a_number_or_symbol_that_cannot_be_right_refuses_the_reply(values, status, says):
    with pytest.raises(SourceError, match=says):
        population_rows(_cube(values, status), simulated=False)


def test_synthetic_cells_are_never_shown_as_published():
    published = np.zeros(18, dtype=bool)
    published[0] = True
    frame = population_rows(_cube(published=published), simulated=True)
    assert frame["origin"].to_list() == ["published"] + ["synthetic"] * 17
    with pytest.raises(SourceError, match="which cells are real"):
        population_rows(_cube(), simulated=True)


def test_a_reply_with_other_dimensions_or_values_than_asked_is_refused():
    require_asked(_cube(), {code: tuple(reversed(values)) for code, values in CODES.items()})
    with pytest.raises(SourceError, match="HVA-POP-0-001"):
        require_asked(_cube(), {code: CODES[code] for code in list(CODES)[:3]})
    with pytest.raises(SourceError, match="HVA-POP-0-001.*timeperiod_y"):
        require_asked(_cube(), CODES | {"timeperiod_y": ("2024",)})


@pytest.mark.parametrize(("cell", "column"), [(0, "area_code"), (1, "area_code"), (9, "sex"), (12, "age_years")])
def test_a_total_that_is_not_the_sum_of_its_parts_refuses_the_year(cell, column):
    values = list(NUMBERS)
    values[cell] += 1
    with pytest.raises(SourceError, match="HVA-POP-0-004"):
        require_totals(population_rows(_cube(values), simulated=False))
    require_totals(population_rows(_cube(), simulated=False))


def test_totals_are_not_judged_where_a_part_has_no_figure():
    require_totals(population_rows(_cube([np.nan] * 4 + NUMBERS[4:9] + [np.nan] * 9), simulated=False))


def test_fewer_figures_than_the_last_good_snapshot_are_a_loss_unless_the_division_is_new():
    frame = population_rows(_cube(), simulated=False)
    require_no_loss(frame, {"values": 18, "area_variable": "alue_23_20260101"}, "alue_23_20260101")
    with pytest.raises(SourceError, match="HVA-POP-0-005: 18 figures where the last good snapshot had 19"):
        require_no_loss(frame, {"values": 19, "area_variable": "alue_23_20260101"}, "alue_23_20260101")
    require_no_loss(frame, {"values": 19, "area_variable": "alue_23_20250101"}, "alue_23_20260101")
    with pytest.raises(SourceError, match="HVA-POP-0-005"):
        require_no_loss(frame, {"values": 100, "area_variable": "alue_23_20250101"}, "alue_23_20260101")


def test_the_digest_is_of_what_is_said_not_of_the_order_it_is_said_in():
    turned = {code: tuple(reversed(values)) for code, values in CODES.items()}
    one = in_order(population_rows(_cube(), simulated=False))
    other = in_order(population_rows(_cube(list(reversed(NUMBERS)), codes=turned), simulated=False))
    assert content_digest(one) == content_digest(other)
    changed = in_order(population_rows(_cube([11, *NUMBERS[1:]]), simulated=False))
    assert content_digest(one) != content_digest(changed)
