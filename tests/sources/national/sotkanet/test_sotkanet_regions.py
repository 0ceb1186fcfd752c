"""Regions of colliding code systems are told apart by category and id, and nothing is guessed where id and code disagree."""

import csv
from pathlib import Path

import pytest

from sources.national.outcome import SourceError
from sources.national.sotkanet.regions import county_ids, known_regions, region_rows, require_whole
from sources.simulator.national.sotkanet_regions import listed
from tests.sources.national.recorded import SAMPLES, needs_samples

SEED = Path(__file__).parents[4] / "dbt_project" / "seeds" / "raw__region_code.csv"


def _region(region_id, category, code, name="", **more):
    return {"id": region_id, "code": code, "category": category, "title": {"fi": name, "sv": " ", "en": name}} | more


NOW, BEFORE, REGION, DISTRICT = (
    _region(963, "HYVINVOINTIALUE", "7", "Kanta-Hämeen hyvinvointialue"),
    _region(877, "HYVINVOINTIALUE", "7", "Etelä-Karjalan hyvinvointialue"),
    _region(705, "MAAKUNTA", "07", "Päijät-Häme"),
    _region(607, "SAIRAANHOITOPIIRI", "7", "Kainuu"),
)


def _by_id(document):
    return {row["region_id"]: row for row in region_rows(document, simulated=False).iter_rows(named=True)}


def test_the_same_code_is_four_regions_and_each_is_told_by_its_category_and_id():
    found = _by_id([NOW, BEFORE, REGION, DISTRICT])
    assert [
        (found[i]["hva_code"], found[i]["county_system"], found[i]["region_code"]) for i in (963, 877, 705, 607)
    ] == [
        ("07", "2024", "07"),
        ("11", "before_2024", "07"),
        (None, None, "07"),
        (None, None, "7"),
    ]


def test_codes_get_their_zeros_back_and_keep_what_was_sent():
    municipality = _region(2, "KUNTA", "5", "Alajärvi", memberOf=[958, 658], uri="http://www.yso.fi/onto/kunnat/k005")
    row = _by_id([municipality, _region(956, "Hyvinvointialue", "91", "Ahvenanmaa")])[2]
    assert (row["municipality_code"], row["region_code"], row["code_as_sent"]) == ("005", "005", "5")
    assert (row["member_of"], row["uri"], row["name_sv"]) == ("658;958", "http://www.yso.fi/onto/kunnat/k005", None)


def test_a_collaborative_area_is_taken_only_where_name_and_code_agree():
    found = _by_id(
        [
            _region(981, "YTA", "02", "Itä-Suomen yhteistyöalue"),
            _region(982, "YTA", "2", "Länsi-Suomen yhteistyöalue"),
            _region(983, "YTA", "7", "Uusi yhteistyöalue"),
        ]
    )
    assert [found[i]["collaborative_area_code"] for i in (981, 982, 983)] == ["2", None, None]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"regions": []}, "HVA-SOT-0-011"),
        ([], "HVA-SOT-0-011"),
        ([5], "HVA-SOT-0-011"),
        ([NOW | {"id": None}], "HVA-SOT-0-011"),
        ([NOW | {"id": "x"}], "HVA-SOT-0-011"),
        ([NOW, NOW], "HVA-SOT-0-012: region 963"),
        ([_region(1001, "HYVINVOINTIALUE", "7", "Kanta-Häme")], "HVA-SOT-0-013: county 1001 with code 7"),
        ([NOW | {"code": "3"}], "HVA-SOT-0-013: county 963 with code 3"),
        ([BEFORE | {"code": "11"}], "HVA-SOT-0-013: county 877"),
    ],
)
def test_a_list_that_is_something_else_or_names_an_unknown_county_is_refused_in_one_line(document, says):
    with pytest.raises(SourceError, match=says) as refused:
        region_rows(document, simulated=False)
    assert "\n" not in str(refused.value)


def test_a_part_of_the_list_is_refused():
    whole = listed()
    require_whole(region_rows(whole, simulated=True))
    for lacking in (
        [r for r in whole if r["id"] != 658],
        [r for r in whole if r["id"] != 978],
        [r for r in whole if r["category"] != "KUNTA"],
    ):
        with pytest.raises(SourceError, match="HVA-SOT-0-015"):
            require_whole(region_rows(lacking, simulated=True))


def test_rows_may_be_of_a_county_by_an_id_that_is_listed_no_longer():
    known = known_regions(region_rows([NOW], simulated=False))
    assert known.filter(region_id=877).row(0) == (877, "HYVINVOINTIALUE", "07", "11", None)
    assert known["region_id"].is_unique().all()
    assert len(known) == len(county_ids()) == 45


@needs_samples
def test_ids_and_codes_of_counties_agree_with_the_recorded_ones():
    with (Path(SAMPLES) / "sotkanet/hyvinvointialueet_old_new_ids.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    now = {(int(r["uusi_id"]), r["uusi_code"], r["uusi_code"].zfill(2), "2024") for r in rows}
    before = {
        (int(r["vanha_id"]), r["vanha_code"], r["uusi_code"].zfill(2), "before_2024") for r in rows if r["vanha_id"]
    }
    assert set(county_ids().rows()) == now | before


def test_the_ids_that_observations_are_read_by_are_those_that_analysts_are_told():
    with SEED.open(encoding="utf-8", newline="") as file:
        told = {
            (row["external_code"], row["region_code"])
            for row in csv.DictReader(file)
            if row["code_system"].startswith("sotkanet_region_id") and row["region_level"] == "county"
        }
    assert told == {(str(row["region_id"]), row["hva_code"]) for row in county_ids().iter_rows(named=True)}
