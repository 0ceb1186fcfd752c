"""County files: a bad one is refused in one line that names the file and the place; the repository's own are good."""

import csv

import pytest
import yaml

from sources.reference import SEEDS
from sources.regional.catalogue import dataset_contracts
from sources.regional.county import CountyError, load_counties, load_county

REGIONS = SEEDS / "raw__region.csv"
SENDER_KINDS = ("wellbeing_services_county", "city_as_organiser", "joint_authority")
# What a producer of specialised care knows; the rest only an organiser does.
PRODUCED = {"care_contacts", "costs", "specialised_care", "hospital_episodes"}
CONTRACT = dataset_contracts()["care_contacts"]


def sound() -> dict:
    return {
        "organiser_code": "05",
        "name": {"fi": "A", "sv": "B", "en": "C"},
        "dialects": {
            "care_contacts": {
                "encoding": "utf-8",
                "delimiter": ";",
                "decimal": ",",
                "timestamp_format": "%d.%m.%Y %H:%M",
                "null_values": ["-"],
                "columns": {f"Sarake {name}": name for name in CONTRACT.column_names},
                "codes": {"sex": {"M": "male", "N": "female"}},
            }
        },
    }


def load(folder, document, name="05.yml"):
    path = folder / name
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return load_county(path, dataset_contracts())


def test_a_sound_file_gives_a_dialect(tmp_path):
    dialect = load(tmp_path, sound()).dialects["care_contacts"]
    assert dialect.columns["Sarake sex"] == "sex"
    assert dialect.null_values == ("", "-")
    assert dialect.codes == {"sex": {"M": "male", "N": "female"}}


def test_whoever_organises_or_produces_has_a_file_with_each_column_of_each_dataset():
    from sources.regional.catalogue import counties, dataset_contracts

    with REGIONS.open(encoding="utf-8", newline="") as file:
        senders = {row["region_code"]: row["kind"] for row in csv.DictReader(file) if row["kind"] in SENDER_KINDS}
    assert counties().keys() == senders.keys()
    for code, county in counties().items():
        assert county.dialects.keys() == (
            PRODUCED if senders[code] == "joint_authority" else dataset_contracts().keys()
        )
        for dataset, dialect in county.dialects.items():
            assert sorted(dialect.columns.values()) == sorted(dataset_contracts()[dataset].column_names)


def _changed(change) -> dict:
    document = sound()
    change(document, document["dialects"]["care_contacts"])
    return document


BAD = {
    "unknown key": (lambda d, c: c.update(quote="'"), "dialects.care_contacts: Additional properties"),
    "missing key": (lambda d, c: c.pop("decimal"), "dialects.care_contacts: 'decimal' is a required property"),
    "unknown encoding": (lambda d, c: c.update(encoding="utf-16-be"), "dialects.care_contacts.encoding: 'utf-16-be'"),
    "long delimiter": (lambda d, c: c.update(delimiter="||"), "dialects.care_contacts.delimiter"),
    "other organiser": (lambda d, c: d.update(organiser_code="06"), "the file must be named 06.yml"),
    "number as code": (lambda d, c: d.update(organiser_code=5), "organiser_code: 5 is not of type 'string'"),
    "name in two languages": (lambda d, c: d["name"].pop("sv"), "name: 'sv' is a required property"),
    "dataset without contract": (lambda d, c: d["dialects"].update(visits=c), "dialects.visits: there is no contract"),
    "column unmapped": (lambda d, c: c["columns"].pop("Sarake sex"), "columns: no header is mapped to sex"),
    "column mapped twice": (lambda d, c: c["columns"].update(Muu="sex"), "sex is mapped from 2 headers"),
    "column unknown": (
        lambda d, c: c["columns"].update(Muu="shoe_size"),
        "columns.Muu: the contract has no column shoe_size",
    ),
    "header with a blank": (lambda d, c: c["columns"].update({"Muu ": "sex"}), "dialects.care_contacts.columns"),
    "headers alike": (
        lambda d, c: c["columns"].update({"A\u0308": c["columns"].pop("Sarake sex"), "\u00c4": "urgency"}),
        "columns",
    ),
    "code unknown": (lambda d, c: c["codes"]["sex"].update(X="other"), "codes.sex: other is no code of the contract"),
    "codes of a free column": (
        lambda d, c: c["codes"].update(unit_id={"a": "b"}),
        "codes.unit_id: the contract has no column",
    ),
    "bare number as code": (
        lambda d, c: c["codes"].update(sex={1: "male"}),
        "codes.sex: the key 1 is not text; put it in quotes",
    ),
    "bare no as code": (lambda d, c: c["codes"].update(sex={False: "male"}), "codes.sex: the key False is not text"),
    "time without minutes": (
        lambda d, c: c.update(timestamp_format="%d.%m.%Y %H"),
        "timestamp_format: '%d.%m.%Y %H' must hold %M",
    ),
    "time with two days": (lambda d, c: c.update(timestamp_format="%d.%d.%m.%Y %H:%M"), "must hold %d exactly once"),
    "times without a format": (lambda d, c: c.pop("timestamp_format"), "timestamp_format: None must hold %d"),
    "date format without a date": (
        lambda d, c: c.update(date_format="%d.%m.%Y"),
        "date_format: the contract has no column of that kind",
    ),
    "unknown token": (
        lambda d, c: c.update(timestamp_format="%d.%b.%Y %H:%M"),
        "dialects.care_contacts.timestamp_format",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_line_that_names_the_place(name, tmp_path):
    change, told = BAD[name]
    with pytest.raises(CountyError) as error:
        load(tmp_path, _changed(change))
    message = str(error.value)
    assert told in message
    assert message.startswith("05.yml: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("organiser_code: '05'\nname: {fi: A\n", "05.yml: line "),
        ("organiser_code: '05'\norganiser_code: '06'\n", "05.yml: line 2: the key 'organiser_code' stands twice"),
        ("- 1\n", "05.yml: top level"),
        ("", "05.yml: top level"),
        ("a: !!python/object:os.system {}\n", "05.yml: line 1"),
    ],
)
def test_text_that_is_no_county_file_is_refused_with_its_line(text, told, tmp_path):
    with pytest.raises(CountyError) as error:
        load(tmp_path, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_utf_8_and_a_folder_without_files_are_refused(tmp_path):
    (tmp_path / "05.yml").write_bytes(b"name: \xe4\n")
    with pytest.raises(CountyError, match=r"05\.yml: not readable as YAML"):
        load_county(tmp_path / "05.yml", dataset_contracts())
    (tmp_path / "none").mkdir()
    with pytest.raises(CountyError, match="no county file"):
        load_counties(tmp_path / "none", dataset_contracts())
