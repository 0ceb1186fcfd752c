"""Key figures over real loopback: what is asked, which rows are kept, and what is refused. No reply of the live table was recorded; the shapes are those of the population table."""

from decimal import Decimal

import polars as pl
import pytest

from sources.national.key_figures.figures import MEASURES
from sources.simulator.national import NationalServer
from tests.sources.national.conftest import SEED, BentServer, desk_in, rewritten

TABLE = "11ra.px"
ROWS = 24 * 4 * 8


def test_the_first_night_asks_once_for_country_and_counties_and_the_next_asks_three_small_questions(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome, again = desk.key_figures(server), desk.key_figures(server, day=1)
    assert (outcome.status, outcome.objects, outcome.rows, outcome.reason) == ("new", ["key_figure/all"], ROWS, None)
    assert outcome.requests_made == outcome.requests_minimum == 3
    assert (again.status, again.requests_made) == ("unchanged", 3)


def test_the_rows_are_of_the_country_and_the_counties_and_of_no_municipality(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.key_figures(server)
    frame = desk.rows(desk.snapshots("key_figure/all")[0])
    assert set(frame["indicator_code"]) == set(MEASURES)
    assert set(frame["area_code"]) >= {"SSS", "05", "90"} and max(map(len, set(frame["area_code"]))) == 3
    assert frame["area_code"].n_unique() == 24 and frame["origin"].unique().to_list() == ["synthetic"]
    ages = frame.filter(pl.col("indicator_code") == "mean_age_years")["value"]
    assert Decimal(36) < ages.min() < ages.max() < Decimal(54)


def test_a_restated_release_is_a_snapshot_of_its_own_and_one_that_says_the_same_is_none(desk):
    def later(request, response):
        return rewritten(response, lambda d: d | {"updated": "2026-11-03T06:00:00Z"} if "updated" in d else d)

    with NationalServer(day=0, seed=SEED) as server:
        desk.key_figures(server)
    with BentServer(later) as server:
        assert desk.key_figures(server, day=1).status == "unchanged"
    assert len(desk.snapshots()) == 1


def test_a_narrow_limit_of_cells_parts_the_query_and_the_rows_are_the_same(desk, tmp_path):
    other = desk_in(tmp_path / "other")
    with NationalServer(day=0, seed=SEED) as server:
        desk.key_figures(server)
    with NationalServer(day=0, seed=SEED, max_cells=200) as server:
        assert other.key_figures(server).requests_made == 2 + 4
    (whole,), (parted,) = desk.snapshots(), other.snapshots()
    assert whole["content_sha256"] == parted["content_sha256"]
    other.ledger.close()


def _variables(change):
    def bend(request, response):
        is_table = request.method == "GET" and TABLE in request.target
        return rewritten(response, change) if is_table else response

    return bend


def _without_counties(document):
    area = document["variables"][0]
    kept = [i for i, value in enumerate(area["values"]) if not value.startswith("HVA")]
    area["values"], area["valueTexts"] = ([area[key][i] for i in kept] for key in ("values", "valueTexts"))
    return document


def _renamed_measure(document):
    contents = document["variables"][1]
    contents["values"] = [value.replace("dem_huoltos", "huoltos_dem") for value in contents["values"]]
    return document


def _one_variable_more(document):
    document["variables"].append({"code": "sukupuoli_9", "text": "Sukupuoli", "values": ["SSS"], "valueTexts": ["x"]})
    return document


def _figures(change):
    def bend(request, response):
        is_data = request.method == "POST" and len(response.body) > 2000
        return rewritten(response, lambda d: d | {"value": change(d["value"])}) if is_data else response

    return bend


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (_variables(_without_counties), "HVA-KEY-0-003"),
        (_variables(_renamed_measure), "HVA-KEY-0-002: content dem_huoltos is not found once"),
        (_variables(_one_variable_more), "HVA-KEY-0-001"),
        (_figures(lambda values: [None] * len(values)), "HVA-KEY-0-007"),
        (_figures(lambda values: [-1, *values[1:]]), "HVA-KEY-1-"),
        (_figures(lambda values: [str(v) for v in values]), "values as str"),
        (_figures(lambda values: values[:-1]), "cells instead of"),
    ],
    ids=["no county", "renamed", "another shape", "no figure", "below nought", "texts", "cut"],
)
def test_what_cannot_be_used_is_told_in_one_line_and_nothing_is_kept(desk, bend, says):
    with BentServer(bend) as server:
        outcome = desk.key_figures(server)
    assert outcome.status == "failed" and says in outcome.reason and outcome.reason.isprintable()
    assert desk.snapshots() == []
    assert list(desk.home.parquet.rglob("*.parquet")) == []


def test_fewer_figures_than_the_last_good_snapshot_had_are_refused(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.key_figures(server)
    with BentServer(_figures(lambda values: [*values[:-1], None]), day=1) as server:
        outcome = desk.key_figures(server, day=31)
    assert outcome.status == "failed" and f"HVA-KEY-0-008: {ROWS - 1} figures" in outcome.reason
    assert len(desk.snapshots()) == 1


def test_a_parquet_file_that_is_gone_is_written_anew_from_landing(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.key_figures(server)
        path = desk.home.parquet / desk.snapshots()[0]["parquet"]["path"]
        first = path.read_bytes()
        path.unlink()
        desk.key_figures(server, day=1)
    assert path.read_bytes() == first
