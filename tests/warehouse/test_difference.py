"""What moved between two releases is told figure by figure, each with its cause."""

import csv
from datetime import datetime
from decimal import Decimal

import pytest
from click.testing import CliRunner

from sotevarasto.cli import main
from tests.warehouse.figures import (
    NIGHT,
    behind,
    delivered,
    figure,
    population,
    publish_figures,
    released_home,
    snapshot,
)
from tests.warehouse.made import World, night
from warehouse.difference import DifferenceError, compared
from warehouse.package import release_of

pytestmark = pytest.mark.usefixtures("of_home")
LATER = datetime(2026, 11, 5)
OF_POPULATION = {
    "source_code": "statfin_population",
    "indicator_code": "population",
    "period_grain": "year",
    "period_start": "2025-01-01",
}


def indicator(code: str, **other) -> dict:
    return {
        "indicator_code": code,
        "theme": "need",
        "formula_text": "a / b",
        "unit": "per_1000",
        "status": "draft",
    } | other


def file_of(receipt_id: str, judged_by: str) -> dict:
    return {
        "receipt_id": receipt_id,
        "file_name": "f.csv",
        "sha256": "ab" * 32,
        "bytes": 1,
        "received_at": NIGHT,
        "judged_by": judged_by,
    }


def mapped(judged_by: str, *codes: str) -> list[dict]:
    basis = {
        "judged_by": judged_by,
        "organiser_code": "06",
        "dataset": "care_contacts",
        "contract_version": "1.0.0",
        "known_from": NIGHT,
    }
    return [basis | {"column_name": "sex", "sent_code": code, "code": "male"} for code in codes]


def before() -> dict:
    return {
        "mart__minimum_dataset": [
            figure(10),
            figure(4, sex="female"),
            figure(20, region_code="06"),
            figure(30, region_code="07"),
            figure(40, region_code="08"),
            figure(50, region_code="09"),
            figure(60, region_code="10"),
            figure(1, indicator_code="defined"),
            population(500),
        ],
        "meta__lineage": [
            *(behind(f"r{code}", region_code=code) for code in ("05", "06", "07", "08", "09", "10")),
            behind(None, "p1", **OF_POPULATION),
        ],
        "meta__snapshot": [snapshot("p1")],
        "dq__delivery": [delivered(f"r{code}", organiser_code=code) for code in ("05", "06", "07", "08", "09", "10")],
        "dq__delivery_file": [file_of("r06", "m1"), file_of("r07", "n1")],
        "meta__code_mapping": mapped("m1", "M"),
        "core__dim_indicator": [indicator("contacts_per_1000"), indicator("population"), indicator("defined")],
    }


def after() -> dict:
    """05 sends again, 06 is judged again by another map and 07 by other rules, 08 is annulled, 09 is locked, 10 stays, 11 delivers for the first time, 12 is waited for."""
    now = {"known_from": LATER}
    return {
        "mart__minimum_dataset": [
            figure(12, **now),
            figure(4, sex="female"),
            figure(22, region_code="06", **now),
            figure(33, region_code="07", **now),
            figure(50, region_code="09", publication_status="final"),
            figure(60, region_code="10"),
            figure(70, region_code="11", **now),
            figure(None, region_code="12", value_status="missing", numerator=None, **now),
            figure(2, indicator_code="defined", **now),
            population(505, **now),
        ],
        "meta__lineage": [
            behind("s05", None, LATER, region_code="05"),
            behind("r06-2", None, LATER, region_code="06"),
            behind("r07-2", None, LATER, region_code="07"),
            behind("r09", region_code="09"),
            behind("r10", region_code="10"),
            behind("r11", None, LATER, region_code="11"),
            behind(None, "p2", LATER, **OF_POPULATION),
        ],
        "meta__snapshot": [snapshot("p1", known_to=LATER), snapshot("p2", LATER)],
        "dq__delivery": [
            delivered("r05", known_to=LATER, status="superseded"),
            delivered("s05", LATER, sequence=2),
            delivered("r06", organiser_code="06", known_to=LATER, status="superseded"),
            delivered("r06-2", LATER, organiser_code="06", replay_of="r06"),
            delivered("r07", organiser_code="07", known_to=LATER, status="superseded"),
            delivered("r07-2", LATER, organiser_code="07", replay_of="r07"),
            delivered("r08", organiser_code="08", known_to=LATER, status="annulled"),
            *(delivered(f"r{code}", organiser_code=code) for code in ("09", "10")),
            delivered("r11", LATER, organiser_code="11"),
        ],
        "dq__delivery_file": [
            file_of("r06", "m1"),
            file_of("r06-2", "m2"),
            file_of("r07", "n1"),
            file_of("r07-2", "n2"),
        ],
        "meta__code_mapping": [*mapped("m1", "M"), *mapped("m2", "M", "mies")],
        "core__dim_indicator": [
            indicator("contacts_per_1000"),
            indicator("population"),
            indicator("defined", formula_text="2 * a / b"),
        ],
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return released_home(tmp_path_factory.mktemp("two") / "home", {night(3): before(), night(5): after()})


def test_every_figure_that_moved_is_told_with_its_cause_and_no_other(home):
    with compared(home, release_of(home, "20261103"), release_of(home, "20261105")) as con:
        found = con.execute(
            "select indicator_code, region_code, sex, moved, difference, cause, evidence from moved"
        ).fetchall()
    contacts = "contacts_per_1000"
    assert set(found) == {
        (contacts, "05", "total", "value", Decimal(2), "resubmission", "delivery s05"),
        (contacts, "06", "total", "value", Decimal(2), "mapping", "delivery r06-2"),
        (contacts, "07", "total", "value", Decimal(3), "rule", "delivery r07-2"),
        (contacts, "08", "total", "gone", None, "delivery taken back", "delivery r08"),
        (contacts, "09", "total", "publication status", Decimal(0), "lock", None),
        (contacts, "11", "total", "appeared", None, "new delivery", "delivery r11"),
        (contacts, "12", "total", "appeared", None, "others delivered the period", None),
        ("population", "05", "total", "value", Decimal(5), "restatement", "snapshot p2"),
        # Its inputs moved too: both are told.
        ("defined", "05", "total", "value", Decimal(1), "resubmission; definition", "delivery s05"),
    }


def test_with_the_same_inputs_it_was_the_code(world: World):
    home, ledger = world.home, world.ledger
    publish_figures(home, ledger, night(3), **before())
    publish_figures(home, ledger, night(4), code="0dde" * 16, **before() | {"mart__minimum_dataset": [figure(11)]})
    with compared(home, release_of(home, "20261103"), release_of(home, "20261104")) as con:
        found = con.execute("select distinct moved, cause from moved where moved = 'value'").fetchall()
    assert found == [("value", "code")]


def test_a_release_beside_itself_has_not_moved(home):
    said = CliRunner().invoke(main, ["release", "diff", "20261105", "20261105"]).output
    assert said.endswith("by the same code: 0 of 10 current figures moved\n")


def test_the_command_sums_up_and_writes_every_moved_figure(home, tmp_path):
    file = tmp_path / "moved.csv"
    done = CliRunner().invoke(main, ["release", "diff", "20261103", "20261105", "--csv", str(file)])
    assert done.exit_code == 0, done.output
    for told in (
        "by the same code: 9 of 10 current figures moved",
        "  value",
        "restatement: 1 indicators, 1 regions, 1 periods",
        "population: 500.0000 to 505.0000 in county 05, 2025 (restatement)",
        "9 moved figures written to",
        "internal, not disclosure-controlled",
    ):
        assert told in done.output, done.output
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 9
    assert {row["classification"] for row in rows} == {
        "Sisäinen, ei tietosuojattu / Intern, inte röjandekontrollerad / Internal, not disclosure-controlled"
    }
    assert file.stat().st_mode & 0o777 == 0o600


def test_releases_that_are_not_there_or_told_no_lineage_are_one_line(world: World, home):
    unknown = CliRunner().invoke(main, ["release", "diff", "2025", "20261105"])
    assert (unknown.exit_code, unknown.output.count("\n")) == (2, 1)
    both = CliRunner().invoke(main, ["release", "diff", "2026", "20261105"])
    assert "'2026' begins 2 releases" in both.output
    world.accept("r1", night(3))
    old = world.release(night(3))
    with pytest.raises(DifferenceError, match="made before lineage was kept"), compared(world.home, old, old):
        pass
