"""A figure is told with all that it was made of, at the moment that is asked for."""

from datetime import UTC, datetime

import pytest

from sources.landing import Landing, erase
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
from warehouse.cells import CellError, Wanted
from warehouse.explaining import explain, verify_bytes
from warehouse.read import open_release

LATER = datetime(2026, 11, 5)
CHECK = {
    "night_id": "2026-11-03",
    "engine": "pandera",
    "dimension": "conformity",
    "severity": "record",
    "attempt": 1,
    "known_from": NIGHT,
    "is_blocking": False,
    "message": "",
}


def file_of(receipt_id: str, sha256: str = "ab" * 32, judged_by: str = "basis1") -> dict:
    return {
        "receipt_id": receipt_id,
        "file_name": f"{receipt_id}.csv",
        "sha256": sha256,
        "bytes": 10,
        "received_at": NIGHT,
        "judged_by": judged_by,
    }


def tables(**other) -> dict:
    """September of county 05, delivered and corrected; HUS beside it, and the population it divides by."""
    return {
        "mart__minimum_dataset": [figure(10, known_to=LATER), figure(12, known_from=LATER), population()],
        "meta__lineage": [
            behind("r1", known_to=LATER),
            behind("r2", known_from=LATER, row_count=11),
            behind("hus", row_count=1),
            behind(None, "p1", input_role="population", row_count=30),
            behind(
                None,
                "p1",
                source_code="statfin_population",
                indicator_code="population",
                period_grain="year",
                period_start="2025-01-01",
                row_count=30,
            ),
        ],
        "meta__snapshot": [
            snapshot(),
            snapshot("m1", source_code="statfin_classification", object="municipality_map/2026"),
        ],
        "dq__delivery": [
            delivered("r1", known_to=LATER, status="superseded"),
            delivered("r2", LATER, sequence=2, is_correction=True),
            delivered("hus", organiser_code="HUS"),
            delivered("other", organiser_code="07"),
        ],
        "dq__delivery_file": [file_of("r1"), file_of("r2"), file_of("hus", judged_by=None)],
        "meta__code_mapping": [
            {
                "judged_by": "basis1",
                "organiser_code": "05",
                "dataset": "care_contacts",
                "contract_version": "1.0.0",
                "column_name": "sex",
                "sent_code": sent,
                "code": code,
                "known_from": NIGHT,
            }
            for sent, code in (("M", "male"), ("N", "female"))
        ],
        "dq__check_result": [
            CHECK
            | {
                "check_id": "HVA-CC-1-001",
                "asset": "raw__care_contacts",
                "status": "PASS",
                "failed": 0,
                "applicable": 12,
            },
            CHECK
            | {
                "check_id": "HVA-CC-1-006",
                "asset": "raw__care_contacts",
                "status": "FAIL",
                "failed": 2,
                "applicable": 12,
                "message": "2 values",
            },
            CHECK | {"check_id": "HVA-CO-1-001", "asset": "raw__costs", "status": "FAIL", "failed": 1, "applicable": 1},
        ],
        "dq__quarantine": [
            {
                "receipt_id": "r2",
                "organiser_code": "05",
                "dataset": "care_contacts",
                "period": "2026-09",
                "sequence": 2,
                "file_name": "r2.csv",
                "line_number": line,
                "column_name": "birth_year",
                "rule_id": "HVA-CC-1-006",
                "value_as_sent": "x",
                "known_from": LATER,
            }
            for line in (4, 9)
        ],
        "dq__period_lock": [
            {
                "dataset": "care_contacts",
                "period": "2026-09",
                "locked_at": LATER,
                "locked_by": "Virtanen",
                "reason": "closed",
            }
        ],
    } | other


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return released_home(tmp_path_factory.mktemp("explained") / "home", {night(5): tables()})


def told(home, indicator="contacts_per_1000", period="2026-09", **other):
    with open_release(home) as con:
        return explain(con, Wanted(indicator, "05", period, **other))


def test_a_current_figure_tells_the_deliveries_and_snapshots_in_force(released):
    found = told(released)
    assert found["cell"]["value"] == 12
    assert [(d["receipt_id"], d["sequence"], d["row_count"], d["is_correction"]) for d in found["deliveries"]] == [
        ("r2", 2, 11, True),
        ("hus", 1, 1, None),
    ]
    assert found["rows"]["count"] == 12 == found["cell"]["numerator"]
    assert found["deliveries"][0]["files"] == [{"file_name": "r2.csv", "sha256": "ab" * 32, "bytes": 10}]
    (one,) = found["snapshots"]
    assert (one["object"], one["input_role"], one["licence"], one["sha256"]) == (
        "population/2025",
        "population",
        "CC BY 4.0",
        "cd" * 32,
    )
    assert one["address"].startswith("https://pxdata.stat.fi/") and one["fetched_at"] == NIGHT
    assert [d["object"] for d in found["divisions"]] == ["municipality_map/2026"]


def test_what_was_known_before_has_the_deliveries_of_then(released):
    found = told(released, at=datetime(2026, 11, 4, tzinfo=UTC))
    assert found["cell"]["value"] == 10
    assert [d["receipt_id"] for d in found["deliveries"]] == ["r1", "hus"]
    assert [v["value"] for v in found["versions"]] == [10, 12]


def test_mappings_checks_quarantine_and_locks_are_those_of_the_inputs(released):
    found = told(released)
    assert [(m["judged_by"], m["codes"], m["columns"]) for m in found["mappings"]] == [("basis1", 2, ["sex"])]
    (checks,) = found["checks"]
    assert (checks["asset"], checks["passed"], checks["failed"]) == ("raw__care_contacts", 1, 1)
    assert [c["check_id"] for c in checks["not_passed"]] == ["HVA-CC-1-006"]
    assert [(r["rule_id"], r["row_count"]) for r in found["refused"]] == [("HVA-CC-1-006", 2)]
    assert [lock["locked_by"] for lock in found["locks"]] == ["Virtanen"]
    assert found["release"]["code_fingerprint"] == "c0de" * 16


def test_a_national_figure_tells_address_licence_and_hash(released):
    found = told(released, "population", "2025")
    assert found["deliveries"] == found["mappings"] == found["locks"] == []
    assert [(s["snapshot_id"], s["input_role"], s["licence"]) for s in found["snapshots"]] == [
        ("p1", "rows", "CC BY 4.0")
    ]


def test_landed_bytes_are_read_again_on_demand(world: World):
    home = world.home
    kept, gone, spoiled = (world.receive(name, night(3)) for name in ("kept", "gone", "spoiled"))
    landing = Landing(home.landing)
    erase(home, world.ledger, gone, "asked for", "Virtanen", night(4))
    landing.path(spoiled).chmod(0o600)
    landing.path(spoiled).write_bytes(b"other")
    files = [
        file_of("r2", kept),
        file_of("hus", gone) | {"file_name": "a"},
        file_of("hus", spoiled) | {"file_name": "b"},
    ]
    publish_figures(home, world.ledger, night(5), **tables(dq__delivery_file=files))
    found = told(home)
    verify_bytes(found, landing)
    assert [file["bytes_are"] for delivery in found["deliveries"] for file in delivery["files"]] == [
        "verified",
        "absent",
        "changed",
    ]
    assert {s["bytes_are"] for s in (*found["snapshots"], *found["divisions"])} == {"absent"}


def test_a_delta_names_the_deliveries_that_brought_its_rows(world: World):
    rows = [{"receipt_id": "r2", "row_receipt_id": receipt} for receipt in ("r1", "r1", "r2")] + [
        {"receipt_id": "other", "row_receipt_id": "r1"}
    ]
    delta = tables()["dq__delivery"]
    delta[1]["mode"] = "delta"
    publish_figures(world.home, world.ledger, night(5), **tables(dq__delivery=delta, core__fct_cost=rows))
    one, full = told(world.home)["deliveries"]
    assert [(part["receipt_id"], part["row_count"], part["files"][0]["file_name"]) for part in one["made_of"]] == [
        ("r1", 2, "r1.csv"),
        ("r2", 1, "r2.csv"),
    ]
    assert full["made_of"] == []


def test_a_release_from_before_lineage_says_so(world: World):
    world.accept("r1", night(3))
    world.release(night(3))
    with pytest.raises(CellError, match="made before lineage was kept; run `sotevarasto nightly`"):
        told(world.home)
