"""A night's visit to Kela over real loopback: what is asked, what is kept, and what a moved stamp brings."""

import shutil

import polars as pl
import pytest

from sources.simulator.national import NationalServer
from tests.sources.national.conftest import SEED, BentServer, desk_in, rewritten

BENEFITS, COUNTY = "kela_benefit/5e8358c2-0001", "kela_county/all"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    root = tmp_path_factory.mktemp("kela") / "home"
    made = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        outcome = made.kela(server)
    made.ledger.close()
    return root, outcome


@pytest.fixture
def office(tmp_path, first):
    found = desk_in(shutil.copytree(first[0], tmp_path / "home"))
    yield found
    found.ledger.close()


def bodies(server) -> list[str]:
    files = [target for method, target in server.seen if method == "GET" and target.endswith((".csv", ".json"))]
    return [target.rpartition("/")[2] for target in files]


def test_the_first_night_pages_through_the_listing_and_keeps_the_file_and_the_package(first, office):
    _, outcome = first
    assert (outcome.status, outcome.objects, outcome.reason) == ("new", [BENEFITS, COUNTY], None)
    # Two pages of the listing, the file, and the package's headers and body.
    assert outcome.requests_made == outcome.requests_minimum == 5
    [body] = office.snapshots(BENEFITS)
    frame = office.rows(body)
    assert frame.height == body["parquet"]["rows"] and body["origin"] == "synthetic"
    assert set(frame["period_grain"]) == {"year", "month"} and frame["paid_eur"].min() < 0
    # Counts under four are not in the file.
    assert frame["recipients"].min() >= 4
    assert office.landing.path(body["sha256"]).read_bytes().startswith(b"kuntanumero;")


def test_an_unchanged_night_fetches_no_body_and_a_moved_stamp_fetches_its_own(office):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = office.kela(server, day=1)
        assert (outcome.status, outcome.requests_made, bodies(server)) == ("unchanged", 3, [])
    with NationalServer(day=1, seed=SEED) as server:
        outcome = office.kela(server, day=2)
        assert (outcome.objects, bodies(server)) == ([BENEFITS, COUNTY], ["data.csv", "dat_hva.json"])
    before, after = (office.rows(body).drop("snapshot_id") for body in office.snapshots(BENEFITS))
    moved = after.join(
        before, on=["municipality_code", "benefit_name", "period_grain", "year", "month"], nulls_equal=True
    )
    assert moved.filter(pl.col("paid_eur") != pl.col("paid_eur_right"))["municipality_code"].to_list() == ["853"]


def test_what_moved_under_an_old_stamp_is_found_by_the_whole_comparison(office):
    from dataclasses import replace

    def bend(request, response):
        changed = response.body.replace(b";vuosi;Kuntoutus;", b";vuosi;Kuntoutus (uusi);")
        return replace(response, body=changed) if request.target.endswith("data.csv") else response

    with BentServer(bend) as server:
        assert office.kela(server, day=29).status == "unchanged"
    with BentServer(bend) as server:
        assert office.kela(server, day=31).objects == [BENEFITS]


def test_a_bad_file_leaves_the_package_and_the_last_good_rows_of_its_own(office):
    def bend(request, response):
        from dataclasses import replace

        if request.target.endswith("data.csv"):
            return replace(response, body=response.body.replace(b"saajat;", b"saajia;", 1))
        return response

    files = {path for path in office.home.landing.rglob("*") if path.is_file()}
    with BentServer(bend, day=1) as server:
        outcome = office.kela(server, day=1)
    assert (outcome.status, outcome.objects) == ("failed", [COUNTY])
    assert outcome.reason.startswith("127.0.0.1: HVA-KELA-0-011: ") and "'saajia' came" in outcome.reason
    landed = {path for path in office.home.landing.rglob("*") if path.is_file()} - files
    assert len(landed) == 1, "the bad file was kept"
    with NationalServer(day=1, seed=SEED) as server:
        assert office.kela(server, day=2).objects == [BENEFITS]


def test_a_bad_package_leaves_the_file(office):
    def bend(request, response):
        is_package = request.target.endswith("dat_hva.json") and request.method == "GET"
        return rewritten(response, lambda rows: [{"x": 1} for _ in rows]) if is_package else response

    with BentServer(bend, day=1) as server:
        outcome = office.kela(server, day=1)
    assert (outcome.status, outcome.objects) == ("failed", [BENEFITS])
    assert "HVA-KELA-0-021" in outcome.reason


def test_parquet_that_is_lost_is_made_again_to_the_same_rows(office):
    [body] = office.snapshots(BENEFITS)
    path = office.home.parquet / body["parquet"]["path"]
    before = pl.read_parquet(path)
    path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        office.kela(server, day=1)
    assert pl.read_parquet(path).equals(before)
