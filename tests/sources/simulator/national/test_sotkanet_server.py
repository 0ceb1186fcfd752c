"""The stand-in of Sotkanet has the habits of the real one, over real sockets."""

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sources.national.sotkanet.catalogue import catalogue, probed_on
from sources.simulator.calendar import business_time
from sources.simulator.national import NationalServer
from sources.simulator.national.figures import FIGURES
from sources.simulator.national.protocol import Request
from sources.simulator.national.sotkanet import Sotkanet
from sources.simulator.national.sotkanet_figures import RESTATED_ID

ROWS = "json?indicator=6411&years=2024&years=2025&genders=total"


@pytest.fixture(scope="module")
def server():
    with NationalServer(day=0, seed=7) as running:
        yield running


def _get(server, path, **more):
    return requests.get(f"{server.base_url_sotkanet}/{path}", timeout=10, **more)


def _body(day, seed, path):
    return Sotkanet(day, seed).respond(Request("GET", f"/rest/1.1/{path}", {"user-agent": "x"})).body


def test_whoever_does_not_name_itself_is_refused(server):
    session = requests.Session()
    session.headers.clear()
    request = requests.Request("GET", f"{server.base_url_sotkanet}/regions", headers={"User-Agent": None})
    prepared = session.prepare_request(request)
    prepared.headers.pop("User-Agent", None)
    # requests lets urllib3 name itself when nobody else does, so the header is sent empty.
    prepared.headers["User-Agent"] = ""
    assert session.send(prepared, timeout=10).status_code == 403
    assert Sotkanet(0, 7).respond(Request("GET", "/rest/1.1/regions")).status == 403
    assert _get(server, "regions").status_code == 200


def test_an_unknown_indicator_or_path_is_404_and_no_json(server):
    for path in ("indicators/999999", "indicators/x", "nothing", "json?indicator=999999&years=2024"):
        reply = _get(server, path)
        assert reply.status_code == 404
        assert reply.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    [
        "json?indicator=6411&years=2024,2025&genders=total",
        "json?indicator=6411&genders=total",
        "json?indicator=6411&indicator=181&years=2024",
        "json?indicator=6411&years=2024&genders=all",
    ],
)
def test_a_list_with_commas_and_other_misuse_is_400(server, path):
    assert _get(server, path).status_code == 400


def test_a_region_filter_is_not_looked_at_and_all_levels_come_mixed(server):
    whole = _get(server, "json?indicator=127&years=2024&genders=total").json()
    assert _get(server, "json?indicator=127&years=2024&genders=total&region=658&regions=658").json() == whole
    categories = {r["id"]: r["category"] for r in _get(server, "regions").json()}
    counted = Counter(categories[row["region"]] for row in whole)
    assert counted["MAA"] == 1 and counted["HYVINVOINTIALUE"] >= 22 and counted["KUNTA"] > 250
    assert len(counted) == 8


def test_what_is_not_known_is_not_there_and_an_unknown_year_is_an_empty_list(server):
    rows = _get(server, ROWS).json()
    assert {row["region"] for row in rows}.isdisjoint({956})
    assert all(row["value"] is not None for row in rows if "value" in row)
    assert _get(server, "json?indicator=6411&years=1990&genders=total").json() == []
    assert _get(server, "json?indicator=6411&years=2024&genders=male").json() == []


def test_published_figures_are_served_exactly_and_say_so(server):
    with (FIGURES / "sotkanet/primary_care.csv").open(encoding="utf-8", newline="") as file:
        known = {
            (r["hva_code"], int(r["year"])): float(r["value"])
            for r in csv.DictReader(file)
            if r["sotkanet_id"] == "6411" and r["value"] and r["year"] in ("2024", "2025")
        }
    codes = {r["id"]: r["code"].zfill(2) for r in _get(server, "regions").json() if r["category"] == "HYVINVOINTIALUE"}
    codes[658] = "FI"
    told = {
        (codes[row["region"]], row["year"]): row["value"]
        for row in _get(server, ROWS).json()
        if row.get("sotevarasto_simulator") == "published"
    }
    assert told == known
    assert len(known) == 2 * 23  # 22 counties, since Åland has none, and the country


def test_some_rows_come_without_their_rate(server):
    rows = _get(server, "json?indicator=286&years=2024&genders=total").json()
    bare = [row for row in rows if "value" not in row]
    assert bare and all(0 <= row["absValue"] < 5 for row in bare)


def test_descriptions_carry_the_defects_that_were_seen(server):
    described = {i.indicator_id: _get(server, f"indicators/{i.indicator_id}").json() for i in catalogue()}
    texts = [d["description"]["en"] for d in described.values()]
    assert all("\x92" in text and "<br />" in text for text in texts)
    assert described[5033]["title"]["fi"].endswith(" ")
    assert described[4559]["primaryValueType"]["code"] == "INDEKSI" and "(%)" in described[4559]["title"]["fi"]
    classes = [d["classifications"] for d in described.values()]
    assert all("Hyvinvointialue" not in c["region"]["values"] for c in classes)
    assert all("hyvinvointialue" in c["region"]["title"]["fi"] for c in classes)
    assert any("sex" not in c for c in classes) and any(c.get("sex", {}).get("values") == [] for c in classes)
    assert any(len(set(v)) < len(v) for v in (c["region"]["values"] for c in classes))
    assert [item["id"] for item in _get(server, "indicators").json()] == list(described)


def test_regions_have_the_ids_of_2024_codes_without_zeros_and_members_only_for_municipalities(server):
    regions = _get(server, "regions").json()
    assert Counter(r["category"] for r in regions) == {
        "KUNTA": 308,
        "HYVINVOINTIALUE": 23,
        "SAIRAANHOITOPIIRI": 21,
        "MAAKUNTA": 19,
        "YTA": 6,
        "ERVA": 5,
        "NUTS1": 2,
        "MAA": 1,
    }
    found = {r["id"]: r for r in regions}
    assert len(found) == len(regions)
    assert (found[658]["code"], found[963]["code"], found[956]["code"]) == ("358", "7", "91")
    alajarvi = found[2]
    assert (alajarvi["code"], alajarvi["title"]["fi"]) == ("005", "Alajärvi")
    assert {658, 958, 982} <= set(alajarvi["memberOf"])
    assert all(not r["memberOf"] and "uri" not in r for r in regions if r["category"] != "KUNTA")


def test_the_same_day_and_seed_give_the_same_bytes_and_the_seed_moves_synthetic_figures_only():
    for path in ("regions", "indicators/6411", ROWS):
        assert _body(0, 7, path) == _body(0, 7, path)
    assert _body(0, 7, "json?indicator=181&years=2024") != _body(0, 8, "json?indicator=181&years=2024")
    assert _body(0, 7, ROWS) == _body(0, 8, ROWS)


def test_a_figure_does_not_depend_on_which_other_years_were_asked_for():
    def of_2024(path):
        rows = json.loads(_body(0, 7, path))
        return sorted((row for row in rows if (row["year"], row["gender"]) == (2024, "total")), key=str)

    alone = of_2024("json?indicator=4&years=2024&genders=total")
    assert alone == of_2024("json?indicator=4&years=2024&years=2020&years=2018&genders=total&genders=male")


def test_day_one_restates_one_indicator_whose_turn_it_is_that_night():
    assert RESTATED_ID in probed_on(business_time(1))
    assert RESTATED_ID in probed_on(datetime(2026, 11, 3, tzinfo=UTC) + timedelta(days=7))
    query = f"json?indicator={RESTATED_ID}&years=2024"
    assert _body(0, 7, query) != _body(1, 7, query) == _body(9, 7, query)
    assert b'"data-updated":"2026-11-02"' in _body(1, 7, f"indicators/{RESTATED_ID}")
    for other in (181, 6411):
        assert _body(0, 7, f"indicators/{other}") == _body(1, 7, f"indicators/{other}")
        assert _body(0, 7, f"json?indicator={other}&years=2024") == _body(1, 7, f"json?indicator={other}&years=2024")
    early = f"json?indicator={RESTATED_ID}&years=2019"
    assert _body(0, 7, early) == _body(1, 7, early)
