"""`sotevarasto explain`, by the command itself on a small release."""

import json

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from tests.warehouse.figures import released_home
from tests.warehouse.made import night
from tests.warehouse.test_explaining import tables

pytestmark = pytest.mark.usefixtures("of_home")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return released_home(tmp_path_factory.mktemp("released") / "home", {night(5): tables()})


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["explain", *arguments])
    return done.exit_code, done.output


def test_the_text_tells_value_rows_deliveries_snapshots_mappings_checks_versions_and_release():
    code, said = run("contacts_per_1000", "--region", "05", "--period", "2026-09")
    assert code == 0, said
    for told in (
        "county 05 Varsinais-Suomi",
        "value        12 per_1000",
        "SYNTHETIC",
        "Rows: 12 behind the total",
        "from core.fct_care_contact",
        "r2  05 care_contacts 2026-09 sequence 2: accepted, provisional, mode full, correction",
        "11 rows count here, of 10 in force; 2 in quarantine",
        "judged by contract 1.0.0, basis basis1",
        f"{'ab' * 32}  r2.csv",
        "statfin_population population/2025: population divided by",
        "https://pxdata.stat.fi/",
        "licence CC BY 4.0",
        "municipality_map/2026: municipal division",
        "basis1  05 care_contacts 1.0.0: 2 codes translated in sex",
        "FAIL HVA-CC-1-006 (record) 2 of 12 2 values",
        "2 rows of 05 care_contacts in quarantine by HVA-CC-1-006 (birth_year)",
        "2026-11-03 00:00 UTC to 2026-11-05 00:00 UTC: 10 (10 / 1,000)",
        "care_contacts 2026-09 locked",
        "code c0dec0dec0de",
    ):
        assert told in said, told
    assert "r1  05" not in said


def test_as_json_it_is_all_there_and_bytes_are_proven_on_demand():
    code, said = run("contacts_per_1000", "--region", "05", "--period", "2026-09", "--format", "json", "--verify")
    found = json.loads(said)
    assert (code, found["cell"]["value"], found["cell"]["period_start"]) == (0, 12.0, "2026-09-01")
    assert found["deliveries"][0]["files"][0]["bytes_are"] == "absent"


def test_what_is_not_there_is_one_line_and_exit_code_2():
    code, said = run("contact_per_1000", "--region", "05", "--period", "2026-09")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("sotevarasto: there is no indicator 'contact_per_1000'; near it: contacts_per_1000")


def test_before_the_first_release_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "none"))
    code, said = run("population", "--region", "05", "--period", "2025")
    assert code == 2
    assert "holds no release yet" in said
