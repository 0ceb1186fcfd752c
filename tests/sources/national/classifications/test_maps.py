"""Map objects become one row a municipality with names in three languages, and nothing is guessed where they disagree."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from sources.national.classifications.maps import LANGUAGES, municipality_map, require_no_loss
from sources.national.digest import content_digest
from sources.national.outcome import SourceError
from tests.sources.national.recorded import SAMPLES, needs_samples

TABLES = ("kunta_1_20260101#hyvinvointialue_3_20260101", "kunta_1_20260101#yhteistyoalue_1_20260101")
NAMES = {
    "005": {"fi": "Alajärvi", "sv": "Alajärvi"},
    "091": {"fi": "Helsinki", "sv": "Helsingfors"},
    "16": {
        "fi": "Etelä-Pohjanmaan hyvinvointialue",
        "sv": "Södra Österbottens välfärdsområde",
        "en": "South Ostrobothnia",
    },
    "90": {"fi": "Helsingin kaupunki", "sv": "Helsingfors stad"},
    "3": {"fi": "Sisä-Suomen yhteistyöalue", "sv": "Inre Finlands samarbetsområde", "en": "Inland Finland"},
    "1": {"fi": "Etelä-Suomen yhteistyöalue", "sv": "Södra Finlands samarbetsområde", "en": "Southern Finland"},
}


def _item(code, language):
    name = NAMES[code].get(language)
    return {
        "localId": f"x/{code}",
        "level": 1,
        "code": code,
        "classificationItemNames": [{"langName": language, "lang": language, "name": name}] if name else [],
    }


def _map(table, source, target, language):
    return {
        "sourceLocalId": f"a/{source}",
        "modifiedDate": "1899-12-31T22:00:00Z",
        "validTo": None,
        "correspondenceTable": {"localId": table, "correspondenceTableTexts": ""},
        "sourceItem": _item(source, language),
        "targetItem": _item(target, language),
    }


def _documents(table, pairs):
    return {language: [_map(table, *pair, language) for pair in pairs] for language in LANGUAGES}


def _both():
    county = _documents(TABLES[0], [("091", "90"), ("005", "16")])
    return county, _documents(TABLES[1], [("005", "3"), ("091", "1")])


def test_one_row_a_municipality_in_the_order_of_codes_with_missing_names_left_empty():
    frame = municipality_map(2026, *_both(), TABLES)
    assert frame.rows() == [
        (
            *(2026, "005", "Alajärvi", "Alajärvi"),
            *("16", "Etelä-Pohjanmaan hyvinvointialue", "Södra Österbottens välfärdsområde", "South Ostrobothnia"),
            *("3", "Sisä-Suomen yhteistyöalue", "Inre Finlands samarbetsområde", "Inland Finland", "published"),
        ),
        (
            *(2026, "091", "Helsinki", "Helsingfors", "90", "Helsingin kaupunki", "Helsingfors stad", None),
            *("1", "Etelä-Suomen yhteistyöalue", "Södra Finlands samarbetsområde", "Southern Finland", "published"),
        ),
    ]


def test_codes_that_lost_their_zeros_get_them_back():
    counties, areas = _both()
    for language in LANGUAGES:
        counties[language][1]["sourceItem"]["code"] = 5
        areas[language][0]["sourceItem"]["code"] = "5"
        areas[language][0]["targetItem"]["code"] = "03"
    frame = municipality_map(2026, counties, areas, TABLES)
    assert frame.select("municipality_code", "hva_code", "collaborative_area_code").row(0) == ("005", "16", "3")


def test_blanks_round_a_name_are_not_part_of_it():
    counties, areas = _both()
    counties["sv"][0]["sourceItem"]["classificationItemNames"][0]["name"] = "Helsingfors  "
    assert municipality_map(2026, counties, areas, TABLES)["municipality_name_sv"].to_list() == [
        "Alajärvi",
        "Helsingfors",
    ]


def test_the_order_of_the_reply_does_not_matter():
    counties, areas = _both()
    turned = [{language: list(reversed(maps)) for language, maps in one.items()} for one in (counties, areas)]
    assert content_digest(municipality_map(2026, *turned, TABLES)) == content_digest(
        municipality_map(2026, counties, areas, TABLES)
    )


def _set(documents, place, path, value, languages=LANGUAGES):
    for language in languages:
        target = documents[language][place]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value


def _empty(counties, _areas):
    counties["sv"].clear()


def _addresses(counties, _areas):
    counties["fi"][:] = ["https://data.stat.fi/…"]


def _other_table(counties, _areas):
    _set(counties, 0, ("correspondenceTable", "localId"), "kunta_1_20250101#hyvinvointialue_1_20250101")


def _no_target(counties, _areas):
    _set(counties, 0, ("targetItem",), None)


def _long_code(counties, _areas):
    _set(counties, 0, ("targetItem", "code"), "901")


def _twice(counties, _areas):
    for maps in counties.values():
        maps.append(deepcopy(maps[0]))


def _another_in_swedish(counties, _areas):
    _set(counties, 0, ("targetItem", "code"), "16", ["sv"])


def _fewer_areas(_counties, areas):
    for maps in areas.values():
        maps.pop()


@pytest.mark.parametrize(
    ("break_it", "rule"),
    [
        (_empty, "HVA-MAP-0-001"),
        (_addresses, "HVA-MAP-0-001"),
        (_other_table, "HVA-MAP-0-001"),
        (_no_target, "HVA-MAP-0-002"),
        (_long_code, "HVA-MAP-0-002"),
        (_twice, "HVA-MAP-0-002.*twice"),
        (_another_in_swedish, "HVA-MAP-0-003"),
        (_fewer_areas, "HVA-MAP-0-004.*091"),
    ],
)
def test_maps_that_disagree_or_are_something_else_are_refused_in_one_line(break_it, rule):
    counties, areas = _both()
    break_it(counties, areas)
    with pytest.raises(SourceError, match=rule) as refused:
        municipality_map(2026, counties, areas, TABLES)
    assert "\n" not in str(refused.value)


def test_a_year_never_loses_a_municipality():
    frame = municipality_map(2026, *_both(), TABLES)
    require_no_loss(frame, {"parquet": {"rows": 2}})
    with pytest.raises(SourceError, match="HVA-MAP-0-005"):
        require_no_loss(frame, {"parquet": {"rows": 3}})


@needs_samples
def test_recorded_maps_of_other_classifications_are_not_taken_for_ours():
    sample = Path(SAMPLES) / "classifications/correspondenceTable_maps_meta-min_TRUNCATED.json"
    recorded = json.loads(sample.read_text(encoding="utf-8"))["items"]
    _, areas = _both()
    with pytest.raises(
        SourceError, match="HVA-MAP-0-001: kunta_1_20260101#hyvinvointialue_3_20260101 was asked, maps of"
    ):
        municipality_map(2026, dict.fromkeys(LANGUAGES, recorded), areas, TABLES)


@needs_samples
def test_the_maps_agree_with_the_recorded_municipality_keys(collected):
    import csv

    body = collected.snapshots("municipality_map/2026")[0]
    columns = ["municipality_code", "municipality_name_fi", "municipality_name_sv", "hva_code", "hva_name_en"]
    with (Path(SAMPLES) / "classifications/geofi_municipality_key_2026_subset.csv").open(encoding="utf-8") as file:
        recorded = [
            (
                row["municipality_code"].zfill(3),
                row["municipality_name_fi"],
                row["municipality_name_sv"].strip(),
                row["hyvinvointialue_code"].zfill(2),
                row["hyvinvointialue_name_en"],
            )
            for row in csv.DictReader(file)
        ]
    assert sorted(collected.rows(body).select(columns).rows()) == sorted(recorded)
