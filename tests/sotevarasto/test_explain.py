"""`sotevarasto explain`, by the command itself on a small release."""

import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from sources.home import Home
from sources.ledger import Ledger
from tests.warehouse.figures import figure, population, publish_figures, released_home
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


def test_what_is_missing_and_what_was_put_right_is_told_in_words(tmp_path, monkeypatch):
    home = Home.open(tmp_path / "home", "simulated")
    county = {"region_level": "county", "region_code": "05", "joint_authority_code": None}
    regions = [county | dict.fromkeys((f"region_name_{x}" for x in ("fi", "sv", "en")), "Varsinais-Suomi")]
    gone = {"value_status": "missing", "coverage": 0}
    reason = {"comparability_reason": "corrected by COR-STA-001, the source gives 490000.000000"}
    late = {"dataset": "care_contacts", "period": "2026-09", "status": "late", "due_on": "2026-10-15", "deliveries": 0}
    corrected = {
        "correction_id": "COR-STA-001",
        "dataset": "population",
        "source_row_key": "area=05",
        "column_name": "value",
        "expected_value": 490_000,
        "new_value": 500_000,
        "reason_en": "The figure is of the year before.",
        "decided_by": "analytics",
        "told_to": "the publisher",
        "known_from": datetime(2026, 11, 3),
    }
    with Ledger(home.ledger) as ledger:
        publish_figures(
            home,
            ledger,
            night(5),
            mart__minimum_dataset=[figure(None, **gone), population(**reason)],
            core__dim_region=regions,
            core__region_county_assn=[{"region_level": "county", "region_code": "05", "county_code": "05"}],
            dq__delivery_status=[{"organiser_code": "05", "is_usable": False, "is_late": True} | late],
            dq__correction=[corrected],
        )
    monkeypatch.setenv("SOTEVARASTO_HOME", str(home.root))
    code, said = run("contacts_per_1000", "--region", "05")
    assert code == 0, said
    assert "no --period was given: 2026-09 is the latest of 1 month," in said
    assert "05 Varsinais-Suomi, care_contacts of 2026-09: late, due on 2026-10-15; nothing has come" in said
    assert "Rows: none; what would bring them is missing" in said and "select" not in said
    code, said = run("population", "--region", "05")
    assert "COR-STA-001  value of population: the source gives 490,000, 500,000 stands in its place" in said
    assert "why: The figure is of the year before." in said
    assert "decided by analytics, in force from 2026-11-03 00:00 UTC" in said
