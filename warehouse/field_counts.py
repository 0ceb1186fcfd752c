"""How the rows of each delivery in force are made up: field by field, rule by rule, unit by unit.

Belongs here: counting, over a staged build, what the scorecard is worked out from, for every dataset that has a contract. Does not belong here: what a value may be (the contracts),
the score itself (dbt_project: dq__scorecard).

The values of a field are valid, other ("none of these"), default (stands for "not known"), invalid or missing, and add up to the rows. A refused row counts too: the fields that its
broken rules name by what was sent, the rest by what stands there. A delivery that changed single rows has the whole month in its slice, without the rows that were refused of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Column, Contract, read_yaml
from sources.home import Home
from sources.regional.catalogue import dataset_contracts
from warehouse.shapes import FIELD_COUNT, REPORTING_UNIT
from warehouse.sql import literal, name, query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLASSES = ("valid", "other", "default", "invalid", "missing")
# A column of this name tells which unit gave the service.
UNIT = "unit_id"


def create_field_counts(con: DuckDBPyConnection, home: Home) -> None:
    """Make the tables `field_count`, `reporting_unit` and `rule_count` of the deliveries in force, beside `delivery`, `quarantined` and `event`, over the slices in the build folder."""
    for table, columns in (("field_count", FIELD_COUNT), ("reporting_unit", REPORTING_UNIT)):
        con.execute(f"CREATE TABLE {table} ({', '.join(f'{name(n)} {kind}' for n, kind in columns.items())})")
    in_force = dict(con.execute(query("slice_files_in_force")).fetchall())
    for contract in dataset_contracts().values():
        folder = home.build / "slices"
        paths = [folder / path for path in in_force if path.startswith(f"{contract.name}/")]
        if paths:
            _count(con, contract, [folder / contract.name / "_empty.parquet", *paths])
    _create_rule(con, dataset_contracts().values())
    con.execute(f"CREATE TABLE rule_count AS {query('rule_count')}")


def _count(con: DuckDBPyConnection, contract: Contract, paths: list[Path]) -> None:
    """One pass over the accepted rows of a dataset, and one over its refused ones, which are few."""
    listed = f"[{', '.join(map(literal, paths))}]"
    rows = f"read_parquet({listed}, union_by_name = true, hive_partitioning = false)"
    has_units = UNIT in contract.column_names
    units = f"list(DISTINCT {UNIT})" if has_units else "NULL::VARCHAR[]"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE accepted AS SELECT receipt_id, count(*) AS n, {units} AS units, "
        f"[{', '.join(map(_counted, contract.columns))}] AS fields FROM {rows} WHERE rule_mask = 0 GROUP BY receipt_id"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE refused AS SELECT receipt_id, file_name, line_number, "
        f"[{', '.join(_class_of(column) for column in contract.columns)}] AS classes FROM {rows} WHERE rule_mask <> 0"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE field (column_name VARCHAR, column_position INTEGER, is_key BOOLEAN)")
    told = [(column.name, number, column.required) for number, column in enumerate(contract.columns, 1)]
    con.executemany("INSERT INTO field VALUES (?, ?, ?)", told)
    con.execute("SET VARIABLE default_as_sent = ?", [_defaults()["as_sent"]])
    con.execute(f"INSERT INTO field_count BY NAME {query('field_count')}")
    if has_units:
        con.execute(
            "INSERT INTO reporting_unit BY NAME SELECT d.organiser_code, d.dataset, d.period, a.receipt_id, u.unit_id "
            "FROM accepted a JOIN delivery d ON d.receipt_id = a.receipt_id AND d.known_to IS NULL, unnest(a.units) AS u(unit_id) "
            "WHERE u.unit_id IS NOT NULL"
        )


def _counted(column: Column) -> str:
    """The accepted values of a column by class, as an SQL struct; the valid ones are what is left."""
    named, found = name(column.name), _signs(column)
    counts = {word: f"count(*) FILTER ({named} IN ({found[word]}))" if found[word] else "0" for word in found}
    missing = f"count(*) - count({named})"
    fields = ", ".join(f"{name(word)}: {counts[word]}" for word in ("other", "default"))
    return f"{{{fields}, missing: {missing}}}"


def _class_of(column: Column) -> str:
    """The class of the value that stands in a row, as SQL."""
    named, found = name(column.name), _signs(column)
    branches = [f"WHEN {named} IN ({found[word]}) THEN {literal(word)}" for word in ("default", "other") if found[word]]
    return f"CASE WHEN {named} IS NULL THEN 'missing' {' '.join(branches)} ELSE 'valid' END"


def _signs(column: Column) -> dict[str, str]:
    """The column's values that are default or other, as SQL; empty where it has none."""
    defaults = _defaults()
    if column.codes:
        return {
            word: ", ".join(literal(c) for c in column.codes if c in defaults["codes"][word])
            for word in defaults["codes"]
        }
    if column.type in ("date", "timestamp"):
        return {"default": ", ".join(f"{literal(day)}::{column.sql_type}" for day in defaults["days"]), "other": ""}
    is_year = column.type == "integer" and column.name.endswith("_year")
    return {"default": ", ".join(map(str, defaults["years"])) if is_year else "", "other": ""}


@cache
def _defaults() -> dict[str, Any]:
    return read_yaml(Path(__file__).parent / "default_values.yml")


def _create_rule(con: DuckDBPyConnection, contracts: Iterable[Contract]) -> None:
    """The rules of the contracts with what they look at."""
    import pyarrow as pa

    rules = [(rule.id, rule.check, rule.dimension) for contract in contracts for rule in contract.rules]
    columns = zip(("rule_id", "check_kind", "dimension"), zip(*rules, strict=True), strict=True)
    con.register("told", pa.table({column: pa.array(values, pa.string()) for column, values in columns}))
    con.execute("CREATE TABLE rule AS FROM told")
    con.unregister("told")
