"""The floor: the same work in one process of plain DuckDB SQL, as an analyst who trusts every file would write it.

Belongs here: read_csv, casts, the contract's rules as plain SQL, Parquet, three aggregates. Does not belong here: anything of the project's row path.
It does less than ours on purpose: no hash, no balance, no line numbers, no values as sent. A file that DuckDB's reader misreads it misreads.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from benchmarks.aggregates import AGGREGATES
from sources.contract import Column, Contract, Rule
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.county import Dialect

ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "cp1252": "utf-8", "utf-16-le": "utf-16"}  # cp1252: see volume.py


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _typed(column: Column, dialect: Dialect) -> str:
    header = next(sent for sent, name in dialect.columns.items() if name == column.name)
    raw = 'nullif("' + header.replace('"', '""') + "\", '')"
    for absent in dialect.null_values:
        raw = f"nullif({raw}, {_text(absent)})"
    if column.name in dialect.codes:
        mapped = " ".join(f"when {_text(k)} then {_text(v)}" for k, v in dialect.codes[column.name].items())
        return f"case {raw} {mapped} end"
    if column.type == "timestamp":
        return f"try_strptime({raw}, {_text(dialect.timestamp_format)})"
    if column.type.startswith("decimal"):
        return f"try_cast(replace({raw}, {_text(dialect.decimal)}, '.') as {column.sql_type})"
    return raw if column.type == "text" else f"try_cast({raw} as {column.sql_type})"


def _broken(rule: Rule, column: Column) -> str | None:
    """SQL that is true where the rule is broken. The type rule is in the cast: a value that cannot be cast is null."""
    name, other = column.name, rule.arguments.get("other")
    allowed = ", ".join(_text(code) for code in column.allowed_codes or ())
    return {
        "required": f"{name} is null",
        "codes": f"{name} not in ({allowed})",
        "pattern": f"not regexp_full_match({name}, {_text(column.pattern or '')})",
        "range": f"{name} not between {column.minimum} and {column.maximum}",
        "not_before": f"{name} < {other}",
        "not_before_year": f"year({name}) < {other}",
        "required_with": f"{name} is null and {other} is not null",
        "age_agrees": f"year(need_assessed_at) - birth_year - {name} not between 0 and 1",
        "in_force": _ended_by_month(name, column),
        "in_period": "strftime(coalesce(visited_at, contacted_at), '%Y-%m') <> period",
    }.get(rule.check)


def _ended_by_month(name: str, column: Column) -> str | None:
    ended = (f"({name} = {_text(code)} and period >= '{w.ended_on:%Y-%m}')" for code, w in column.ended_codes.items())
    return " or ".join(ended) or None


def _select(contract: Contract, dialect: Dialect, code: str, folder: Path, entries: list[dict]) -> str:
    files = ", ".join(_text(str(folder / f["readable"])) for e in entries for f in e["files"])
    typed = ", ".join(f"{_typed(c, dialect)} as {c.name}" for c in contract.columns)
    rules = [b for r in contract.rules if (b := _broken(r, contract.column(r.column)))]
    mask = " + ".join(f"case when {sql} then {1 << bit}::ubigint else 0 end" for bit, sql in enumerate(rules))
    columns = ", ".join(f"{_text(header)}: 'VARCHAR'" for header in dialect.columns)
    read = (
        f"read_csv([{files}], delim = {_text(dialect.delimiter)}, quote = '\"', escape = '\"', header = true, columns = {{{columns}}}, "
        f"auto_detect = false, ignore_errors = true, null_padding = false, filename = true, encoding = '{ENCODINGS[dialect.encoding]}')"
    )
    period = "regexp_extract(filename, '(20[0-9]{2}-[0-9]{2})-[0-9]+[.](utf8[.])?csv$', 1)"
    return f"select *, {mask} as rule_mask from (select {typed}, '{code}' as organiser_code, {period} as period from {read})"


def main(folder: Path, entries: list[dict], out: Path) -> dict[str, list]:
    """Run the floor; returns the three aggregates' rows."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    contract, known = dataset_contract("care_contacts"), counties()
    con = duckdb.connect(config={"threads": 2})
    con.execute("set preserve_insertion_order = false")
    for code in sorted({e["organiser_code"] for e in entries}):
        select = _select(
            contract,
            known[code].dialects["care_contacts"],
            code,
            folder,
            [e for e in entries if e["organiser_code"] == code],
        )
        con.execute(f"copy ({select}) to {_text(str(out / (code + '.parquet')))} (format parquet, compression snappy)")
    con.execute(
        f"create view contacts as select * from read_parquet({_text(str(out / '*.parquet'))}) where rule_mask = 0"
    )
    return {name: con.execute(sql).fetchall() for name, sql in AGGREGATES.items()}
