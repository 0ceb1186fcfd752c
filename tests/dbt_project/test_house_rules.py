"""Habits that every model keeps: name, home, grain, owner, documentation, tests."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2] / "dbt_project"
SCHEMAS = ("raw", "stg", "int", "core", "mart", "dq", "meta")
MODELS = sorted([*PROJECT.glob("models/*/*.sql"), *PROJECT.glob("seeds/*.csv")])
NAMES = [path.stem for path in MODELS]


def described(path: Path) -> dict:
    """What the satellite of the same stem says of a model or a seed."""
    document = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))
    (entry,) = document.get("models") or document["seeds"]
    return entry


@pytest.mark.parametrize("path", MODELS, ids=NAMES)
def test_a_model_is_named_after_its_schema_and_described_beside_itself(path):
    schema = path.stem.split("__")[0]
    assert schema in SCHEMAS
    assert path.parent.name == ("seeds" if schema == "raw" else schema)
    entry = described(path)
    assert entry["name"] == path.stem
    assert entry["description"].endswith(".")
    assert entry["config"]["meta"]["grain"].startswith("One row per")
    assert entry["config"]["meta"]["owner"] in ("data-engineering", "analytics")
    assert all(column["description"] for column in entry["columns"])


@pytest.mark.parametrize(
    "path", [p for p in MODELS if p.stem.split("__")[0] in ("raw", "core", "mart", "meta")], ids=lambda p: p.stem
)
def test_a_table_that_others_build_on_has_a_tested_key(path):
    assert any("unique_combination" in t or "versions_do_not_overlap" in t for t in described(path)["data_tests"])


@pytest.mark.parametrize("path", [p for p in MODELS if p.suffix == ".csv"], ids=lambda p: p.stem)
def test_a_seed_is_text_in_every_column(path):
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    entry = described(path)
    assert [c["name"] for c in entry["columns"]] == header
    assert entry["config"]["column_types"] == dict.fromkeys(header, "varchar")


def test_every_formula_has_a_worked_unit_test():
    worked = {
        test["model"]
        for path in PROJECT.glob("models/*/*_unit_tests.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]
    }
    calculating = {name for name in NAMES if name.startswith("int__")} - {
        # Made by the macros that make the contacts' models of the same content.
        "int__cost_known_delivery",
        "int__cost_population_reference",
        "int__cost_presence",
        "int__event_delivery",
        "int__event_population_reference",
        "int__population_observation",
        "int__wait_split",
        "int__wait_state",
    }
    assert calculating <= worked


def test_only_staging_and_macros_speak_duckdb():
    """What only DuckDB understands stays in staging or behind a macro: the models must one day run elsewhere."""
    dialect = re.compile(
        r"::|\bqualify\b|\basof\b|\bexclude\b|\bgroup by all\b|\bread_parquet\b|//|\bhugeint\b|\bfilter\s*\(|\barg_m(ax|in)\b|\blist\(",
        re.IGNORECASE,
    )
    spoken = {
        f"{path.name}: {found.group()}"
        for path in PROJECT.glob("models/*/*.sql")
        if path.parent.name != "stg" and (found := dialect.search(path.read_text(encoding="utf-8")))
    }
    assert spoken == set()


def test_status_words_are_written_in_one_place():
    words = re.compile(
        r"'(true_zero|missing|suppressed|provisional|synthetic|not_applicable|comparable|caution|not_comparable|summed)'"
    )
    models = [p for p in PROJECT.glob("models/*/*.sql") if words.search(p.read_text(encoding="utf-8"))]
    assert models == []


def test_no_model_names_a_county():
    with (PROJECT / "seeds" / "raw__region.csv").open(encoding="utf-8", newline="") as file:
        regions = [r for r in csv.DictReader(file) if r["kind"] != "whole_country"]
    codes = re.compile("|".join(f"'{r['region_code']}'" for r in regions))
    code = "\n".join(
        p.read_text(encoding="utf-8") for p in [*PROJECT.glob("models/*/*.sql"), *PROJECT.glob("macros/**/*.sql")]
    )
    assert codes.findall(code) == []
