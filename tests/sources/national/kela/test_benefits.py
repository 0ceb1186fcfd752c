"""Kela's files as typed rows: decimal commas, NA, years and months apart, and what is refused."""

import json
import os
import re
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.national.kela import collect as room
from sources.national.kela.benefits import _FORMS, BenefitRows
from sources.national.kela.collect import _contract, _Landed
from sources.national.kela.county_package import county_rows
from sources.national.kela.listing import data_files, packages
from sources.national.outcome import SourceError
from sources.national.rules import require_rows

SAMPLES = os.environ.get("SOTEVARASTO_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SOTEVARASTO_SAMPLES names no folder of recorded replies")
NAMES = "kuntanumero;kunta;aikajakso;etuus;saajat;maksetut_etuudet_euroa;euroa_per_saaja;vuosi;kuukausi"
YEAR = "5;Alajärvi;vuosi;Kuntoutus;210;495806;2360,98;2007;NA"
MONTH = "5;Alajärvi;kuukausi;Kuntoutus;21;-16773;-798,71;2007;3"


def rows(tmp_path: Path, *lines: str, is_simulated: bool = False) -> pl.DataFrame:
    path = tmp_path / "it's one.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    typed = BenefitRows(_Landed(path), is_simulated)
    typed.require(_contract("kela_benefit"))
    typed.write(tmp_path / "out.parquet", "s1")
    assert not (tmp_path / ".tmp-spilt").exists()
    return pl.read_parquet(tmp_path / "out.parquet")


def test_yearly_and_monthly_rows_are_told_apart_and_codes_get_their_zeros_back(tmp_path):
    frame = rows(tmp_path, NAMES, YEAR, MONTH)
    kept = (
        "municipality_code",
        "period_grain",
        "year",
        "month",
        "recipients",
        "paid_eur",
        "eur_per_recipient",
        "origin",
    )
    assert frame.select(kept).rows() == [
        ("005", "year", 2007, None, 210, Decimal("495806.00"), Decimal("2360.98"), "published"),
        ("005", "month", 2007, 3, 21, Decimal("-16773.00"), Decimal("-798.71"), "published"),
    ]
    assert set(rows(tmp_path, NAMES, YEAR, is_simulated=True)["origin"]) == {"synthetic"}


@pytest.mark.parametrize("absent", ["NA", ""])
def test_what_the_source_has_not_is_null_and_never_nought(tmp_path, absent):
    frame = rows(tmp_path, NAMES, YEAR.replace("210", absent).replace("2360,98", absent))
    assert frame.select("recipients", "paid_eur", "eur_per_recipient").rows() == [(None, Decimal("495806.00"), None)]


def test_columns_are_known_by_name_and_not_by_place_and_a_byte_order_mark_is_none(tmp_path):
    turned = [";".join(reversed(line.split(";"))) for line in (NAMES, YEAR)]
    assert rows(tmp_path, *turned).equals(rows(tmp_path, NAMES, YEAR))
    assert rows(tmp_path, "\ufeff" + NAMES, YEAR).equals(rows(tmp_path, NAMES, YEAR))
    assert rows(tmp_path, NAMES, YEAR.replace("Kuntoutus", '"a;b ""c"""'))["benefit_name"].to_list() == ['a;b "c"']


def test_the_digest_is_of_the_rows_in_whatever_order(tmp_path):
    digests = set()
    for n, lines in enumerate(((YEAR, MONTH), (MONTH, YEAR))):
        path = tmp_path / f"{n}.csv"
        path.write_text("\n".join((NAMES, *lines)), encoding="utf-8")
        digests.add(BenefitRows(_Landed(path), False).digest())
    path.write_text("\n".join((NAMES, YEAR, MONTH.replace("-16773", "-16774"))), encoding="utf-8")
    assert len(digests) == 1 and BenefitRows(_Landed(path), False).digest() not in digests


REFUSED = {
    "renamed": ("HVA-KELA-0-011", (NAMES.replace("saajat", "saaja"), YEAR), "'saajat'; 'saaja' came"),
    "gone": ("HVA-KELA-0-011", (NAMES.removesuffix(";kuukausi"), YEAR.removesuffix(";NA")), "'kuukausi'"),
    "new": ("HVA-KELA-0-012", (NAMES + ";maakunta", YEAR + ";x"), "'maakunta'"),
    "null": ("HVA-KELA-0-013", (NAMES, YEAR, YEAR.replace("2007", "")), "1 of 2 rows have no 'vuosi'"),
    "NA for null": ("HVA-KELA-0-013", (NAMES, YEAR.replace("5;", "NA;")), "'kuntanumero'"),
    "retyped": ("HVA-KELA-0-014", (NAMES, YEAR.replace("2360,98", "2360.98")), "'euroa_per_saaja'"),
    "a fraction of a person": ("HVA-KELA-0-014", (NAMES, YEAR.replace("210", "2,5")), "'saajat'"),
    "thousands": ("HVA-KELA-0-014", (NAMES, YEAR.replace("495806", "495 806")), "'maksetut_etuudet_euroa'"),
    "another word": ("HVA-KELA-0-014", (NAMES, YEAR.replace("vuosi", "viikko")), "'aikajakso'"),
    "no rows": ("HVA-KELA-0-015", (NAMES,), "no rows"),
    "a year with a month": ("HVA-KELA-0-017", (NAMES, YEAR.replace("NA", "3")), "1 rows"),
    "a month without one": ("HVA-KELA-0-017", (NAMES, MONTH.replace(";3", ";NA")), "1 rows"),
    "commas": ("HVA-KELA-0-010", (NAMES.replace(";", ","), YEAR.replace(";", ",")), "semicolons"),
    "twice the same column": ("HVA-KELA-0-010", (NAMES + ";vuosi", YEAR + ";2007"), "each once"),
    "a short row": ("HVA-KELA-0-010", (NAMES, YEAR, "5;Alajärvi"), "no table"),
    "a long row": ("HVA-KELA-0-010", (NAMES, YEAR, YEAR + ";1"), "no table"),
    "an open quote": ("HVA-KELA-0-010", (NAMES, YEAR.replace("Kuntoutus", '"Kunt')), "no table"),
    "twice the same key": ("HVA-KB-1-018", (NAMES, YEAR, YEAR), "stands twice"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_of_another_form_is_refused_under_the_code_of_its_difference(tmp_path, case):
    code, lines, words = REFUSED[case]
    with pytest.raises(SourceError) as refused:
        rows(tmp_path, *lines)
    assert str(refused.value).startswith(f"{code}: ") and words in str(refused.value)
    assert "\n" not in str(refused.value) and str(tmp_path) not in str(refused.value)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("\n".join((NAMES, YEAR)).encode("latin-1"))
    with pytest.raises(SourceError, match="^HVA-KELA-0-010: "):
        BenefitRows(_Landed(path), False)


RECORD = {
    "etuus": "hammashoito",
    "indi": "saajat",
    "vuosi": 2024,
    "arvo": 1.5,
    "hyvinvointialue_name_fi": "Pirkanmaan hyvinvointialue",
}


def package(tmp_path: Path, *records: dict) -> pl.DataFrame:
    path = tmp_path / "dat_hva.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    frame = county_rows(path, False)
    require_rows(_contract("kela_county"), frame)
    return frame


def test_the_county_package_is_read_with_commas_and_absent_values(tmp_path):
    others = [
        RECORD | {"vuosi": "2023", "arvo": "-2,25"},
        RECORD | {"vuosi": 2022, "arvo": None},
        RECORD | {"vuosi": 2021, "arvo": 0},
    ]
    frame = package(tmp_path, RECORD, *others)
    assert frame.select("year", "value", "value_status").rows() == [
        (2021, Decimal("0.000000"), "true_zero"),
        (2022, None, "missing"),
        (2023, Decimal("-2.250000"), "value"),
        (2024, Decimal("1.500000"), "value"),
    ]


PACKAGES = {
    "HVA-KELA-0-021": [{k: v for k, v in RECORD.items() if k != "indi"}],
    "HVA-KELA-0-023": [RECORD, RECORD | {"etuus": None}],
    "HVA-KELA-0-024": [RECORD | {"arvo": [1]}],
    "HVA-KELA-0-025": [RECORD | {"arvo": "<5"}],
    # A field that is not known parts the rows further.
    "HVA-KC-1-012": [RECORD | {"sukupuoli": "1"}, RECORD | {"sukupuoli": "2"}],
}


@pytest.mark.parametrize("code", PACKAGES)
def test_a_county_package_of_another_form_is_refused_under_its_code(tmp_path, code):
    with pytest.raises(SourceError, match=f"^{code}: "):
        package(tmp_path, *PACKAGES[code])


def test_the_listing_is_paged_until_all_is_there_however_short_the_pages():
    names = [f"n{n}" for n in range(7)]
    asked = []

    def ask(start):
        asked.append(start)
        page = [{"name": name} for name in names[start : start + 3]]
        return {"success": True, "result": {"count": 7, "results": page}}

    assert [one["name"] for one in packages(ask)] == names
    assert asked == [0, 3, 6]


LISTINGS = {
    "HVA-KELA-0-001": [{"success": False, "error": {}}, [], {"success": True, "result": {"results": []}}],
    "HVA-KELA-0-002": [{"success": True, "result": {"count": 7, "results": []}}],
}


@pytest.mark.parametrize("code", LISTINGS)
def test_a_listing_of_another_form_is_refused_under_its_code(code):
    for document in LISTINGS[code]:
        with pytest.raises(SourceError, match=f"^{code}: "):
            packages(lambda start, document=document: document)


def test_only_data_files_of_the_data_set_are_taken():
    def resource(number, name):
        return {"id": f"abcd-{number}", "url": f"https://h/x/{name}", "last_modified": "2026", "hash": "", "size": 5}

    listed = [
        {"name": "other"},
        {
            "name": "mine",
            "resources": [resource(2, "data_2022.csv"), resource(1, "data.csv"), resource(3, "package.json")],
        },
    ]
    assert [(file.resource_id, file.marker) for file in data_files(listed, "mine")] == [
        ("abcd-1", "2026||5"),
        ("abcd-2", "2026||5"),
    ]
    for code, resources in {"HVA-KELA-0-003": [], "HVA-KELA-0-004": [{"id": 5, "url": "https://h/data.csv"}]}.items():
        with pytest.raises(SourceError, match=f"^{code}: "):
            data_files([{"name": "mine", "resources": resources}], "mine")


@needs_samples
def test_the_recorded_rows_and_fields_are_read_as_they_were_sent(tmp_path):
    text = (Path(SAMPLES) / "kela/2019-02-19-kelan-etuudet-ja-saajat_notebook_outputs.txt").read_text(encoding="utf-8")
    described = re.findall(r"^\d +default +(\w+) +\w+ *$", text, re.MULTILINE)
    assert described == list(_FORMS)
    # The store's rows were printed in three strips; every value is text there, as it is in the file.
    strips = text.split("print(dataa.head())")[1]
    middle = re.findall(r"^\d  (\w+) +([\d,]+) +(\w+) +(\d+) +(NA) *$", strips, re.MULTILINE)
    last = re.findall(r"^\d +(\d+) +(\d+) +(\d{4}) *$", strips, re.MULTILINE)
    assert len(middle) == len(last) == 5
    lines = [
        ";".join((number, name, "vuosi", benefit, recipients, paid, each, year, month))
        for (benefit, each, name, number, month), (paid, recipients, year) in zip(middle, last, strict=True)
    ]
    frame = rows(tmp_path, NAMES, *lines)
    first = frame.row(0, named=True)
    assert (first["municipality_code"], first["municipality_name"], first["recipients"]) == ("005", "Alajärvi", 210)
    assert (first["paid_eur"], first["eur_per_recipient"]) == (Decimal("495806.00"), Decimal("2360.98"))
    assert frame.height == 5 and room.SETTINGS.is_file()


def test_a_key_that_stands_twice_far_apart_is_found_too(tmp_path, monkeypatch):
    monkeypatch.setattr("sources.national.kela.benefits._BATCH", 1)
    with pytest.raises(SourceError, match="^HVA-KB-1-018: .* 1 keys"):
        rows(tmp_path, NAMES, YEAR, MONTH, YEAR)
