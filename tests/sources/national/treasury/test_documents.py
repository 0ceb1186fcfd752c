"""Documents of the register as typed cells: text to DECIMAL, keys with and without diacritics, and what is refused."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.contract import load_contract
from sources.national.outcome import SourceError
from sources.national.rules import require_rows
from sources.national.treasury.catalogue import plain, read_catalogue
from sources.national.treasury.collect import CONTRACT
from sources.national.treasury.documents import document_rows
from sources.national.treasury.taxonomy import addresses, taxonomy_rows

SAMPLES = os.environ.get("SOTEVARASTO_SAMPLES")
needs_samples = pytest.mark.skipif(not SAMPLES, reason="SOTEVARASTO_SAMPLES names no folder of recorded replies")
FACTS = {"business_id": "3221308-6", "package": "HTAS", "period": "2025", "stage": "hyvaksytty"}
CELL = {
    "ytunnus": "3221308-6",
    "raportointikokonaisuus": "HTAS",
    "osakokonaisuus": "h-t05",
    "raportointikausi": "2025",
    "hyväksymisvaihe": "Hyväksytty",
    "hyväksymispvm": "2025-01-04 08:19:43.07",
    "taksonomia": "v/1",
    "tunnusluku": "1093",
    "arvo": "349083947.70",
    "kommentti": None,
    "tarkastushavainnot": [],
    "kieli": "fi",
}


def rows(tmp_path: Path, *cells: dict, facts: dict = FACTS, is_simulated: bool = False) -> pl.DataFrame:
    path = tmp_path / "it's one.json"
    path.write_text(json.dumps(cells), encoding="utf-8")
    return document_rows([(path, facts)], is_simulated)


def test_a_cell_is_typed_without_rounding_and_keeps_the_contract(tmp_path):
    frame = rows(
        tmp_path, CELL, CELL | {"tunnusluku": "2", "arvo": "-40897486.9"}, CELL | {"tunnusluku": "3", "arvo": "0.00"}
    )
    assert frame["amount"].to_list() == [Decimal("349083947.70"), Decimal("-40897486.90"), Decimal("0.00")]
    assert frame["value_status"].to_list() == ["value", "value", "true_zero"]
    assert frame.schema["amount"] == pl.Decimal(18, 2)
    assert frame.row(0, named=True)["last_month"] == 12
    assert set(frame["origin"]) == {"published"}
    require_rows(load_contract(CONTRACT), frame)


@pytest.mark.parametrize("absent", [None, ""])
def test_a_cell_without_an_amount_is_missing_and_never_nought(tmp_path, absent):
    frame = rows(tmp_path, CELL | {"arvo": absent})
    assert frame.select("amount", "value_status").rows() == [(None, "missing")]


def test_keys_are_read_with_and_without_diacritics_and_by_the_name_on_the_service_s_pages(tmp_path):
    stripped = {plain(name): value for name, value in CELL.items()}
    renamed = {name.replace("hyvaksymispvm", "hyvaksyntapvm"): value for name, value in stripped.items()}
    assert "hyvaksyntapvm" in renamed
    usual = rows(tmp_path, CELL)
    assert rows(tmp_path, stripped).equals(usual) and rows(tmp_path, renamed).equals(usual)
    # Both spellings in one document.
    both = rows(tmp_path, CELL, stripped | {"tunnusluku": "2"})
    assert both["approved_at"].to_list() == ["2025-01-04 08:19:43.07"] * 2


def test_a_cell_that_a_document_repeats_is_summed_and_says_so(tmp_path):
    frame = rows(tmp_path, CELL | {"arvo": "1.10"}, CELL | {"arvo": "2.20"}, CELL | {"arvo": None})
    assert frame.select("amount", "cell_count", "value_status").rows() == [(Decimal("3.30"), 3, "value")]


def test_a_quarter_covers_the_months_since_january(tmp_path):
    quarter = {"raportointikausi": "2025C09"}
    frame = rows(tmp_path, CELL | quarter, facts=FACTS | {"period": "2025C09"})
    assert frame.select("year", "last_month", "period_code").rows() == [(2025, 9, "2025C09")]


def test_findings_and_comments_are_kept(tmp_path):
    finding = {"havainto": "x", "tarkennus": "y", "vakavuus": "z"}
    frame = rows(tmp_path, CELL | {"tarkastushavainnot": [finding], "kommentti": "huom"})
    assert frame.select("finding_count", "comment_text").rows() == [(1, "huom")]


def without(name: str) -> dict:
    return {key: value for key, value in CELL.items() if key != name}


REFUSED = {
    "renamed": ("HVA-TRE-0-011", [without("arvo") | {"arvot": "1.00"}], "'arvo'; 'arvot' came"),
    "gone": ("HVA-TRE-0-011", [without("tunnusluku")], "no field 'tunnusluku'"),
    "new": ("HVA-TRE-0-012", [CELL | {"valuutta": "EUR"}], "'valuutta'"),
    "null": ("HVA-TRE-0-013", [CELL, CELL | {"tunnusluku": None}], "1 of 2 cells have no 'tunnusluku'"),
    "lacking in one row": ("HVA-TRE-0-013", [CELL, without("taksonomia")], "1 of 2 cells have no 'taksonomia'"),
    "retyped": ("HVA-TRE-0-014", [CELL | {"arvo": 349083947.7}], "'arvo' as number instead of text"),
    "nested": ("HVA-TRE-0-014", [CELL | {"arvo": {"eur": "1.00"}}], "'arvo' as object"),
    "another body": ("HVA-TRE-0-015", [CELL | {"ytunnus": "0201256-6"}], "1 of 1 cells of another document"),
    "another stage": ("HVA-TRE-0-015", [CELL | {"hyväksymisvaihe": "Alustava"}], "of another document"),
    "no cell": ("HVA-TRE-0-011", [], "no field"),
    "decimal comma": ("HVA-TRE-0-016", [CELL | {"arvo": "1,5"}], "1 cells"),
    "three decimals": ("HVA-TRE-0-016", [CELL | {"arvo": "1.005"}], "1 cells"),
    "exponent": ("HVA-TRE-0-016", [CELL | {"arvo": "1e5"}], "1 cells"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_document_of_another_form_is_refused_under_the_code_of_its_difference(tmp_path, case):
    code, cells, words = REFUSED[case]
    with pytest.raises(SourceError) as refused:
        rows(tmp_path, *cells)
    assert str(refused.value).startswith(f"{code}: ") and words in str(refused.value)


@pytest.mark.parametrize("body", ['{"error": 1}', "[1, 2]", '[{"ytunnus": "1"}', "<html></html>", "[[]]"])
def test_what_is_no_list_of_cells_is_one_line_without_a_place_of_this_machine(tmp_path, body):
    path = tmp_path / "x"
    path.write_text(body)
    with pytest.raises(SourceError) as refused:
        document_rows([(path, FACTS)], False)
    assert "JSON list" in str(refused.value) and "\n" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_a_simulated_cell_is_synthetic_unless_it_says_otherwise(tmp_path):
    label = {"sotevarasto_simulator": "published"}
    assert rows(tmp_path, CELL, is_simulated=True)["origin"].to_list() == ["synthetic"]
    assert rows(tmp_path, CELL | label, is_simulated=True)["origin"].to_list() == ["published"]
    with pytest.raises(SourceError, match="HVA-TRE-0-012"):
        rows(tmp_path, CELL | label)


ROW = {
    "solutunniste": "1093",
    "tunnusluku": "Toimintamenot",
    "versio": "v",
    "tekninen_versio": "1",
    "osakokonaisuus": "h-t05",
}


def taxonomy(tmp_path: Path, *rows: dict, versions=("v/1",)) -> pl.DataFrame:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return taxonomy_rows(path, "HTAS", versions, False)


def test_only_the_versions_that_documents_name_are_taken_from_a_taxonomy(tmp_path):
    frame = taxonomy(tmp_path, ROW, ROW | {"versio": "w"}, ROW | {"solutunniste": 7, "tunnusluku_sv": "Utgifter"})
    assert frame.select("cell_code", "label_fi", "label_sv", "taxonomy_version").rows() == [
        ("1093", "Toimintamenot", None, "v/1"),
        ("7", "Toimintamenot", "Utgifter", "v/1"),
    ]


TAXONOMY_REFUSED = {
    "HVA-TRE-0-022": [{"solutunniste": "1", "nimi": "x"}],
    "HVA-TRE-0-023": [ROW | {"uusi": 1}],
    "HVA-TRE-0-024": [ROW, ROW | {"tunnusluku": None}],
    "HVA-TRE-0-025": [ROW | {"tunnusluku": 5}],
    "HVA-TRE-0-026": [ROW | {"versio": "w"}],
    "HVA-TRE-0-027": [ROW, ROW | {"tunnusluku": "Toinen"}],
}


@pytest.mark.parametrize("code", TAXONOMY_REFUSED)
def test_a_taxonomy_of_another_form_is_refused_under_its_code(tmp_path, code):
    with pytest.raises(SourceError, match=f"^{code}: "):
        taxonomy(tmp_path, *TAXONOMY_REFUSED[code])


def test_a_list_of_taxonomies_that_is_none_is_refused():
    with pytest.raises(SourceError, match="^HVA-TRE-0-021: "):
        addresses({"value": []}, ["HTAS"])


@needs_samples
def test_the_recorded_cells_of_a_budget_are_read_to_the_cent(tmp_path):
    # The cells are real, the document round them is put together again: it was recorded as a table.
    lines = (Path(SAMPLES) / "treasury/municipal_finance_ktas_core_v1_ESPOO_SUBSET.csv").read_text("utf-8").splitlines()
    assert "subpackage=k-t05" in lines[0] and "taxonomy_version=jhs-2019-03/2019-08-31" in lines[0]
    recorded = list(csv.DictReader(lines[1:], delimiter=";"))
    common = CELL | {"ytunnus": "0101263-6", "raportointikokonaisuus": "KTAS", "raportointikausi": "2023"}
    common |= {"osakokonaisuus": "k-t05", "hyväksymisvaihe": "Lopullinen", "taksonomia": "jhs-2019-03/2019-08-31"}
    facts = {"business_id": "0101263-6", "package": "KTAS", "period": "2023", "stage": "lopullinen"}
    cells = [common | {"tunnusluku": row["indicator_code"], "arvo": row["value_raw"]} for row in recorded]
    frame = rows(tmp_path, *cells, facts=facts)
    assert frame.height == len(recorded) == 32
    assert dict(frame.select("cell_code", "amount").rows()) == {
        r["indicator_code"]: Decimal(r["value_raw"]) for r in recorded
    }
    assert frame["amount"].min() == Decimal("-40897486.97")


@needs_samples
def test_the_recorded_catalogue_has_no_county_and_its_rows_are_read(tmp_path):
    names = {
        "ytunnus": "business_id",
        "raportointikokonaisuus": "reporting_package",
        "raportointikausi": "reporting_period",
        "hyvaksymisvaihe": "approval_stage",
        "hyvaksymispvm": "approved_at",
        "julkaisupvm": "published_at",
        "tunnusluvut": "document_url",
    }
    with (Path(SAMPLES) / "treasury/municipal_finance_catalog_v1_HEAD_SUBSET.csv").open(encoding="utf-8") as file:
        listed = [{ours: row[theirs] for ours, theirs in names.items()} for row in csv.DictReader(file)]
    assert len(listed) == 3
    with pytest.raises(SourceError, match="^HVA-TRE-0-006: the catalogue has no package of a county"):
        read_catalogue({"aineistot": listed}, 2023, False)
    county = listed[0] | {
        "raportointikokonaisuus": "HTAS",
        "tunnusluvut": "https://x/rest/v1/json/dokumentti/lopullinen/HTAS/1/2023",
    }
    [document] = read_catalogue({"aineistot": [*listed, county]}, 2023, False)
    assert (document.business_id, document.approved_at) == ("0101263-6", "2024-05-16T10:14:49.603Z")


@needs_samples
def test_the_recorded_list_of_taxonomies_names_the_packages_of_the_counties():
    with (Path(SAMPLES) / "treasury/municipal_finance_taxonomy_index_v1.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    found = addresses([row["taxonomy_url"] for row in listed], {"HTAS", "HHKNR", "HHTPP", "HXXX"})
    assert sorted(found) == ["HHKNR", "HHTPP", "HTAS"]
    sizes = {row["reporting_package"]: int(row["content_length_bytes"]) for row in listed}
    assert sizes["KKTPP"] > 26_000_000_000 and sizes["HHTPP"] > 500_000_000 > sizes["HHKNR"]
