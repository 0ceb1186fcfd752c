"""How the fields, rules and units of a delivery in force are counted, on slices as ingest leaves them."""

from pathlib import Path

import duckdb
import pytest

from sources.regional.catalogue import dataset_contracts
from tests.warehouse.made import World, night
from warehouse.shapes import AFTER, BEFORE, FIELD_COUNT, QUARANTINE, REPORTING_UNIT, RULE_COUNT
from warehouse.sql import literal

CONTRACT = dataset_contracts()["care_contacts"]
# Accepted: one that is sound, one that knows little. Refused: a birth year out of range, no sex, a moment that stands for "not known", a line that is no record.
ROWS = [
    {"birth_year": 1980, "sex": "male", "profession": "other", "contacted_at": "2026-08-01", "unit_id": "U-001"},
    {"birth_year": 1900, "sex": "unknown", "profession": "nurse", "contacted_at": "2026-08-01", "unit_id": "U-002"},
    {"birth_year": 1850, "sex": "female", "profession": "nurse", "contacted_at": "2026-08-01", "unit_id": "U-003"},
    {"birth_year": 1990, "sex": None, "profession": "nurse", "contacted_at": "2026-08-01", "unit_id": "U-001"},
    {"birth_year": 1990, "sex": "male", "profession": "nurse", "contacted_at": None, "unit_id": "U-001"},
    {"birth_year": None, "sex": None, "profession": None, "contacted_at": None, "unit_id": None},
]
REFUSED = {2: ("birth_year", "1850"), 3: ("sex", ""), 4: ("contacted_at", "1.1.1900 00:00"), 5: (None, "12;34")}
COUNTS = [{"rule": "HVA-CC-1-007", "column": "birth_year", "failed": 1, "applicable": 5}]


def written(path: Path, columns: dict[str, str], rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        con.executemany(
            f"insert into t values ({', '.join('?' * len(columns))})", [[r.get(c) for c in columns] for r in rows]
        )
        con.execute(f"copy t to {literal(path)} (format parquet)")


def delivered(world: World, receipt_id: str, rows: list[dict], sequence: int = 1) -> None:
    """A delivery of August with these rows; those of REFUSED by their place lie in quarantine."""
    world.receive(receipt_id, night(3), sequence=sequence)
    path = f"care_contacts/2026-08/05-{receipt_id}-0123456789ab.parquet"
    given = {
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-08",
        "receipt_id": receipt_id,
        "sequence": sequence,
    }
    given |= {"file_name": "a.csv", "sample_share": "1"}
    placed = [given | {"line_number": n + 2, "rule_mask": 4 * (n in REFUSED)} | row for n, row in enumerate(rows)]
    written(world.home.parquet / path, BEFORE | {c.name: c.sql_type for c in CONTRACT.columns} | AFTER, placed)
    bad = [
        given | {"line_number": n + 2, "column_name": column, "rule_id": "r", "value_as_sent": sent}
        for n, (column, sent) in REFUSED.items()
        if n < len(rows)
    ]
    if not bad:
        world.verdict(receipt_id, night(3), "accepted", slice_path=path, rule_counts=COUNTS)
        return
    # A second rule that the same value breaks is the same fault of the same field.
    quarantine = {"path": f"care_contacts/{receipt_id}.parquet", "rows": 2 * len(bad)}
    written(world.home.quarantine / quarantine["path"], QUARANTINE, bad + [one | {"rule_id": "s"} for one in bad])
    world.verdict(receipt_id, night(3), "accepted", slice_path=path, rule_counts=COUNTS, quarantine=quarantine)


def told(world: World, name: str) -> list[dict]:
    file = literal(world.home.build / "registry" / f"{name}.parquet")
    return duckdb.sql(f"from {file} order by all").pl().to_dicts()


@pytest.fixture
def counted(world: World) -> World:
    delivered(world, "r1", ROWS)
    world.stage(night(3))
    return world


@pytest.mark.parametrize(
    ("column", "valid", "other", "default", "invalid", "missing"),
    [
        ("birth_year", 3, 0, 1, 2, 0),
        ("sex", 3, 0, 1, 1, 1),
        ("profession", 4, 1, 0, 1, 0),
        ("contacted_at", 4, 0, 1, 1, 0),
        ("unit_id", 5, 0, 0, 1, 0),
        ("reason_code", 0, 0, 0, 1, 5),
    ],
)
def test_the_values_of_a_field_are_valid_other_default_invalid_or_missing(
    counted, column, valid, other, default, invalid, missing
) -> None:
    (found,) = (row for row in told(counted, "field_count") if row["column_name"] == column)
    assert [found[f"{word}_count"] for word in ("valid", "other", "default", "invalid", "missing")] == [
        valid,
        other,
        default,
        invalid,
        missing,
    ]
    assert found["is_key"] == CONTRACT.column(column).required


def test_every_field_of_the_contract_is_counted_over_every_row(counted: World) -> None:
    found = told(counted, "field_count")
    assert [row["column_name"] for row in sorted(found, key=lambda row: row["column_position"])] == list(
        CONTRACT.column_names
    )
    classes = ("valid_count", "other_count", "default_count", "invalid_count", "missing_count")
    assert {(row["n"], sum(row[c] for c in classes)) for row in found} == {(6, 6)}


def test_a_month_is_counted_by_the_delivery_in_force_alone(counted: World) -> None:
    delivered(counted, "r2", ROWS[:1], sequence=2)
    counted.stage(night(3))
    assert {(row["receipt_id"], row["n"]) for row in told(counted, "field_count")} == {("r2", 1)}
    assert [row["unit_id"] for row in told(counted, "reporting_unit")] == ["U-001"]


def test_a_unit_reports_with_rows_that_are_accepted(counted: World) -> None:
    assert [row["unit_id"] for row in told(counted, "reporting_unit")] == ["U-001", "U-002"]


def test_a_rule_is_told_with_what_it_looks_at(counted: World) -> None:
    (found,) = told(counted, "rule_count")
    assert (found["rule_id"], found["check_kind"], found["dimension"]) == ("HVA-CC-1-007", "range", "accuracy")
    assert (found["failed"], found["applicable"]) == (1, 5)


def test_before_the_first_delivery_the_tables_are_there_and_empty(world: World) -> None:
    world.stage(night(3))
    for name, columns in (("field_count", FIELD_COUNT), ("reporting_unit", REPORTING_UNIT), ("rule_count", RULE_COUNT)):
        file = literal(world.home.build / "registry" / f"{name}.parquet")
        found = duckdb.sql(f"describe from {file}").fetchall()
        assert {row[0]: row[1] for row in found} == columns
        assert told(world, name) == []
