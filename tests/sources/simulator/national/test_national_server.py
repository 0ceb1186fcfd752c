"""The stand-ins behave as the real services do, awkwardness included, over real sockets."""

import json

import pytest
import requests

from sources.simulator.national import NationalServer
from sources.simulator.national.protocol import Request
from sources.simulator.national.pxweb import PxWeb

TABLE = "fi/StatFin/vaerak/11re.px"
AREA, AGE, SEX = "alue_23_20260101", "ikaryhma_10_20180101", "sukupuoli_9_20180101"
CITIES = {
    AREA: ["KU092", "KU049", "KU091"],
    AGE: ["SSS"],
    SEX: ["SSS"],
    "timeperiod_y": ["2025"],
    "contentscode": ["vaerak-vaesto"],
}


@pytest.fixture(scope="module")
def server():
    with NationalServer(day=0, seed=7, max_calls=1000) as running:
        yield running


def _query(selection, filters=None, output="json-stat2"):
    entries = [
        {"code": code, "selection": {"filter": (filters or {}).get(code, "item"), "values": values}}
        for code, values in selection.items()
    ]
    return {"query": entries, "response": {"format": output}}


def _ask(server, query, table=TABLE):
    return requests.post(f"{server.base_url_pxweb}/{table}", json=query, timeout=10)


def _get(server, path):
    return requests.get(f"{server.base_url_pxweb}/{path}", timeout=10)


def test_config_is_read_from_the_root_and_from_a_language(server):
    expected = {"maxValues": 120_000, "maxCells": 120_000, "maxCalls": 1000, "timeWindow": 60, "CORS": True}
    assert _get(server, "?config").json() == expected
    assert _get(server, "fi?config").json() == expected
    assert _get(server, "fi/?config=").text == "Bad Request"


def test_metadata_leaves_false_flags_out_and_lists_areas_by_name(server):
    variables = {v["code"]: v for v in _get(server, TABLE).json()["variables"]}
    assert list(variables) == [AREA, AGE, SEX, "timeperiod_y", "contentscode"]
    assert "time" not in variables[AREA] and variables[AREA]["elimination"] is True
    assert "elimination" not in variables["timeperiod_y"] and variables["timeperiod_y"]["time"] is True
    assert variables[AREA]["values"][:3] == ["SSS", "KU020", "KU005"]
    assert (len(variables[AREA]["values"]), len(variables[AGE]["values"])) == (309, 102)
    assert variables[AGE]["values"][-1] == "100-"


def test_addresses_work_in_another_case_without_the_folder_and_in_other_languages(server):
    base = server.base_url_pxweb.replace("/PxWeb/", "/PXWeb/")
    swedish = requests.get(f"{base}/sv/StatFin/11re.px", timeout=10).json()["variables"][0]
    assert swedish["text"] == "Område"
    assert "Helsingfors" in swedish["valueTexts"]


def test_the_listing_carries_a_bulk_stamp_that_is_not_the_release(server):
    listed = _get(server, "fi/StatFin/vaerak").json()
    assert {row["id"]: row["updated"] for row in listed} == dict.fromkeys(("11ra.px", "11re.px"), "2026-06-06T21:04:32")
    assert _get(server, "fi/StatFin").json()[0]["id"] == "vaerak"
    assert _ask(server, _query(CITIES)).json()["updated"] == "2026-04-01T05:00:00Z"


def test_three_cities_come_in_the_tables_order_with_their_real_figures(server):
    reply = _ask(server, _query(CITIES)).json()
    assert list(reply["dimension"][AREA]["category"]["index"]) == ["KU049", "KU091", "KU092"]
    assert reply["value"] == [325716, 694392, 252956]
    assert reply["role"] == {"time": ["timeperiod_y"], "metric": ["contentscode"], "geo": [AREA]}
    assert reply["extension"]["sotevarasto_simulator"] == {"published": [0, 1, 2]}
    assert reply["dimension"][AREA]["extension"]["elimination"] is False
    assert reply["dimension"][AGE]["extension"] == {"elimination": True, "eliminationValueCode": "SSS", "show": "value"}


def test_a_variable_left_out_is_eliminated_or_taken_whole_and_filters_choose(server):
    selection = {AREA: ["KU09*"], "timeperiod_y": ["2"], AGE: ["SSS"]}
    reply = _ask(server, _query(selection, {AREA: "all", "timeperiod_y": "top"})).json()
    assert SEX not in reply["id"]
    assert list(reply["dimension"]["timeperiod_y"]["category"]["index"]) == ["2024", "2025"]
    assert reply["id"][-1] == "contentscode"
    assert set(reply["dimension"][AREA]["category"]["index"]) == {"KU090", "KU091", "KU092", "KU097", "KU098"}


@pytest.mark.parametrize(
    "query",
    [
        _query(CITIES | {"Alue": ["KU091"]}),
        _query(CITIES | {AREA: ["KU999"]}),
        _query(CITIES, {AREA: "agg:_Maakunnat 2025.agg"}),
        _query(CITIES, output="px"),
        {"response": {"format": "json-stat2"}},
        [],
    ],
)
def test_a_query_it_does_not_understand_is_answered_with_400_as_text(server, query):
    reply = _ask(server, query)
    assert (reply.status_code, reply.text) == (400, "Bad Request")


def test_old_table_names_unknown_languages_and_broken_json_are_400_as_text(server):
    assert _get(server, "fi/StatFin/vaerak/statfin_vaerak_pxt_11re.px").text == "Bad Request"
    assert _get(server, "de/StatFin/vaerak/11re.px").status_code == 400
    assert requests.post(f"{server.base_url_pxweb}/{TABLE}", data=b"{", timeout=10).status_code == 400


def test_more_cells_than_allowed_are_refused_with_403_and_one_year_is_not(server):
    values = {v["code"]: v["values"] for v in _get(server, TABLE).json()["variables"]}
    refused = _ask(server, _query(values | {"timeperiod_y": ["2024", "2025"]}))
    assert (refused.status_code, refused.json()) == (403, {"error": "Too many values selected"})
    year = _ask(server, _query(values | {"timeperiod_y": ["2025"]}))
    assert len(year.json()["value"]) == 94_554


def test_refused_calls_count_in_the_sliding_window():
    now = [0.0]
    service = PxWeb(0, 7, max_cells=100, max_calls=2, window_seconds=60, clock=lambda: now[0])
    config = Request("GET", "/PxWeb/api/v1/fi/?config")

    def call(at):
        now[0] = at
        return service.respond(config)

    assert [call(at).status for at in (0, 1)] == [200, 200]
    refused = call(30)
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    assert json.loads(refused.body)["error"].startswith("429 - Too many requests")
    assert call(61.1).status == 200  # of the three calls only the refused one is still in the window
    assert call(61.2).status == 429  # and there it counts
    assert call(200).status == 200


def test_the_limit_is_of_the_database_alone():
    with NationalServer(day=0, seed=7, max_calls=1) as server:
        assert _get(server, "?config").status_code == 200
        assert _get(server, "?config").status_code == 429
        listed = requests.get(f"{server.base_url_classifications}/correspondenceTables?format=json", timeout=10)
    assert listed.status_code == 200


def _table(server, tail="", raw=False):
    mark = "#" if raw else "%23"
    return (
        f"{server.base_url_classifications}/correspondenceTables/kunta_1_20260101{mark}hyvinvointialue_3_20260101{tail}"
    )


def test_tables_are_listed_as_addresses_that_echo_the_query_string(server):
    listed = requests.get(f"{server.base_url_classifications}/correspondenceTables?format=json", timeout=10).json()
    assert _table(server, "?format=json") in listed
    numbers = {address.split("hyvinvointialue_")[1].split("_")[0] for address in listed if "hyvinvointialue" in address}
    assert len(numbers) > 1


def test_who_does_not_ask_for_json_gets_the_browsable_page(server):
    page = requests.get(_table(server, "/maps"), timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "HTTP 200 OK" in page.text and "Allow: GET, HEAD, OPTIONS" in page.text
    asked = requests.get(_table(server, "/maps"), headers={"Accept": "application/json"}, timeout=10)
    assert isinstance(asked.json(), list)


def test_maps_are_addresses_without_content_and_objects_with_it(server):
    addresses = requests.get(_table(server, "/maps?format=json"), timeout=10).json()
    assert addresses[0] == _table(server, "/maps/005/16?format=json")
    maps = requests.get(_table(server, "/maps?content=data&meta=min&lang=sv&format=json"), timeout=10).json()
    assert len(maps) == len(addresses) == 308
    assert maps[0]["targetItem"]["classificationItemNames"][0]["name"] == "Södra Österbottens välfärdsområde"
    assert maps[0]["modifiedDate"] == "1899-12-31T22:00:00Z"


def test_a_raw_hash_silently_gives_the_list_of_tables(server):
    reply = requests.get(
        _table(server, "/maps?content=data&format=json", raw=True), headers={"Accept": "application/json"}, timeout=10
    )
    assert isinstance(reply.json()[0], str)
    assert "correspondenceTables" in reply.json()[0]


def test_english_names_may_be_missing_and_then_the_list_is_empty(server):
    maps = requests.get(_table(server, "/maps?content=data&meta=min&lang=en&format=json"), timeout=10).json()
    assert maps[0]["sourceItem"]["classificationItemNames"] == []
    assert maps[0]["targetItem"]["classificationItemNames"][0]["name"].endswith("wellbeing services county")


def test_some_names_end_in_blanks(server):
    maps = requests.get(_table(server, "/maps?content=data&meta=min&lang=sv&format=json"), timeout=10).json()
    names = {m["sourceItem"]["code"]: m["sourceItem"]["classificationItemNames"][0]["name"] for m in maps}
    assert (names["081"], names["091"]) == ("Gustav Adolfs  ", "Helsingfors")


@pytest.mark.parametrize(
    "tail", ["", "/correspondenceTables/hyvinvointialue_3_20260101%23kunta_1_20260101/maps", "/levels"]
)
def test_what_is_not_there_is_404_in_json(server, tail):
    reply = requests.get(f"{server.base_url_classifications}{tail}?format=json", timeout=10)
    assert (reply.status_code, reply.json()) == (404, {"statusCode": 404, "message": "Resource not found"})


def test_same_seed_and_day_give_the_same_bytes_and_the_next_day_restates(server):
    query = _query(CITIES | {AREA: ["SSS"]})
    with NationalServer(day=0, seed=7) as again, NationalServer(day=1, seed=7) as next_day:
        assert _ask(again, query).content == _ask(server, query).content
        restated = _ask(next_day, query).json()
    assert restated["updated"] == "2026-11-02T06:00:00Z"
    assert restated["value"] != _ask(server, query).json()["value"]
