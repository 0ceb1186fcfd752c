"""The build as a whole: what it needs, what stops it, and that the same input gives the same tables."""

from __future__ import annotations

import csv
import shutil

import duckdb
import pytest

from tests.dbt_project.inputs import write_empty, write_inputs
from tests.dbt_project.national_inputs import SEEDS

KEY = [
    "indicator_code",
    "source_code",
    "basis",
    "region_level",
    "region_code",
    "period_start",
    "period_end",
    "sex",
    "age_group",
    "language_status",
    "municipality_type",
    "known_from",
]
FIGURE = [
    "region_name_fi",
    "region_name_sv",
    "region_name_en",
    "theme",
    "period_grain",
    "value",
    "unit",
    "numerator",
    "denominator",
    "value_low",
    "value_high",
    "value_status",
    "origin",
    "coverage",
    "derivation",
    "comparability",
    "comparability_reason",
    "publication_status",
    "known_to",
]


@pytest.fixture(scope="module")
def of_nothing(dbt_build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nothing")
    write_empty(folder)
    return dbt_build(folder, "--exclude-resource-type", "unit_test")


def test_every_node_passes(built):
    assert {name: status for name, status in built.statuses.items() if status not in ("success", "pass", "warn")} == {}
    # Only five municipalities have a population here, of which the build warns and goes on.
    assert [name for name, status in built.statuses.items() if status == "warn"] == [
        "assert_municipalities_in_force_have_a_population"
    ]


@pytest.mark.slow
def test_the_same_input_in_another_row_order_gives_the_same_tables(dbt_build, built, tmp_path):
    write_inputs(tmp_path, backwards=True)
    again = dbt_build(tmp_path, "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    assert again.success
    assert again.hashes() == built.hashes()


@pytest.mark.slow
def test_a_warehouse_of_nothing_builds_and_has_all_its_tables(of_nothing, built):
    assert of_nothing.success
    assert of_nothing.hashes().keys() == built.hashes().keys()
    assert of_nothing.hashes()["mart.minimum_dataset"][0] == 0
    assert of_nothing.hashes()["core.dim_region"] == built.hashes()["core.dim_region"]


@pytest.mark.slow
def test_unit_tests_can_be_left_out_of_a_night(of_nothing, built):
    assert len(built.statuses) > len(of_nothing.statuses) > 60
    assert "wilson_limits_agree_with_newcombe" in built.statuses
    assert "wilson_limits_agree_with_newcombe" not in of_nothing.statuses


def test_a_contact_that_stands_twice_stops_the_build_before_it_is_counted(dbt_build, built, tmp_path):
    folder = tmp_path / "build"
    shutil.copytree(built.folder, folder, ignore=shutil.ignore_patterns("work.duckdb*"))
    (slice_file,) = folder.glob("slices/care_contacts/*/06-e06-*.parquet")
    with duckdb.connect() as con:
        con.execute(f"create table t as from '{slice_file}'")
        con.execute(f"copy (from t union all (from t limit 1)) to '{slice_file}'")
    stopped = dbt_build(folder, "--exclude-resource-type", "unit_test", "--select", "+int__care_contact_count")
    assert not stopped.success
    assert stopped.statuses["core__fct_care_contact_key_is_unique"] == "fail"
    assert stopped.statuses["int__care_contact_count"] == "skipped"


@pytest.mark.parametrize("seed", sorted(SEEDS.glob("*.csv")), ids=lambda seed: seed.stem)
def test_a_seed_arrives_as_it_is_written(warehouse, seed):
    with seed.open(encoding="utf-8", newline="") as file:
        written = [tuple(value or None for value in row) for row in list(csv.reader(file))[1:]]
    assert set(warehouse.execute(f"from {seed.stem.replace('__', '.', 1)}").fetchall()) == set(written)


def test_the_mart_has_its_final_columns_and_exact_types(warehouse):
    described = warehouse.execute("describe mart.minimum_dataset").fetchall()
    assert [column for column, *_ in described] == KEY + FIGURE
    assert {kind for _, kind, *_ in described} == {"VARCHAR", "DATE", "TIMESTAMP", "DECIMAL(18,4)", "DECIMAL(5,4)"}


def test_no_published_table_holds_a_float(warehouse):
    floats = (
        "select table_name, column_name from duckdb_columns() where data_type in ('FLOAT', 'DOUBLE') and not internal"
    )
    assert warehouse.execute(floats).fetchall() == []


def test_every_table_and_column_says_what_it_is(warehouse):
    relations = warehouse.execute(
        """select schema_name || '.' || table_name from duckdb_tables() where comment is null
        union all select schema_name || '.' || view_name from duckdb_views() where not internal and comment is null"""
    ).fetchall()
    columns = warehouse.execute(
        """select schema_name || '.' || table_name || '.' || column_name from duckdb_columns()
        where not internal and coalesce(comment, '') in ('', column_name)"""
    ).fetchall()
    assert (relations, columns) == ([], [])
