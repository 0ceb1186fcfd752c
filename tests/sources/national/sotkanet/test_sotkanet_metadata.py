"""A description is read with its defects mended and told, kept beside what was sent, and refused when the collecting cannot rest on it."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from sources.national.outcome import SourceError
from sources.national.sotkanet.cleaning import clean_levels, clean_sexes, clean_text
from sources.national.sotkanet.metadata import metadata_rows, read_metadata
from tests.sources.national.recorded import SAMPLES, needs_samples

BLEMISHED = {
    "id": 4559,
    "data-updated": "2025-09-01",
    "range": {"start": 2022, "end": 2024},
    "title": {"fi": "Elintavat (%), 20 - 69-vuotiaat ", "sv": "Levnadsvanor (%)", "en": " "},
    "description": {"fi": "Eka.<br />Toka.", "en": "The municipality\x92s share", "sv": ""},
    "notices": {"fi": " ", "en": "", "sv": ""},
    "primaryValueType": {"code": "INDEKSI", "title": {"fi": "Indeksi"}},
    "decimals": 1,
    "classifications": {
        "age": {"values": []},
        "region": {
            "title": {"fi": "Maakunta, hyvinvointialue, koko maa", "en": "Region, special responsibility area"},
            "values": ["Maakunta", "Maa"],
        },
    },
}


def _changed(**changes):
    return deepcopy(BLEMISHED) | {name.replace("_", "-"): value for name, value in changes.items()}


def test_defects_are_mended_and_told_beside_the_reply_as_sent():
    found = read_metadata(BLEMISHED, 4559, simulated=False)
    row = metadata_rows(found).row(0, named=True)
    assert (found.updated, found.first_year, found.last_year) == ("2025-09-01", 2022, 2024)
    assert found.sexes == ("total", "male", "female")
    assert row["data_updated"] == date(2025, 9, 1)
    assert (row["title_fi"], row["title_en"], row["notices_fi"]) == ("Elintavat (%), 20 - 69-vuotiaat", None, None)
    assert (row["description_fi"], row["description_en"]) == ("Eka.\nToka.", "The municipality’s share")
    assert row["region_categories"] == "MAAKUNTA;HYVINVOINTIALUE;MAA"
    assert row["region_categories_as_sent"] == "Maakunta;Maa"
    assert row["defects"].split(";") == [
        "blanks:title_fi",
        "blanks:title_en",
        "html:description_fi",
        "control_characters:description_en",
        "blanks:notices_fi",
        "level_list_differs_from_text",
        "sex_absent",
        "unit_disagrees_with_title",
    ]
    assert json.loads(row["as_sent"]) == BLEMISHED
    assert row["origin"] == "published"


def test_parts_that_are_not_there_at_all_are_no_fault():
    bare = {name: BLEMISHED[name] for name in ("id", "data-updated", "range", "title")}
    row = metadata_rows(read_metadata(bare, 4559, simulated=True)).row(0, named=True)
    assert (row["value_type"], row["decimals"], row["region_categories"]) == (None, None, "")
    assert row["origin"] == "synthetic"


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "HVA-SOT-0-001: .*'list' came"),
        (_changed(id=4), "HVA-SOT-0-001: the description of 4559 was asked, that of 4 came"),
        (_changed(data_updated=None), "HVA-SOT-0-002"),
        (_changed(data_updated="1.9.2025"), "HVA-SOT-0-002: `data-updated` is '1.9.2025'"),
        (_changed(data_updated="20250901"), "HVA-SOT-0-002"),
        (_changed(range=None), "HVA-SOT-0-003"),
        (_changed(range={"start": 2024, "end": 2022}), "HVA-SOT-0-003"),
        (_changed(range={"start": "2022", "end": 2024}), "HVA-SOT-0-003"),
        (_changed(range={"start": 2022, "end": 20240}), "HVA-SOT-0-003"),
        (_changed(title={"fi": " <br />"}), "HVA-SOT-0-004"),
        (_changed(limits={"fi": 5}), "HVA-SOT-0-005"),
    ],
)
def test_a_description_that_cannot_be_relied_on_is_refused_in_one_line(document, says):
    with pytest.raises(SourceError, match=says) as refused:
        read_metadata(document, 4559, simulated=False)
    assert "\n" not in str(refused.value)


@needs_samples
def test_the_recorded_description_is_read_and_its_defects_told():
    recorded = json.loads((Path(SAMPLES) / "sotkanet/indicator_4.json").read_text(encoding="utf-8"))
    found = read_metadata(recorded, 4, simulated=False)
    assert (found.updated, found.first_year, found.last_year) == ("2016-11-02", 1996, 2015)
    assert found.sexes == ("total", "male", "female")
    row = found.row
    assert (row["value_type"], row["decimals"]) == ("PER1000", 1)
    assert (
        row["region_categories"]
        == "KUNTA;SEUTUKUNTA;MAAKUNTA;SAIRAANHOITOPIIRI;ERVA;ALUEHALLINTOVIRASTO;SUURALUE;NUTS1;MAA"
    )
    assert row["description_fi"].endswith("Tilastokeskuksen Väestötilaston tietoja.")
    assert "<" not in row["description_fi"] + row["legislation_fi"]
    assert row["notices_fi"] is None
    assert "html:description_fi" in row["defects"] and "level" not in row["defects"]


@needs_samples
def test_every_recorded_variant_of_titles_sexes_and_levels_is_understood():
    recorded = json.loads((Path(SAMPLES) / "sotkanet/indicators_subset.json").read_text(encoding="utf-8"))
    blanks = set()
    for entry in recorded:
        classes = entry["classifications"]
        assert "level_unknown" not in clean_levels(classes["region"]["values"], None)[1]
        assert clean_sexes(classes["sex"]["values"])[1] in ((), ("sex_empty",))
        for title in entry["title"].values():
            mended, rules = clean_text(title)
            assert set(rules) <= {"blanks"} and mended
            if rules:
                blanks.add(entry["id"])
    assert {239, 315, 316, 355, 362, 363, 396, 3164, 3520} <= blanks
