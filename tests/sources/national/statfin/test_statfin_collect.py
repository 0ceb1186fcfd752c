"""A night's population over real loopback: what is asked, what is kept, and what is left alone when a reply is bad."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import requests

from sources.landing import erase
from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Response, json_response
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in, rewritten
from tests.sources.national.killed import kill_night

YEARS = [f"population/{year}" for year in range(2018, 2026)]


def _posts(server):
    return [target for method, target in server.seen if method == "POST"]


def _only_newest_year(change):
    """Bend the reply with the whole of the newest year, not the probe's."""

    def bend(request, response):
        return change(request, response) if b'"2025"' in request.body and len(response.body) > 5000 else response

    return bend


def test_the_first_night_keeps_one_snapshot_a_year_in_one_request_each(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.population(server)
    assert (outcome.status, outcome.objects, outcome.reason) == ("new", YEARS, None)
    assert outcome.rows == len(YEARS) * 309 * 102 * 3
    # With limits and metadata well below what the service allows a minute.
    assert outcome.requests_made == outcome.requests_minimum == 2 + len(YEARS)
    body = desk.snapshots("population/2025")[0]
    assert body["source_updated"] == "2026-04-01T05:00:00Z"
    assert body["address"] == "simulated://pxdata.stat.fi/PxWeb/api/v1/fi/StatFin/vaerak/11re.px"
    assert body["licence"] == "CC BY 4.0"
    assert body["origin"] == "synthetic"
    assert json.loads(desk.landing.path(body["sha256"]).read_bytes())["size"] == [309, 102, 3, 1, 1]
    assert body["request"]["query"][3] == {"code": "timeperiod_y", "selection": {"filter": "item", "values": ["2025"]}}


def test_the_rows_are_those_of_the_spec_and_real_figures_are_told_from_synthetic_ones(collected):
    body = collected.snapshots("population/2025")[0]
    frame = collected.rows(body)
    assert dict(frame.schema) == {
        "snapshot_id": pl.String,
        "year": pl.Int16,
        "area_code": pl.String,
        "sex": pl.String,
        "age_years": pl.Int16,
        "population": pl.Int64,
        "value_status": pl.String,
        "origin": pl.String,
    }
    assert frame["snapshot_id"].unique().to_list() == [Path(body["parquet"]["path"]).stem]
    real = frame.filter(origin="published")
    assert real.select("area_code", "population", "sex", "age_years").rows() == [
        ("049", 325716, "total", None),
        ("091", 694392, "total", None),
        ("092", 252956, "total", None),
    ]
    assert oct((collected.home.parquet / body["parquet"]["path"]).stat().st_mode)[-3:] == "600"


def test_an_unchanged_night_asks_for_one_cell_and_keeps_nothing(collected):
    with NationalServer(day=0, seed=SEED) as server:
        before = collected.ledger.head()
        outcome = collected.population(server, day=1)
    assert (outcome.status, outcome.objects, outcome.rows) == ("unchanged", [], 0)
    assert outcome.requests_made == outcome.requests_minimum == 3
    assert len(_posts(server)) == 1
    assert collected.ledger.head() == before


def test_a_restated_year_becomes_a_new_snapshot_of_the_same_object_beside_the_old_one(collected):
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.population(server, day=1)
        again = collected.population(server, day=1)
    assert (outcome.status, outcome.objects) == ("new", ["population/2025"])
    old, new = collected.snapshots("population/2025")
    assert new["source_updated"] > old["source_updated"]
    rows = collected.rows(old).join(collected.rows(new), on=["area_code", "sex", "age_years"], nulls_equal=True)
    moved = rows.filter(pl.col("population") != pl.col("population_right"))
    assert 0 < len(moved) < 1000
    assert {"SSS"} < set(moved["area_code"]) and not set(moved["area_code"]) & {"049", "091", "092"}
    assert (again.status, again.requests_made) == ("unchanged", 3)


def test_after_a_month_the_time_stamp_is_not_believed_and_the_data_itself_is_compared(collected):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = collected.population(server, day=30)
        assert len(_posts(server)) == len(YEARS)
        assert outcome.status == "unchanged"
        server.seen.clear()
        collected.population(server, day=31)
    assert len(_posts(server)) == 1


def test_a_lower_cell_limit_splits_the_year_and_the_rows_are_the_same(desk, collected):
    whole = collected.snapshots("population/2022")[0]
    with NationalServer(day=0, seed=SEED, max_cells=40_000) as server:
        outcome = desk.population(server)
        split = desk.snapshots("population/2022")[0]
        assert outcome.requests_made == 2 + len(YEARS) * 3
        assert split["content_sha256"] == whole["content_sha256"]
        listed = json.loads(desk.landing.path(split["sha256"]).read_bytes())["parts"]
        assert [desk.landing.path(part["sha256"]).stat().st_size for part in listed] == [p["bytes"] for p in listed]
        lost = desk.home.parquet / split["parquet"]["path"]
        first = lost.read_bytes()
        lost.unlink()
        assert desk.population(server).status == "unchanged"
        assert lost.read_bytes() == first


def _later(response):
    return rewritten(response, lambda document: document | {"updated": "2030-01-01T06:00:00Z"})


def test_parts_of_a_year_from_two_releases_are_never_put_together_and_the_next_night_takes_it(desk):
    """The table is released anew between the second part of 2023 and its third."""
    seen = []

    def bend(request, response):
        if b'"2023"' not in request.body or len(response.body) < 5000:
            return response
        seen.append(request)
        return _later(response) if len(seen) == 3 else response

    with BentServer(bend, max_cells=40_000) as server:
        outcome = desk.population(server)
    assert outcome.status == "failed" and len(seen) == 3
    assert "2023: the table was released anew while it was read" in outcome.reason
    assert outcome.objects == [name for name in YEARS if name != "population/2023"]
    with NationalServer(day=0, seed=SEED) as server:
        assert desk.population(server, day=1).objects == ["population/2023"]


def test_the_years_of_another_release_than_the_newest_are_compared_the_next_night(desk):
    """Each year is whole, but not of one release: the probe of one cell would not tell."""
    years = iter(range(1_000))

    def bend(request, response):
        return _later(response) if len(response.body) > 5000 and next(years) > 2 else response

    with BentServer(bend) as server:
        assert desk.population(server).status == "new"
    with NationalServer(day=0, seed=SEED) as server:
        assert desk.population(server, day=1).status == "unchanged"
        # The metadata were the first long reply: two years came under the release that the probe tells.
        assert len(_posts(server)) == 1 + len(YEARS) - 2


def test_a_parquet_file_that_is_gone_is_written_anew_from_landing_byte_for_byte(collected):
    path = collected.home.parquet / collected.snapshots("population/2018")[0]["parquet"]["path"]
    first = path.read_bytes()
    path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.population(server).requests_made == 3
    assert path.read_bytes() == first


def test_erased_bytes_stay_erased(collected):
    body = collected.snapshots("population/2018")[0]
    erase(collected.home, collected.ledger, body["sha256"], "asked for by the publisher", "operator", FIRST_NIGHT)
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.population(server, day=1).status == "unchanged"
    assert not (collected.home.parquet / body["parquet"]["path"]).exists()


def test_refused_calls_are_waited_out_and_counted(desk):
    with NationalServer(day=0, seed=SEED, max_calls=10, window_seconds=1) as server:
        for _ in range(10):
            requests.get(f"{server.base_url_pxweb}/fi/?config", timeout=5)
        outcome = desk.population(server, attempts=4)
    assert outcome.status == "new"
    assert outcome.requests_made > outcome.requests_minimum == 2 + len(YEARS)


def _html(_request, _response):
    return Response(200, b"<!DOCTYPE html><html><body>Huoltokatko</body></html>", "text/html")


def _html_called_json(_request, _response):
    return Response(200, b"<!DOCTYPE html><html><body>Huoltokatko</body></html>", "application/json")


def _cut(_request, response):
    return replace(response, body=response.body[: len(response.body) // 2])


def _empty_list(_request, _response):
    return json_response([])


def _no_values(_request, response):
    return rewritten(response, lambda document: document | {"value": []})


def _all_null(_request, response):
    return rewritten(response, lambda document: document | {"value": [None] * len(document["value"])})


def _one_figure_less(_request, response):
    return rewritten(response, lambda document: document | {"value": [*document["value"][:-1], None]})


def _text(_request, response):
    return rewritten(response, lambda document: document | {"value": [str(n) for n in document["value"]]})


def _wrong_total(_request, response):
    return rewritten(
        response, lambda document: document | {"value": [document["value"][0] + 1, *document["value"][1:]]}
    )


def _error_500(_request, _response):
    return Response(500, b"Internal Server Error", "text/plain")


@pytest.mark.parametrize(
    "fault",
    [
        _html,
        _html_called_json,
        _cut,
        _empty_list,
        _no_values,
        _all_null,
        _one_figure_less,
        _text,
        _wrong_total,
        _error_500,
    ],
    ids=lambda fault: fault.__name__.strip("_"),
)
def test_a_bad_reply_ends_in_one_line_and_the_last_good_rows_stay(collected, fault):
    before, noted = collected.snapshots(), _notes(collected, "2025")
    landed = sorted(collected.home.landing.rglob("*"))
    with BentServer(_only_newest_year(fault), day=1) as server:
        outcome = collected.population(server, day=1)
    assert outcome.status == "failed"
    assert outcome.reason and "\n" not in outcome.reason and "127.0.0.1" in outcome.reason
    assert outcome.objects == []
    assert collected.snapshots() == before and _notes(collected, "2025") == noted
    assert sorted(collected.home.landing.rglob("*")) == landed


def _notes(desk, year):
    """How often a year was noted as compared whole."""
    noted = (event.subject for event in desk.ledger.events("source_check"))
    return sum(subject.startswith(f"statfin_population/population/{year}/") for subject in noted)


def test_one_bad_year_does_not_keep_the_others_out_and_the_next_night_takes_it(desk):
    def bend(request, response):
        return _wrong_total(request, response) if b'"2023"' in request.body and len(response.body) > 5000 else response

    with BentServer(bend) as server:
        outcome = desk.population(server)
    assert outcome.status == "failed"
    assert outcome.objects == [name for name in YEARS if name != "population/2023"]
    assert "2023: HVA-POP-0-004" in outcome.reason
    with NationalServer(day=0, seed=SEED) as server:
        assert desk.population(server, day=1).objects == ["population/2023"]


def test_a_year_that_leaves_the_table_is_a_failure_not_a_deletion(collected):

    def without_2022(document):
        if "variables" in document:
            time = document["variables"][3]
            time["values"] = time["valueTexts"] = [year for year in time["values"] if year != "2022"]
        return document

    with BentServer(lambda _request, response: rewritten(response, without_2022)) as server:
        outcome = collected.population(server, day=1)
    assert outcome.status == "failed"
    assert "population/2022 is no longer in the table" in outcome.reason


def test_a_table_that_moved_says_so_with_the_servers_own_words(desk):
    with BentServer(
        lambda request, response: response if "config" in request.target else Response(400, b"Bad Request", "text/html")
    ) as server:
        outcome = desk.population(server)
    assert outcome.status == "failed"
    assert "400" in outcome.reason and "Bad Request" in outcome.reason and "11re.px" in outcome.reason


def test_a_server_that_is_not_there_is_a_failed_outcome(desk):
    with NationalServer(day=0, seed=SEED) as server:
        pass
    outcome = desk.population(server)
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert "no connection" in outcome.reason


def test_a_night_killed_at_durable_steps_and_run_again_ends_with_the_same_snapshots(collected, tmp_path):
    root = tmp_path / "killed"
    for point in ("snapshot.written:3", "ledger.committed:3"):
        kill_night(root, point, "statfin_population", "base_url_pxweb")
    again = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        assert again.population(server).objects == YEARS[4:]
        # The release, the years that are lacking, and the one that was kept but not yet noted as compared.
        assert len(_posts(server)) == 1 + len(YEARS[4:]) + 1
    found = [(event.subject, event.body, event.at) for event in again.ledger.events("snapshot")]
    assert again.ledger.verify([]) == []
    again.ledger.close()
    undisturbed = [e for e in collected.ledger.events("snapshot") if e.body["source_code"] == "statfin_population"]
    assert found == [(event.subject, event.body, event.at) for event in undisturbed]
    for _, body, _ in found:
        path = body["parquet"]["path"]
        assert (root / "parquet" / path).read_bytes() == (collected.home.parquet / path).read_bytes()
