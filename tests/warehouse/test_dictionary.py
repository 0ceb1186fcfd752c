"""The dictionary's files: up to date with the contracts, the models and the terms, and nothing invented."""

import csv
import io
import shutil
from pathlib import Path

import pytest

from sources.contract import LANGUAGES
from sources.regional.catalogue import dataset_contracts
from sources.regional.file_rules import file_rules
from warehouse.dictionary import DECLARED, PAGES, REPOSITORY, files
from warehouse.publish import RELEASE_COLUMNS
from warehouse.rule_pages import PAGES as RULES


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    """What `make contracts` writes, by its place."""
    return files()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the dictionary is made from, in a folder where it may be changed."""
    left_out = shutil.ignore_patterns("target", "logs", "__pycache__", "simulator")
    for folder in ("sources", "dbt_project"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=left_out)
    return tmp_path


def changed(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(
    "path", [DECLARED, *(folder / f"{language}.md" for folder in (PAGES, RULES) for language in LANGUAGES)], ids=str
)
def test_the_files_in_the_repository_are_those_that_make_contracts_writes(path: Path, made: dict[Path, str]) -> None:
    assert (REPOSITORY / path).read_text(encoding="utf-8") == made[path], "run `make contracts`"


def test_a_change_of_contract_description_term_or_catalogue_shows_in_the_files(
    copy: Path, made: dict[Path, str]
) -> None:
    assert files(copy) == made
    changed(copy / "sources/regional/datasets/care_contacts.yml", "Syntymävuosi", "Syntynyt vuonna")
    changed(copy / "dbt_project/models/columns.md", "Residents on 31 December.", "Residents on the last day.")
    changed(copy / "dbt_project/seeds/raw__term.csv", "Arvon tila", "Arvon laatu")
    changed(copy / "dbt_project/seeds/raw__indicator.csv", "Väestö 31.12.", "Väestö vuoden lopussa")
    now = files(copy)
    for text in ("Syntynyt vuonna", "Residents on the last day. (en)", "Arvon laatu", "Väestö vuoden lopussa"):
        assert text in now[PAGES / "fi.md"]
    assert "Syntynyt vuonna" in now[DECLARED]
    assert "Residents on the last day. |" in now[PAGES / "en.md"]


def test_a_text_that_is_not_known_in_a_language_is_english_and_says_so(made: dict[Path, str]) -> None:
    pages = {language: made[PAGES / f"{language}.md"] for language in LANGUAGES}
    english = dataset_contracts()["care_contacts"].column("birth_year").description
    assert f"| Syntymävuosi | {english} (en) |" in pages["fi"]
    assert f"| Födelseår | {english} (en) |" in pages["sv"]
    assert f"| Year of birth | {english} |" in pages["en"]
    assert "(en) |" not in pages["en"]


def test_every_contract_column_and_every_column_of_the_release_is_declared(made: dict[Path, str]) -> None:
    declared = list(csv.DictReader(io.StringIO(made[DECLARED])))
    names = [(row["object_name"], row["column_name"]) for row in declared]
    assert len(set(names)) == len(names)
    assert [name for of, name in names if of == "meta.release"] == list(RELEASE_COLUMNS)
    for contract in dataset_contracts().values():
        assert [name for of, name in names if of == contract.name] == list(contract.column_names)
    assert ("population", "age_years") in names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_deliveries_is_told_with_its_version_dates_severity_and_mend(
    language: str, made: dict[Path, str]
) -> None:
    page = made[RULES / f"{language}.md"]
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `HVA-")}
    of_rows = [rule for contract in dataset_contracts().values() for rule in contract.rules]
    assert set(rows) == {rule.id for rule in (*of_rows, *file_rules().values())}
    for rule in (*of_rows, *file_rules().values()):
        assert f"| {rule.version} |" in rows[rule.id] and f"| {rule.severity} |" in rows[rule.id]
        assert rule.fix[language].replace("|", "\\|") in rows[rule.id]
