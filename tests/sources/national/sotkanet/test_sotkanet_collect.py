"""A night of Sotkanet over real loopback: who is asked, what is kept, and that one indicator's fault is its own."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from sources.landing import erase
from sources.national.sotkanet.catalogue import probed_on
from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Response, json_response
from sources.simulator.national.sotkanet_figures import RESTATED_ID
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in, rewritten
from tests.sources.national.killed import kill_night
from tests.sources.national.sotkanet.conftest import FEW

pytestmark = pytest.mark.usefixtures("few")
TURN = {RESTATED_ID, 4559}  # whose turn the night of day 1 is

OBSERVED = f"sotkanet_observation/{RESTATED_ID}"
DESCRIBED = f"sotkanet_indicator/{RESTATED_ID}"


def _asked(server, kind):
    return [target for _, target in server.seen if f"/rest/1.1/{kind}" in target]


def _probed(server):
    return {int(urlsplit(target).path.rpartition("/")[2]) for target in _asked(server, "indicators/")}


def _is_data_of(indicator_id, request):
    return parse_qs(request.query_text).get("indicator") == [str(indicator_id)]


def _only_data_of(indicator_id, change):
    return lambda request, response: change(request, response) if _is_data_of(indicator_id, request) else response


def test_the_first_night_keeps_every_indicator_its_description_and_the_regions(collected):
    objects = [body["object"] for body in collected.snapshots()]
    assert objects.count("sotkanet_region/all") == 1
    assert {o for o in objects if o.startswith("sotkanet_observation/")} == {f"sotkanet_observation/{i}" for i in FEW}
    assert {o for o in objects if o.startswith("sotkanet_indicator/")} == {f"sotkanet_indicator/{i}" for i in FEW}
    body = collected.snapshots("sotkanet_observation/6411")[0]
    years = "&".join(f"years={year}" for year in range(2021, 2026))
    # This description has no list of sexes, so all are asked for.
    asked = f"indicator=6411&{years}&genders=total&genders=male&genders=female"
    assert body["address"] == f"simulated://sotkanet.fi/rest/1.1/json?{asked}"
    assert collected.snapshots("sotkanet_observation/5587")[0]["address"].endswith("years=2025&genders=total")
    assert (body["source_code"], body["source_updated"], body["licence"]) == ("sotkanet", "2026-02-17", "CC BY 4.0")
    assert body["parquet"]["path"].startswith("sotkanet_observation/")
    assert len(json.loads(collected.landing.path(body["sha256"]).read_bytes())) == body["parquet"]["rows"]


def test_real_figures_stay_what_they_are_and_are_told_from_synthetic_ones(collected):
    rows = collected.rows(collected.snapshots("sotkanet_observation/5587")[0])
    real = rows.filter(origin="published")
    assert set(real["region_category"]) == {"HYVINVOINTIALUE", "MAA"}
    assert real.filter(region_category="MAA", year=2024)["value"].to_list() == [1045]
    # Pohjanmaa's odd series, exactly as published; Åland has none and so no rows.
    assert [int(v) for v in real.filter(hva_code="17").sort("year")["value"]] == [1336, 999, 564, 515, 710, 1000]
    assert real.filter(hva_code="91").is_empty()
    costs = [collected.rows(collected.snapshots(f"sotkanet_observation/{i}")[0]) for i in (3764, 3766)]
    assert {origin for frame in costs for origin in frame["origin"]} == {"synthetic"}
    sums = pl.concat(costs).filter(hva_code="05", year=2024)["value"]
    assert abs(float(sums.sum()) - 693.8) <= 0.1


def test_rows_have_the_shape_of_the_warehouse(collected):
    body = collected.snapshots("sotkanet_observation/127")[0]
    path = collected.home.parquet / body["parquet"]["path"]
    frame = collected.rows(body)
    assert list(frame.schema.items()) == [
        ("snapshot_id", pl.String),
        ("indicator_id", pl.Int32),
        ("region_id", pl.Int32),
        ("region_category", pl.String),
        ("region_code", pl.String),
        ("hva_code", pl.String),
        ("municipality_code", pl.String),
        ("year", pl.Int16),
        ("sex", pl.String),
        ("value", pl.Decimal(18, 6)),
        ("abs_value", pl.Decimal(18, 6)),
        ("value_status", pl.String),
        ("origin", pl.String),
    ]
    assert frame["snapshot_id"].unique().to_list() == [path.stem]
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_an_unchanged_night_probes_one_in_seven_and_fetches_no_rows(collected):
    before = collected.ledger.head()
    with NationalServer(day=0, seed=SEED) as server:
        outcome = collected.sotkanet(server, day=1)
    assert (outcome.status, outcome.objects, outcome.rows, outcome.reason) == ("unchanged", [], 0, None)
    assert outcome.requests_made == outcome.requests_minimum == 2
    assert _probed(server) == probed_on(FIRST_NIGHT + timedelta(days=1)) == TURN
    assert (_asked(server, "json"), _asked(server, "regions")) == ([], [])
    assert collected.ledger.head() == before


def test_a_restated_indicator_is_fetched_alone_and_becomes_a_new_snapshot_beside_the_old_one(collected):
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.sotkanet(server, day=1)
        assert len(_asked(server, "json")) == 1
        again = collected.sotkanet(server, day=1)
    assert (outcome.status, outcome.objects) == ("new", [DESCRIBED, OBSERVED])
    assert outcome.requests_made == outcome.requests_minimum == 3
    assert (again.status, again.requests_made) == ("unchanged", 2)
    old, new = collected.snapshots(OBSERVED)
    assert new["source_updated"] == "2026-11-02" > old["source_updated"]
    key = ["region_id", "year", "sex"]
    moved = collected.rows(old).join(collected.rows(new), on=key).filter(pl.col("value") != pl.col("value_right"))
    assert set(moved["year"]) == {2022, 2023, 2024}
    assert moved.filter(pl.col("hva_code").is_not_null())["hva_code"].n_unique() == 3


def test_after_a_month_the_date_is_not_believed_and_rows_are_compared_when_their_turn_comes(collected):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = collected.sotkanet(server, day=30)
        assert (outcome.status, len(_asked(server, "json"))) == ("unchanged", 2)
        assert len(_asked(server, "regions")) == 1
        server.seen.clear()
        collected.sotkanet(server, day=37)
        assert (len(_asked(server, "indicators/")), len(_asked(server, "json"))) == (len(FEW), len(FEW) - 2)


def test_indicators_whose_turn_fell_on_nights_that_did_not_run_are_not_left_for_ever(collected):
    with NationalServer(day=0, seed=SEED) as server:
        collected.sotkanet(server, day=36)
        server.seen.clear()
        collected.sotkanet(server, day=43)
    assert _probed(server) == set(FEW)


def test_a_snapshot_that_is_gone_is_written_anew_from_landing_byte_for_byte(collected):
    paths = [
        collected.home.parquet / collected.snapshots(name)[0]["parquet"]["path"]
        for name in (OBSERVED, DESCRIBED, "sotkanet_region/all")
    ]
    first = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.sotkanet(server).requests_made == 2
    assert [path.read_bytes() for path in paths] == first


def test_erased_bytes_stay_erased_and_an_erased_list_of_regions_is_asked_for_again(collected):
    for name in (OBSERVED, "sotkanet_region/all"):
        body = collected.snapshots(name)[0]
        erase(collected.home, collected.ledger, body["sha256"], "asked for by the publisher", "operator", FIRST_NIGHT)
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.sotkanet(server, day=1)
        assert len(_asked(server, "regions")) == 1
    assert outcome.objects == [DESCRIBED, OBSERVED]
    assert not (collected.home.parquet / body["parquet"]["path"]).exists()


def _html(_request, _response):
    return Response(200, b"<!DOCTYPE html><html><body>Huoltokatko</body></html>", "text/html")


def _html_called_json(_request, _response):
    return Response(200, b"<!DOCTYPE html><html><body>Huoltokatko</body></html>", "application/json")


def _cut(_request, response):
    return replace(response, body=response.body[: len(response.body) // 2])


def _empty(_request, _response):
    return json_response([])


def _half(_request, response):
    return rewritten(response, lambda rows: rows[: len(rows) // 2])


def _twice(_request, response):
    return rewritten(response, lambda rows: rows + rows[:1])


def _as_text(_request, response):
    return rewritten(response, lambda rows: [row | {"value": str(row.get("value"))} for row in rows])


def _other_indicator(_request, response):
    return rewritten(response, lambda rows: [row | {"indicator": 181} for row in rows])


def _unknown_region(_request, response):
    return rewritten(response, lambda rows: [rows[0] | {"region": 123456}, *rows[1:]])


def _error_500(_request, _response):
    return Response(500, b"<html>Internal Server Error</html>", "text/html")


def _error_404(_request, _response):
    return Response(404, b"<html>Not Found</html>", "text/html")


@pytest.mark.parametrize(
    "fault",
    [
        _html,
        _html_called_json,
        _cut,
        _empty,
        _half,
        _twice,
        _as_text,
        _other_indicator,
        _unknown_region,
        _error_500,
        _error_404,
    ],
    ids=lambda fault: fault.__name__.strip("_"),
)
def test_a_bad_reply_of_one_indicator_is_told_by_its_id_and_its_last_good_rows_stay(collected, fault):
    with BentServer(_only_data_of(RESTATED_ID, fault), day=1) as server:
        outcome = collected.sotkanet(server, day=1)
        assert _probed(server) == TURN
    assert outcome.status == "failed"
    assert "\n" not in outcome.reason and f"indicator {RESTATED_ID} failed" in outcome.reason
    assert "127.0.0.1" in outcome.reason and "last good rows stay" in outcome.reason
    assert len(collected.snapshots(OBSERVED)) == 1
    with NationalServer(day=1, seed=SEED) as server:
        assert collected.sotkanet(server, day=1).objects == [OBSERVED]


def test_indicators_that_fail_stop_no_other(desk):
    failing = {181, 6411}

    def bend(request, response):
        return _error_404(request, response) if request.segments[-1] in map(str, failing) else response

    with BentServer(bend) as server:
        outcome = desk.sotkanet(server)
    assert outcome.status == "failed"
    assert "indicators 181, 6411 failed" in outcome.reason and "404" in outcome.reason
    kept = {int(o.rpartition("/")[2]) for o in outcome.objects if o.startswith("sotkanet_observation/")}
    assert kept == set(FEW) - failing
    with NationalServer(day=0, seed=SEED) as server:
        again = desk.sotkanet(server, day=1)
    assert {o for o in again.objects if "observation" in o} == {f"sotkanet_observation/{i}" for i in failing}


def test_a_service_that_is_down_is_not_asked_about_every_indicator(desk):
    with BentServer(_error_500) as server:
        outcome = desk.sotkanet(server)
        assert len(_probed(server)) == 3
    assert outcome.status == "failed"
    assert "11 more were not asked tonight" in outcome.reason


def test_a_server_that_is_not_there_is_a_failed_outcome(desk):
    with NationalServer(day=0, seed=SEED) as server:
        pass
    outcome = desk.sotkanet(server)
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert "no connection" in outcome.reason and "11 more were not asked tonight" in outcome.reason


def test_a_region_that_is_newer_than_the_known_list_has_the_list_fetched_again(collected):
    new = {"id": 5000, "code": "999", "category": "KUNTA", "title": {"fi": "Uusi"}, "memberOf": [658]}

    def bend(request, response):
        if request.segments[-1] == "regions":
            return rewritten(response, lambda regions: [*regions, new])
        if _is_data_of(RESTATED_ID, request):
            return rewritten(response, lambda rows: [*rows, rows[0] | {"region": 5000}])
        return response

    with BentServer(bend, day=1) as server:
        outcome = collected.sotkanet(server, day=1)
        assert len(_asked(server, "regions")) == 1
    assert outcome.objects == [DESCRIBED, "sotkanet_region/all", OBSERVED]
    frame = collected.rows(collected.snapshots(OBSERVED)[-1])
    assert frame.filter(region_id=5000)["municipality_code"].to_list() == ["999"]


def test_a_part_of_the_list_of_regions_is_refused_and_nothing_is_typed_by_it(desk):
    def bend(request, response):
        return rewritten(response, lambda r: r[:50]) if request.segments[-1] == "regions" else response

    with BentServer(bend) as server:
        outcome = desk.sotkanet(server)
        assert len(_asked(server, "regions")) == 1
        assert _asked(server, "json") == []
    assert outcome.status == "failed" and "HVA-SOT-0-015" in outcome.reason
    assert {o.partition("/")[0] for o in outcome.objects} == {"sotkanet_indicator"}


SETUP = "from tests.sources.national.sotkanet.conftest import few_indicators"


def test_a_night_killed_on_its_way_and_run_again_ends_with_the_same_snapshots(collected, tmp_path):
    root = tmp_path / "killed"
    kill_night(root, "snapshot.written:9", "sotkanet", "base_url_sotkanet", SETUP, "few_indicators()")
    again = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        assert again.sotkanet(server).status == "new"
    found = {event.subject: (event.body, event.at) for event in again.ledger.events("snapshot")}
    assert again.ledger.verify([]) == []
    again.ledger.close()
    assert found == {event.subject: (event.body, event.at) for event in collected.ledger.events("snapshot")}
    for body, _ in found.values():
        path = body["parquet"]["path"]
        assert (root / "parquet" / path).read_bytes() == (collected.home.parquet / path).read_bytes()
