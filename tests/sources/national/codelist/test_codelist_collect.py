"""A night of koodistot.suomi.fi over real loopback: offsets, addresses of broader codes, and what is refused."""

import polars as pl
import pytest

from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import json_response
from tests.sources.national.conftest import SEED, BentServer, rewritten

PROFESSION = "code_list_item/profession"


def _bodies(server):
    return [target for _, target in server.seen if "pageSize=500" in target]


def test_occupations_are_kept_with_their_names_tree_and_dates(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.codelist(server)
    assert (outcome.status, outcome.objects, outcome.requests_made) == ("new", [PROFESSION], 1)
    body = desk.snapshots(PROFESSION)[0]
    assert body["address"].startswith(
        "simulated://koodistot.suomi.fi/codelist-api/api/v1/coderegistries/jhs/codeschemes/"
    )
    rows = desk.rows(body)
    dentist = rows.filter(code="2261").row(0, named=True)
    names = [dentist[f"code_name_{language}"] for language in ("fi", "sv", "en")]
    assert names == ["Hammaslääkärit", "Tandläkare", "Dentists"]
    assert (dentist["parent_code"], dentist["status"], f"{dentist['valid_from']}") == ("226", "VALID", "2010-01-01")
    assert rows.filter(code="2")["parent_code"].to_list() == [None]
    assert rows.filter(pl.col("code_name_sv").is_null()).height > 0


def test_an_unchanged_night_asks_two_small_questions_and_a_month_later_all_is_compared(desk):
    with NationalServer(day=0, seed=SEED) as server:
        desk.codelist(server)
        server.seen.clear()
        outcome = desk.codelist(server, day=1)
        assert (outcome.status, outcome.requests_made, _bodies(server)) == ("unchanged", 2, [])
        assert desk.codelist(server, day=30).status == "unchanged"
        assert len(_bodies(server)) == 1


def _with(change):
    def bent(document):
        change(document["results"][0])
        return document

    return lambda _, response: rewritten(response, bent)


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (_with(lambda code: code.pop("prefLabel")), "HVA-NAT-0-001"),
        (_with(lambda code: code.update({"code": code.pop("codeValue")})), "HVA-NAT-0-002"),
        (_with(lambda code: code.update(status=None)), "HVA-NAT-0-004"),
        (_with(lambda code: code.update(prefLabel="Nimi")), "HVA-NAT-0-005"),
        (_with(lambda code: code.update(prefLabel={"en": "Only English"})), "HVA-CLI-1-005"),
        (_with(lambda code: code.update(startDate="eilen")), "HVA-COD-0-001"),
        (lambda _, r: rewritten(r, lambda d: d | {"results": d["results"][1:]}), "HVA-COD-0-021"),
        (lambda _, r: rewritten(r, lambda d: d | {"results": [*d["results"][1:], d["results"][1]]}), "HVA-CLI-1-0"),
        (lambda _, __: json_response({"httpStatusCode": 404, "message": "Not found"}, 404), "status 404"),
    ],
)
def test_a_bad_list_is_told_and_nothing_is_kept(desk, bend, told):
    with BentServer(bend) as server:
        outcome = desk.codelist(server)
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert told in outcome.reason and outcome.reason.isprintable()


def test_an_added_field_is_told_and_the_list_is_taken(desk):
    with BentServer(_with(lambda code: code.update(subCodeScheme={}))) as server:
        outcome = desk.codelist(server)
    assert (outcome.status, outcome.reason) == ("new", f"HVA-NAT-0-003: {PROFESSION}: field subCodeScheme is new")
