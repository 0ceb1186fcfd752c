"""Small releases with real tables: the columns are those of the models' contracts, the rows are a test's own.

Belongs here: making `build/work.duckdb` as dbt leaves it and publishing it. Does not belong here: deliveries and slices (made.py).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sources.home import Home
from sources.ledger import Ledger
from warehouse.publish import publish
from warehouse.registry import Staged
from warehouse.release import Release

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
NIGHT = datetime(2026, 11, 3)
Rows = list[dict[str, Any]]
# Core models have no contract; these are the columns that are read here.
_CORE = {
    "core.dim_indicator": (
        "indicator_code",
        "theme",
        *(f"indicator_name_{x}" for x in ("fi", "sv", "en")),
        *("unit", "numerator_text", "denominator_text", "formula_text", "source_code", "status", "notes"),
    ),
    "core.fct_cost": ("receipt_id", "row_receipt_id"),
    "core.dim_region": ("region_level", "region_code", *(f"region_name_{x}" for x in ("fi", "sv", "en"))),
}
_CONTRACTED = (
    "mart.minimum_dataset",
    "meta.lineage",
    "meta.snapshot",
    "meta.code_mapping",
    "meta.dictionary",
    "dq.delivery",
    "dq.delivery_file",
    "dq.check_result",
    "dq.quarantine",
    "dq.period_lock",
    "dq.revisions",
)
REGIONS = [("county", "05", "Varsinais-Suomi"), ("county", "06", "Satakunta"), ("country", "FI", "Suomi")]
INDICATORS = [("contacts_per_1000", "care_contacts"), ("population", "statfin_population")]


def figure(value: float | None = 10, **other: Any) -> dict[str, Any]:
    """A row of the mart: contacts of county 05 in September 2026, unless told otherwise."""
    return {
        "indicator_code": "contacts_per_1000",
        "source_code": "care_contacts",
        "basis": "residence",
        "region_level": "county",
        "region_code": "05",
        "period_start": date(2026, 9, 1),
        "period_end": date(2026, 9, 30),
        "sex": "total",
        "age_group": "total",
        "language_status": "total",
        "municipality_type": "total",
        "known_from": NIGHT,
        "region_name_fi": "Varsinais-Suomi",
        "region_name_en": "Southwest Finland",
        "theme": "need",
        "period_grain": "month",
        "value": value,
        "unit": "per_1000",
        "numerator": value,
        "denominator": 1000,
        "value_status": "value",
        "origin": "synthetic",
        "coverage": 1,
        "derivation": "summed",
        "comparability": "comparable",
        "publication_status": "provisional",
    } | other


def population(value: float = 500_000, **other: Any) -> dict[str, Any]:
    """A row of the mart: residents of county 05 at the end of 2025."""
    year = {"period_grain": "year", "period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)}
    named = {
        "indicator_code": "population",
        "source_code": "statfin_population",
        "unit": "persons",
        "denominator": None,
    }
    return figure(value, **(named | year | {"origin": "published", "publication_status": "final"} | other))


def delivered(receipt_id: str = "r1", known_from: datetime = NIGHT, **other: Any) -> dict[str, Any]:
    """A row of dq.delivery: contacts of county 05 in September, in force."""
    return {
        "receipt_id": receipt_id,
        "organiser_code": "05",
        "dataset": "care_contacts",
        "period": "2026-09",
        "sequence": 1,
        "status": "accepted",
        "mode": "full",
        "rows_received": 12,
        "rows_accepted": 10,
        "rows_quarantined": 2,
        "rows_in_force": 10,
        "sample_share": 1,
        "contract_version": "1.0.0",
        "origin": "synthetic",
        "sha256": "ab" * 32,
        "publication_status": "provisional",
        "known_from": known_from,
    } | other


def behind(receipt_id: str | None = "r1", snapshot_id: str | None = None, known_from: datetime = NIGHT, **other: Any):
    """A row of meta.lineage, of the figure of `figure()`."""
    return {
        "source_code": "care_contacts",
        "basis": "residence",
        "region_level": "county",
        "region_code": "05",
        "period_grain": "month",
        "period_start": date(2026, 9, 1),
        "input_role": "rows",
        "receipt_id": receipt_id,
        "snapshot_id": snapshot_id,
        "sha256": "ab" * 32,
        "row_count": 10,
        "known_from": known_from,
    } | other


def snapshot(snapshot_id: str = "p1", known_from: datetime = NIGHT, **other: Any) -> dict[str, Any]:
    """A row of meta.snapshot: the population of 2025."""
    return {
        "snapshot_id": snapshot_id,
        "source_code": "statfin_population",
        "object": "population/2025",
        "address": "https://pxdata.stat.fi/PxWeb/api/v1/fi/StatFin/vaerak/11re.px",
        "sha256": "cd" * 32,
        "bytes": 100,
        "licence": "CC BY 4.0",
        "source_updated": "2026-04-01",
        "origin": "published",
        "known_from": known_from,
    } | other


def released_home(root: Path, releases: dict[datetime, dict[str, Rows]]) -> Home:
    """A home at `root` with releases of these tables, by their nights."""
    home = Home.open(root, "simulated")
    with Ledger(home.ledger) as ledger:
        for at, tables in releases.items():
            publish_figures(home, ledger, at, **tables)
    return home


def publish_figures(home: Home, ledger: Ledger, at: datetime, code: str = "c0de" * 16, **tables: Rows) -> Release:
    """Publish a release of these tables (`mart__minimum_dataset=[…]`); every other one is there and empty."""
    work = home.build / "work.duckdb"
    with duckdb.connect(str(work)) as con:
        for schema in ("core", "mart", "dq", "meta"):
            con.execute(f"create schema {schema}")
        for name, columns in _columns().items():
            con.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
            rows = tables.pop(name.replace(".", "__"), None)
            _insert(con, name, columns, rows if rows is not None else _default(name))
    assert not tables, f"no such table: {', '.join(tables)}"
    return publish(home, ledger, at, Staged(f"{code}{at}", code, {}))


def _columns() -> dict[str, dict[str, str]]:
    found = {name: dict.fromkeys(columns, "varchar") for name, columns in _CORE.items()}
    for name in _CONTRACTED:
        schema, table = name.split(".")
        (model,) = yaml.safe_load((MODELS / schema / f"{schema}__{table}.yml").read_text("utf-8"))["models"]
        found[name] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


def _default(name: str) -> Rows:
    if name == "core.dim_region":
        return [
            {"region_level": level, "region_code": code}
            | dict.fromkeys(("region_name_fi", "region_name_sv", "region_name_en"), text)
            for level, code, text in REGIONS
        ]
    if name == "core.dim_indicator":
        return [
            {
                "indicator_code": code,
                "source_code": source,
                "status": "draft",
                "formula_text": "1000 * a / b",
                "theme": "need",
                "unit": "per_1000",
            }
            | {f"indicator_name_{x}": f"{code.replace('_', ' ')} {x}" for x in ("fi", "sv", "en")}
            for code, source in INDICATORS
        ]
    return []


def _insert(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Rows) -> None:
    strange = {key for row in rows for key in row} - set(columns)
    assert not strange, f"{name} has no {', '.join(sorted(strange))}"
    if rows:
        values = ", ".join("?" * len(columns))
        con.executemany(
            f"insert into {name} values ({values})", [[row.get(column) for column in columns] for row in rows]
        )
