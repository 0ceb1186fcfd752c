"""A night's municipality map over real loopback."""

from dataclasses import replace

import polars as pl
import pytest

from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Response, json_response
from tests.sources.national.conftest import SEED, BentServer, rewritten

YEARS = [f"municipality_map/{year}" for year in range(2023, 2027)]


def _asked_for_data(server):
    return [target for _, target in server.seen if "content=data" in target]


def test_the_first_night_keeps_one_map_a_year_with_the_merger_of_2025(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.municipality_map(server)
    assert (outcome.status, outcome.objects, outcome.reason) == ("new", YEARS, None)
    assert outcome.rows == 309 + 309 + 308 + 308
    assert outcome.requests_made == outcome.requests_minimum == 1 + 4 * 6
    rows = {name: desk.rows(desk.snapshots(name)[0]) for name in YEARS}
    assert rows["municipality_map/2024"].filter(municipality_code="588").height == 1
    assert rows["municipality_map/2025"].filter(municipality_code="588").height == 0
    helsinki = rows["municipality_map/2026"].filter(municipality_code="091").row(0, named=True)
    assert helsinki["hva_code"] == "90"
    assert helsinki["hva_name_sv"] == "Helsingfors stad"
    assert helsinki["collaborative_area_code"] == "1"
    assert helsinki["origin"] == "published"
    assert rows["municipality_map/2023"]["collaborative_area_name_en"].null_count() == 309
    assert rows["municipality_map/2026"]["collaborative_area_name_en"].null_count() == 0
    assert rows["municipality_map/2026"].schema["year"] == pl.Int16


def test_an_unchanged_night_compares_pairs_of_codes_and_fetches_no_names(collected):
    before = collected.ledger.head()
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.municipality_map(server, day=1)
    assert (outcome.status, outcome.objects) == ("unchanged", [])
    assert outcome.requests_made == outcome.requests_minimum == 1 + 4 * 2
    assert _asked_for_data(server) == []
    assert collected.ledger.head() == before


def test_after_a_month_names_are_compared_too(collected):
    def renamed(request, response):
        if "content=data" in request.target and "20260101%23hyvinvointialue" in request.target:
            return replace(response, body=response.body.replace(b"Kainuun", b"Kajaanin"))
        return response

    with BentServer(renamed) as server:
        assert collected.municipality_map(server, day=29).status == "unchanged"
        outcome = collected.municipality_map(server, day=30)
    assert outcome.objects == ["municipality_map/2026"]
    old, new = collected.snapshots("municipality_map/2026")
    assert old["parquet"]["path"] != new["parquet"]["path"]
    assert "Kajaanin hyvinvointialue" in set(collected.rows(new)["hva_name_fi"])


def test_a_map_whose_pairs_moved_is_fetched_anew(collected):
    def moved(request, response):
        if "20260101%23hyvinvointialue" not in request.target:
            return response
        return replace(
            response,
            body=response.body.replace(b"maps/005/16", b"maps/005/17").replace(b'_3_20260101/16"', b'_3_20260101/17"'),
        )

    with BentServer(moved) as server:
        outcome = collected.municipality_map(server, day=1)
        assert len(_asked_for_data(server)) == 6
    assert outcome.status == "unchanged"  # the short list moved, the maps themselves did not


def test_a_map_that_is_gone_from_the_parquet_folder_is_written_anew_from_landing(collected):
    path = collected.home.parquet / collected.snapshots("municipality_map/2024")[0]["parquet"]["path"]
    first = path.read_bytes()
    path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.municipality_map(server).requests_made == 9
    assert path.read_bytes() == first


def _html(_request, _response):
    return Response(200, b"<!DOCTYPE html><html><body>Django REST framework</body></html>", "text/html")


def _cut(_request, response):
    return replace(response, body=response.body[:-100])


def _empty(_request, _response):
    return json_response([])


def _fewer(_request, response):
    return rewritten(response, lambda document: document[1:])


def _error_500(_request, _response):
    return Response(500, b"Server Error (500)", "text/html")


@pytest.mark.parametrize(
    "fault", [_html, _cut, _empty, _fewer, _error_500], ids=lambda fault: fault.__name__.strip("_")
)
def test_a_bad_reply_ends_in_one_line_and_the_last_good_maps_stay(collected, fault):
    def bend(request, response):
        return fault(request, response) if "20250101%23yhteistyoalue" in request.target else response

    before = collected.ledger.head()
    with BentServer(bend) as server:
        outcome = collected.municipality_map(server, day=31)
    assert outcome.status == "failed"
    assert outcome.objects == []
    assert "\n" not in outcome.reason and "127.0.0.1" in outcome.reason
    assert [e.kind for e in collected.ledger.events() if e.seq > before.seq].count("snapshot") == 0


def _without_tables(year):
    def bend(request, response):
        if request.target.endswith("/correspondenceTables?format=json"):
            return rewritten(response, lambda listed: [address for address in listed if f"{year}0101" not in address])
        return response

    return bend


def test_tables_that_leave_the_list_are_a_failure(collected):
    with BentServer(_without_tables(2024)) as server:
        outcome = collected.municipality_map(server, day=1)
    assert outcome.status == "failed"
    assert "2024" in outcome.reason


def test_this_years_tables_may_come_late_but_not_go(desk, collected):
    with BentServer(_without_tables(2026)) as server:
        late = desk.municipality_map(server)
        gone = collected.municipality_map(server, day=1)
    assert (late.status, late.objects) == ("new", YEARS[:-1])
    assert late.reason == "the tables of 2026 are not published yet"
    assert gone.status == "failed"
