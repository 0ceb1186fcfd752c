"""A mapping is one line that somebody answers for: it is taken into the sender's dialect, or refused in one line that names its place."""

import pytest

from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.harmoniser import typed_expression
from sources.regional.mapping import HEADER, MappingError, load_mappings, with_mappings

GOOD = "05,profession,LÄHIH,nurse,manual,Maija Mallikas,2026-11-02,lähihoitaja"


COLUMNS = ",".join(HEADER)


def loaded(folder, *lines, header=COLUMNS, name="care_contacts"):
    (folder / f"{name}.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return load_mappings(folder, dataset_contracts(), counties())


def test_the_mappings_of_the_repository_are_sound():
    assert counties()["05"].dialects["care_contacts"].codes["sex"]["M"] == "male"


def test_a_mapping_joins_the_codes_of_its_senders_dialect_and_no_other(tmp_path):
    found = with_mappings(counties(), dataset_contracts(), loaded(tmp_path, GOOD))
    codes = found["05"].dialects["care_contacts"].codes["profession"]
    assert codes == {**counties()["05"].dialects["care_contacts"].codes["profession"], "LÄHIH": "nurse"}
    assert found["06"] is counties()["06"] and found["05"].dialects["costs"] is counties()["05"].dialects["costs"]


def test_where_the_dialect_translates_nothing_the_contracts_own_codes_stay_known(tmp_path):
    sender = next(
        code
        for code, county in counties().items()
        if "care_contacts" in county.dialects and "home_municipality_code" not in county.dialects["care_contacts"].codes
    )
    line = f"{sender},home_municipality_code,Turku,853,exact,Maija Mallikas,2026-11-02,nimi"
    found = with_mappings(counties(), dataset_contracts(), loaded(tmp_path, line))
    dialect = found[sender].dialects["care_contacts"]
    assert dialect.codes["home_municipality_code"]["Turku"] == dialect.codes["home_municipality_code"]["853"] == "853"
    sql = typed_expression(dataset_contracts()["care_contacts"].column("home_municipality_code"), dialect)
    assert "'Turku' then '853'" in sql


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("05,profession,LÄHIH,nurse,manual,Maija Mallikas,2026-11-02", "line 2: 7 values"),
        ("99,profession,LÄHIH,nurse,manual,Maija,2026-11-02,x", "line 2: '99' is no sender"),
        ("05,profesion,LÄHIH,nurse,manual,Maija,2026-11-02,x", "line 2: 'profesion' is no column with a code list"),
        ("05,unit_id,LÄHIH,nurse,manual,Maija,2026-11-02,x", "line 2: 'unit_id' is no column with a code list"),
        ("05,profession,LÄHIH,carer,manual,Maija,2026-11-02,x", "line 2: 'carer' is no code of profession"),
        ("05,profession,SH,nurse,manual,Maija,2026-11-02,x", "line 2: 'SH' stands in the dialect of 05 already"),
        (
            "05,profession,SH,other,manual,Maija,2026-11-02,x",
            "line 2: 'SH' stands in the dialect of 05 and means nurse",
        ),
        ("05,profession,LÄHIH,nurse,guess,Maija,2026-11-02,x", "line 2: the method 'guess' is none of"),
        ("05,profession,LÄHIH,nurse,manual,,2026-11-02,x", "line 2: give the author"),
        ("05,profession,LÄHIH,nurse,manual,a.b@c.fi,2026-11-02,x", "line 2: give the author"),
        ("05,profession,LÄHIH,nurse,manual,Maija,2026-11-02,", "line 2: give the reason"),
        ("05,profession,LÄHIH,nurse,manual,Maija,2.11.2026,x", "line 2: '2.11.2026' is no day"),
        ("05,profession,LÄHIH,nurse,manual,Maija,2026-02-31,x", "line 2: 2026-02-31 is no day of the calendar"),
        ("05,profession,,nurse,manual,Maija,2026-11-02,x", "line 2: the value must be what was sent"),
        ("05,profession,010594Y9032,nurse,manual,Maija,2026-11-02,x", "line 2: the value must be what was sent"),
        (f"{GOOD}\n{GOOD}", "line 3: 'LÄHIH' is mapped on line 2 already"),
    ],
)
def test_a_bad_line_is_refused_with_its_place_and_without_a_persons_data(tmp_path, line, told):
    with pytest.raises(MappingError, match="care_contacts.csv: ") as error:
        loaded(tmp_path, line)
    assert told in str(error.value) and "\n" not in str(error.value)
    assert "010594" not in str(error.value) and "a.b@c.fi" not in str(error.value)


def test_a_file_of_no_dataset_or_another_header_is_refused(tmp_path):
    with pytest.raises(MappingError, match="visits.csv: there is no dataset visits"):
        loaded(tmp_path, name="visits")
    (tmp_path / "visits.csv").unlink()
    with pytest.raises(MappingError, match="care_contacts.csv: line 1: the header must be"):
        loaded(tmp_path, header="a,b")
    (tmp_path / "care_contacts.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(MappingError, match="not readable as CSV in UTF-8"):
        load_mappings(tmp_path, dataset_contracts(), counties())
