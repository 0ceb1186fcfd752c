"""A night's visit to the Treasury over real loopback: what is asked, what is kept, and what a moved stamp brings."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import polars as pl
import pytest

from sources.landing import erase
from sources.national.outcome import SourceError
from sources.national.settings import load_settings
from sources.national.treasury.catalogue import due_tonight, read_catalogue
from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Request
from sources.simulator.national.treasury_figures import listed
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in, rewritten

NEWEST = "treasury_cell/HHKNR/2026C06"
BODIES = ("/dokumentti/", "/kuntataloudentaksonomia/")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    root = tmp_path_factory.mktemp("treasury") / "home"
    made = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        outcome = made.treasury(server)
        seen = list(server.seen)
    made.ledger.close()
    return root, outcome, seen


@pytest.fixture
def office(tmp_path, first):
    found = desk_in(shutil.copytree(first[0], tmp_path / "home"))
    yield found
    found.ledger.close()


def bodies(server) -> list[str]:
    return [target for method, target in server.seen if method == "GET" and any(part in target for part in BODIES)]


def test_the_first_night_keeps_a_snapshot_a_package_and_period_with_every_stage(first, office):
    _, outcome, seen = first
    assert (outcome.status, outcome.reason) == ("new", None)
    assert outcome.requests_made == outcome.requests_minimum == len(listed(0)) + 2 + 2 * 3
    assert NEWEST in outcome.objects and "treasury_taxonomy/HHTPP" in outcome.objects
    body = office.snapshots("treasury_cell/HTAS/2025")[0]
    frame = office.rows(body)
    assert frame.height == body["parquet"]["rows"] and len(body["parts"]) == frame["business_id"].n_unique() + 2
    assert set(frame["stage"]) == {"lopullinen", "hyvaksytty"}
    assert body["origin"] == "synthetic" and set(frame["origin"]) == {"synthetic"}
    # No municipal document is asked for, and the 27 GB of a taxonomy are not even asked about.
    assert not [target for _, target in seen if "/KTAS/" in target or "KKTPP" in target]


def test_an_unchanged_night_asks_for_the_catalogue_and_headers_and_for_no_body(office):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = office.treasury(server, day=1)
        asked = bodies(server)
    assert (outcome.status, outcome.objects, asked) == ("unchanged", [], [])
    assert outcome.requests_made == 5


def test_a_moved_stamp_brings_its_document_and_a_new_stage_its_own_and_no_other(office):
    before = office.rows(office.snapshots(NEWEST)[-1])
    with NationalServer(day=1, seed=SEED) as server:
        outcome = office.treasury(server, day=1)
        asked = bodies(server)
    assert outcome.objects == ["treasury_catalogue/all", NEWEST]
    assert [target.split("/dokumentti/")[1].split("/")[0] for target in asked] == ["alustava", "hyvaksytty"]
    after = office.rows(office.snapshots(NEWEST)[-1])
    assert after.height == before.height + 6
    both = after.join(before, on=["business_id", "stage", "cell_code"], suffix="_before")
    assert both.filter(pl.col("amount") != pl.col("amount_before"))["business_id"].n_unique() == 1


def test_a_document_is_believed_for_a_while_and_then_fetched_and_compared(office):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = office.treasury(server, day=29)
        assert (outcome.status, bodies(server)) == ("unchanged", [])
    with NationalServer(day=0, seed=SEED) as server:
        outcome = office.treasury(server, day=30)
        compared = bodies(server)
    assert outcome.status == "unchanged" and len(compared) == len(listed(0)) + 3
    with NationalServer(day=0, seed=SEED) as server:
        office.treasury(server, day=31)
        assert bodies(server) == []


def test_a_figure_that_moved_under_an_old_stamp_is_found_by_the_whole_comparison(office):
    def bend(request, response):
        moved = "/HTAS/" in request.target and "3221308-6/2026" in request.target and response.status == 200
        return rewritten(response, lambda cells: [c | {"arvo": "1.00"} for c in cells]) if moved else response

    with BentServer(bend) as server:
        assert office.treasury(server, day=1).status == "unchanged"
    with BentServer(bend) as server:
        outcome = office.treasury(server, day=30)
    assert outcome.objects == ["treasury_cell/HTAS/2026"]


def test_a_night_takes_no_more_documents_than_it_may_and_the_next_asks_for_the_rest_only(tmp_path, monkeypatch):
    def few(path, url):
        settings = load_settings(path, url)
        return replace(settings, options=settings.options | {"documents_a_night": "100"})

    monkeypatch.setattr("tests.sources.national.conftest.load_settings", few)
    office = desk_in(tmp_path / "home")
    asked = []
    for day in (0, 1, 2):
        with NationalServer(day=0, seed=SEED) as server:
            outcome = office.treasury(server, day)
            asked.append([target for target in bodies(server) if "/dokumentti/" in target])
        if day == 0:
            assert outcome.reason == f"{len(listed(0)) - 100} documents are left for the next nights"
    office.ledger.close()
    assert [len(found) for found in asked] == [100, len(listed(0)) - 100, 0]
    assert not set(asked[0]) & set(asked[1])
    # The newest periods come first.
    assert "2026C06" in asked[0][0]


def test_a_bad_document_is_told_by_its_body_and_the_others_of_its_package_are_kept(tmp_path):
    def bend(request, response):
        bad = "/HHKNR/3221308-6/2026C06" in request.target
        return rewritten(response, lambda cells: [c | {"valuutta": "EUR"} for c in cells]) if bad else response

    office = desk_in(tmp_path / "home")
    with BentServer(bend) as server:
        outcome = office.treasury(server)
    assert outcome.status == "failed" and outcome.reason.startswith("127.0.0.1: 3221308-6: HVA-TRE-0-012: ")
    held = office.rows(office.snapshots(NEWEST)[0])
    assert held["business_id"].n_unique() == 20 and "3221308-6" not in set(held["business_id"])
    with NationalServer(day=0, seed=SEED) as server:
        outcome = office.treasury(server, day=1)
        assert len(bodies(server)) == 1
    assert outcome.objects == [NEWEST]
    assert office.rows(office.snapshots(NEWEST)[-1])["business_id"].n_unique() == 21
    office.ledger.close()


def test_a_taxonomy_that_is_too_large_is_asked_how_large_it_is_and_never_fetched(tmp_path):
    def bend(request, response):
        large = request.target.endswith("/HHTPP.json")
        return replace(response, headers={**response.headers, "Content-Length": "3340527461"}) if large else response

    office = desk_in(tmp_path / "home")
    with BentServer(bend) as server:
        outcome = office.treasury(server)
        asked = [method for method, target in server.seen if target.endswith("/HHTPP.json")]
    office.ledger.close()
    assert asked == ["HEAD"]
    assert (outcome.status, outcome.reason) == ("new", "too large to fetch: taxonomy HHTPP")


def test_parquet_that_is_lost_is_made_again_from_landing_and_erased_bytes_are_not(office):
    files = {body["object"]: office.home.parquet / body["parquet"]["path"] for body in office.snapshots()}
    kept = {name: path.read_bytes() for name, path in files.items()}
    erased = office.snapshots("treasury_cell/HTAS/2026")[0]
    erase(office.home, office.ledger, erased["sha256"], "a test", "a tester", FIRST_NIGHT + timedelta(hours=1))
    for path in files.values():
        path.unlink(missing_ok=True)
    with NationalServer(day=0, seed=SEED) as server:
        office.treasury(server, day=1)
    assert {name for name, path in files.items() if not path.exists()} == {"treasury_cell/HTAS/2026"}
    assert all(path.read_bytes() == kept[name] for name, path in files.items() if path.exists())


def row(**more) -> dict:
    return {
        "ytunnus": "3221308-6",
        "raportointikokonaisuus": "HTAS",
        "raportointikausi": "2025",
        "hyvaksymisvaihe": "Hyväksytty",
        "hyvaksymispvm": "2025-01-04 08:19:43.07",
        "julkaisupvm": None,
        "tunnusluvut": "https://h/rest/v1/json/dokumentti/hyvaksytty/HTAS/3221308-6/2025",
        **more,
    }


CATALOGUES = {
    "HVA-TRE-0-001": [{"aineistot": {}}, [], {"data": [row()]}],
    "HVA-TRE-0-002": [{"aineistot": [{k: v for k, v in row().items() if k != "tunnusluvut"}]}],
    "HVA-TRE-0-003": [{"aineistot": [row(maakunta="x")]}],
    "HVA-TRE-0-004": [{"aineistot": [row(), row(ytunnus=None)]}],
    "HVA-TRE-0-005": [{"aineistot": [row(raportointikausi=2025)]}],
    "HVA-TRE-0-006": [{"aineistot": [row(raportointikokonaisuus="KTAS")]}, {"aineistot": [row(), row()]}],
    "HVA-TRE-0-007": [
        {"aineistot": [row(hyvaksymisvaihe="Luonnos")]},
        {"aineistot": [row(raportointikausi="2025Q1")]},
        {"aineistot": [row(ytunnus="3221308")]},
    ],
}


@pytest.mark.parametrize("code", CATALOGUES)
def test_a_catalogue_of_another_form_is_refused_under_its_code(code):
    for document in CATALOGUES[code]:
        with pytest.raises(SourceError, match=f"^{code}: "):
            read_catalogue(document, 2023, False)


def test_what_is_due_is_new_or_moved_first_then_what_was_compared_longest_ago():
    rows = [row(), row(raportointikausi="2024"), row(raportointikausi="2026"), row(raportointikausi="2023C03")]
    documents = read_catalogue({"aineistot": rows}, 2023, False)
    by_period = {d.period: d for d in documents}

    def noted(name):
        period = name.rpartition("/")[2]
        if period == "2026":
            return {}
        days = {"2025": 1, "2024": 40, "2023C03": 50}[period]
        at = (FIRST_NIGHT - timedelta(days=days)).isoformat()
        document = by_period[period]
        return {"documents": {document.key: {"marker": document.marker, "compared_at": at}}}

    due, left = due_tonight(documents, noted, FIRST_NIGHT, timedelta(days=30), 2)
    assert [(d.object.rpartition("/")[2], left) for d in due] == [("2026", 1), ("2023C03", 1)]


def test_the_stand_in_speaks_the_protocol():
    with NationalServer(day=0, seed=SEED) as server:
        catalogue = json.loads(server.respond_treasury(Request("GET", "/rest/v1/json/aineistot")).body)["aineistot"]
        county = next(r for r in catalogue if r["raportointikokonaisuus"] == "HTAS")
        assert not any(str(server.base_url_treasury) in r["tunnusluvut"] for r in catalogue), "equal days, equal bytes"
        path = urlsplit(county["tunnusluvut"]).path
        cells = json.loads(server.respond_treasury(Request("GET", path)).body)
        again = server.respond_treasury(Request("GET", path)).body
        assert server.respond_treasury(Request("GET", "/rest/v1/json/nothing")).status == 404
    # Keys carry their dots in a document and not in the catalogue; amounts are text.
    assert "hyvaksymisvaihe" in county and "hyväksymisvaihe" in cells[0] and isinstance(cells[0]["arvo"], str)
    assert json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode() == again
