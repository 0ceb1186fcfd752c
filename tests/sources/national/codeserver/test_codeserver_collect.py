"""A night of THL's code server over real loopback: what is asked, what is kept, what is refused."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sources.national.codeserver.csapi import concepts, item_row, read_page
from sources.national.codeserver.rows import ITEM_COLUMNS, ORGANISATION_COLUMNS, require_list, typed
from sources.national.outcome import SourceError
from sources.simulator.national import NationalServer
from sources.simulator.national.code_servers import MOST_A_PAGE
from sources.simulator.national.protocol import Response, json_response
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in, rewritten

SAMPLES = os.environ.get("SOTEVARASTO_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SOTEVARASTO_SAMPLES names no folder of recorded replies")
LISTS = [
    *(f"code_list_item/{name}" for name in ("service_class", "contact_mode", "specialty")),
    "care_organisation/all",
]
REGISTER, MODES = "6.202.2008", "6.127.201801"


@pytest.fixture(scope="module")
def first_codes_night(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("codes") / "home"
    made = desk_in(root)
    with NationalServer(day=0, seed=SEED) as server:
        outcome = made.codeserver(server)
    made.ledger.close()
    assert (outcome.status, outcome.reason, outcome.objects) == ("new", None, LISTS)
    # The register has two pages.
    assert outcome.requests_made == outcome.requests_minimum == len(LISTS) + 1
    return root


@pytest.fixture
def collected(tmp_path: Path, first_codes_night: Path):
    found = desk_in(shutil.copytree(first_codes_night, tmp_path / "collected"))
    yield found
    found.ledger.close()


def _bodies(server):
    return [target for _, target in server.seen if "pageSize=500" in target]


def _only(part, change):
    return lambda request, response: change(response) if part in request.target else response


@needs_samples
def test_the_recorded_mock_of_csapi_is_read_with_its_numbers_as_text():
    document = json.loads((Path(SAMPLES) / "koodistot/csapi_conceptcodes_TEST_MOCK.json").read_text(encoding="utf-8"))
    notes = []
    found = concepts([read_page(document, "x", notes)], "x")
    rows = typed([item_row(concept, "municipality") for concept in found], ITEM_COLUMNS, "x", simulated=False)
    assert rows.select("code", "code_name_fi", "status", "valid_from", "origin").rows() == [
        ("100", "Turku", "ACTIVE", None, "published"),
        ("200", "Kangasniemi", "ACTIVE", None, "published"),
    ]
    assert notes == []


def test_codes_keep_their_dates_and_their_place_in_the_tree(collected):
    rows = collected.rows(collected.snapshots("code_list_item/service_class")[0])
    ended = rows.filter(code="205").row(0, named=True)
    assert (ended["code_name_fi"], ended["parent_code"]) == ("Työikäisten palvelut", "200")
    assert (f"{ended['valid_from']}", f"{ended['valid_to']}") == ("2018-01-01", "2025-12-31")
    assert (ended["status"], ended["origin"]) == ("ACTIVE", "synthetic")


def test_the_register_is_read_over_all_its_pages(collected):
    body = collected.snapshots("care_organisation/all")[0]
    rows = collected.rows(body)
    assert rows.height > MOST_A_PAGE and len(body["parts"]) == 2
    assert rows["organisation_code"].n_unique() == rows.height
    units = rows.filter(rows["parent_organisation_code"].is_not_null())
    assert set(units["parent_organisation_code"]) < set(rows["organisation_code"])
    assert set(units["sector_code"]) == {"1", "2"}
    assert set(units["is_health_care_unit"]) == {"true", "false"}


def test_rows_have_the_shape_of_the_warehouse(collected):
    import duckdb

    from warehouse.registry import stage_registry

    stage_registry(collected.home, collected.ledger, FIRST_NIGHT)
    for name in ("code_list_item", "care_organisation"):
        folder = collected.home.build / "national" / name
        written = next(path for path in sorted(folder.iterdir()) if path.name != "_empty.parquet")
        empty, kept = (
            duckdb.sql(f"DESCRIBE FROM read_parquet('{path}')").fetchall()
            for path in (folder / "_empty.parquet", written)
        )
        assert empty == kept


def test_an_unchanged_night_asks_two_small_questions_a_list(collected):
    before = collected.ledger.head()
    with NationalServer(day=1, seed=SEED) as server:
        outcome = collected.codeserver(server, day=1)
    assert (outcome.status, outcome.requests_made, _bodies(server)) == ("unchanged", 2 * len(LISTS), [])
    assert collected.ledger.head() == before


def test_a_list_that_was_modified_is_read_whole_and_alone(collected):
    with NationalServer(day=2, seed=SEED) as server:
        outcome = collected.codeserver(server, day=2)
        assert len(_bodies(server)) == 2
    assert outcome.objects == ["care_organisation/all"]
    old, new = (collected.rows(body) for body in collected.snapshots("care_organisation/all"))
    renamed = old.join(new, on="organisation_code").filter(old["organisation_name_fi"] != new["organisation_name_fi"])
    assert renamed.height == 1 and "uusi" in renamed["organisation_name_fi_right"][0]


def test_a_code_that_is_gone_is_seen_by_the_number_of_codes_although_none_was_modified(collected):
    def shorter(response):
        def cut(document):
            kept = document["conceptCodes"][:8]
            total = 0 if document["totalItems"] == 0 else 8
            return document | {"conceptCodes": kept, "totalItems": total, "totalPages": 1}

        return rewritten(response, cut)

    with BentServer(_only(MODES, shorter)) as server:
        outcome = collected.codeserver(server, day=1)
    assert "code_list_item/contact_mode: HVA-COD-0-004" in outcome.reason, "one of nine is more than a tenth"


def test_after_a_month_dates_are_not_believed_and_lists_are_compared_whole(collected):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = collected.codeserver(server, day=30)
        assert (outcome.status, len(_bodies(server))) == ("unchanged", len(LISTS) + 1)


def test_a_snapshot_that_is_gone_is_written_anew_from_landing_byte_for_byte(collected):
    paths = [collected.home.parquet / body["parquet"]["path"] for body in collected.snapshots()]
    first = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        collected.codeserver(server)
    assert [path.read_bytes() for path in paths] == first


def _with(change):
    def bent(document):
        for concept in document["conceptCodes"][:1]:
            change(concept)
        return document

    return lambda response: rewritten(response, bent)


def _fewer_than_said(response):
    return rewritten(response, lambda d: d | {"conceptCodes": d["conceptCodes"][1:]})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_with(lambda c: c.pop("status")), "HVA-NAT-0-001"),
        (_with(lambda c: c.update({"state": c.pop("status")})), "HVA-NAT-0-002"),
        (_with(lambda c: c.update(status=None)), "HVA-NAT-0-004"),
        (_with(lambda c: c["attributes"][0].update(attributeValue="Nimi")), "HVA-NAT-0-005"),
        (_with(lambda c: c.update(beginDate="1.1.2018")), "HVA-COD-0-001"),
        (_with(lambda c: c.update(expirationDate="2001-01-01")), "HVA-COD-0-003"),
        (_with(lambda c: c.update(conceptCodeId="R 10")), "HVA-CLI-1-004"),
        (_fewer_than_said, "HVA-COD-0-011"),
        (lambda _: json_response({"conceptCodes": [], "page": 1, "totalPages": 0, "totalItems": 0}), "HVA-COD-0-002"),
        (lambda _: json_response([1]), "HVA-NAT-0-005"),
        (lambda _: Response(200, b"<!DOCTYPE html><html></html>", "text/html"), "HTML page"),
        (lambda r: replace(r, body=r.body[:50]), "JSON"),
        (lambda _: Response(404, b"", "application/json"), "status 404"),
        (lambda _: Response(500, b"", "application/json"), "status 500"),
    ],
)
def test_a_bad_list_is_told_and_stops_no_other(desk, change, told):
    with BentServer(_only(MODES, change)) as server:
        outcome = desk.codeserver(server)
    assert (outcome.status, outcome.objects) == ("failed", [name for name in LISTS if "contact_mode" not in name])
    assert told in outcome.reason and outcome.reason.isprintable()
    with NationalServer(day=0, seed=SEED) as server:
        assert desk.codeserver(server).objects == ["code_list_item/contact_mode"]


def test_an_added_field_is_told_and_the_list_is_taken(desk):
    with BentServer(_only(MODES, _with(lambda c: c.update(hierarchyLevel=0)))) as server:
        outcome = desk.codeserver(server)
    assert (outcome.status, outcome.objects) == ("new", LISTS)
    assert outcome.reason == "HVA-NAT-0-003: code_list_item/contact_mode: field hierarchyLevel is new"


def test_pages_without_end_are_not_followed(desk):
    empty = {"conceptCodes": [], "totalPages": 10**9, "totalItems": 10**9, "page": 1}
    with BentServer(_only(MODES, lambda _: json_response(empty))) as server:
        assert "HVA-COD-0-011" in desk.codeserver(server).reason
    assert len([target for _, target in server.seen if MODES in target]) == 1


def test_a_server_that_is_not_there_is_asked_once(desk):
    with NationalServer(day=0, seed=SEED) as server:
        pass
    outcome = desk.codeserver(server)
    assert (outcome.status, outcome.requests_minimum) == ("failed", 1) and "no connection" in outcome.reason


def test_a_list_may_grow_and_lose_a_few():
    rows = [{"organisation_code": f"1.{n}", "organisation_name_fi": "x", "status": "ACTIVE"} for n in range(9)]
    frame = typed(rows, ORGANISATION_COLUMNS, "x", simulated=True)
    require_list(frame, {"parquet": {"rows": 10}}, "x")
    with pytest.raises(SourceError, match="HVA-COD-0-004: x: 9 rows where the last good list had 11"):
        require_list(frame, {"parquet": {"rows": 11}}, "x")
