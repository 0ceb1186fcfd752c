"""Variables are found by what they are, not by codes that move every year; what cannot be told apart is refused."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from sources.national.outcome import SourceError
from sources.national.statfin.metadata import Limits, population_table, read_limits
from tests.sources.national.recorded import SAMPLES, needs_samples

METADATA = {
    "title": "Väestö",
    "variables": [
        {
            "code": "alue_23_20270101",
            "text": "Alue",
            "values": ["SSS", "KU020", "KU005", "MK01"],
            "valueTexts": ["KOKO MAA", "Akaa", "Alajärvi", "Uusimaa"],
            "elimination": True,
            "map": "Alue 2027",
        },
        {
            "code": "ikaryhma_11_20280101",
            "text": "Ikä",
            "values": ["SSS", "000", "100-"],
            "valueTexts": ["Y", "0", "100 -"],
        },
        {
            "code": "sukupuoli_9_20180101",
            "text": "Sukupuoli",
            "values": ["SSS", "1", "2"],
            "valueTexts": ["Y", "M", "N"],
        },
        {
            "code": "timeperiod_y",
            "text": "Vuosi",
            "values": ["2024", "2025"],
            "valueTexts": ["2024", "2025"],
            "time": True,
        },
        {"code": "contentscode", "text": "Tiedot", "values": ["vaerak-vaesto"], "valueTexts": ["Väestö 31.12."]},
    ],
}


def _changed(place: int, **changes):
    document = deepcopy(METADATA)
    document["variables"][place] |= changes
    return document


@needs_samples
def test_the_recorded_metadata_gives_one_year_of_94554_cells():
    document = json.loads((Path(SAMPLES) / "pxweb/api-metadata-population.json").read_text(encoding="utf-8"))
    table = population_table(document, "vaesto")
    assert table.area.code == "alue_23_20260101"
    assert table.contents_value == "vaerak-vaesto"
    selection = table.selection("2025")
    assert [len(values) for values in selection.values()] == [309, 102, 3, 1, 1]
    assert table.time.values[-1] == "2025"
    assert not table.time.elimination
    assert table.area.elimination


def test_variables_are_found_under_another_version_stamp_and_other_levels_are_left_out():
    table = population_table(METADATA, "vaesto")
    assert table.selection("2025") == {
        "alue_23_20270101": ("SSS", "KU020", "KU005"),
        "ikaryhma_11_20280101": ("SSS", "000", "100-"),
        "sukupuoli_9_20180101": ("SSS", "1", "2"),
        "timeperiod_y": ("2025",),
        "contentscode": ("vaerak-vaesto",),
    }


def test_the_probe_asks_for_one_cell():
    probe = population_table(METADATA, "vaesto").probe("2025")
    assert list(probe.values()) == [("SSS",), ("SSS",), ("SSS",), ("2025",), ("vaerak-vaesto",)]


def test_variables_of_the_archive_are_found_by_their_finnish_text():
    document = deepcopy(METADATA)
    for variable in document["variables"]:
        variable["code"] = variable["text"]
    document["variables"][4]["values"] = ["vaesto"]
    table = population_table(document, "vaesto")
    assert (table.area.code, table.age.code, table.contents_value) == ("Alue", "Ikä", "vaesto")


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"title": "x", "variables": []}, "lists no variables"),
        ([], "lists no variables"),
        (_changed(3, time=False), "0 variables that could be its time"),
        (_changed(1, time=True), "2 variables that could be its time"),
        (_changed(1, code="alue_9_20260101"), "could be its area"),
        (_changed(0, values=None, valueTexts=None), "comes without its values"),
        (_changed(0, values=[], valueTexts=[]), "empty, repeated or unlabelled"),
        (_changed(0, values=["SSS", "SSS", "KU020", "KU005"]), "empty, repeated or unlabelled"),
        (_changed(0, values=["KU020", "KU005", "KU009", "KU010"]), "no SSS or no municipality"),
        (_changed(1, values=["SSS", "0-4", "5-9"]), "'0-4', which this project cannot read"),
        (_changed(2, values=["SSS", "M", "N"]), "instead of"),
        (_changed(4, values=["vaerak-osuus"]), "content 'vaesto' is found 0 times"),
    ],
)
def test_metadata_that_cannot_be_told_for_sure_is_refused_in_one_line(document, says):
    with pytest.raises(SourceError, match=says) as refused:
        population_table(document, "vaesto")
    assert "\n" not in str(refused.value)


def test_a_variable_of_no_known_part_is_refused_because_it_would_multiply_the_population():
    document = deepcopy(METADATA)
    document["variables"].append({"code": "kieli_1", "text": "Kieli", "values": ["SSS"], "valueTexts": ["Yhteensä"]})
    with pytest.raises(SourceError, match="kieli_1"):
        population_table(document, "vaesto")


def test_limits_are_read_from_the_server_and_the_smaller_of_its_two_cell_limits_holds():
    config = {"maxValues": 100_000, "maxCells": 120_000, "maxCalls": 30, "timeWindow": 10, "CORS": True}
    assert read_limits(config) == Limits(max_cells=100_000, max_calls=30, window_seconds=10)


@pytest.mark.parametrize(
    "config", [[], {}, {"maxCells": 120_000}, {"maxCells": "120000", "maxCalls": 40, "timeWindow": 60}]
)
def test_limits_that_are_not_told_are_not_guessed(config):
    with pytest.raises(SourceError, match=r"\?config"):
        read_limits(config)
