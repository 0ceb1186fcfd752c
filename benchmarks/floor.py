"""The floor: the same work in one process of plain DuckDB SQL, as an analyst who trusts every file would write it.

Belongs here: read_csv, casts, the contract's rules as plain SQL, Parquet, three aggregates. Does not belong here: anything of the project's row path.
It does less than ours on purpose: no check of bytes, no balance, no line numbers, no values as sent, casts without guards (`10.6` becomes 11). A file that
DuckDB's reader misreads it misreads.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.aggregates import AGGREGATES
from sources.contract import Column, Contract, Rule
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.county import Dialect
from sources.regional.masking import IDENTITY_CODE

ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "cp1252": "utf-8", "utf-16-le": "utf-16"}  # cp1252: see volume.py


def text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def reader_options(dialect: Dialect) -> dict[str, str]:
    """Options of read_csv for one sender's files, as SQL. Columns are read as text, each named sent_<contract's name>."""
    columns = ", ".join(f"sent_{name}: 'VARCHAR'" for name in dialect.columns.values())
    return {
        "delim": text(dialect.delimiter),
        "quote": "'\"'",
        "escape": "'\"'",
        "header": "true",
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "ignore_errors": "true",
        "null_padding": "false",
        "nullstr": f"[{', '.join(map(text, dialect.null_values))}]",
        "encoding": text(ENCODINGS[dialect.encoding]),
    }


def judged(contract: Contract, dialect: Dialect, source: str, ref: Callable[[str], str] = str) -> str:
    """A query over `source` (columns sent_<name>, period): every column typed, and `rule_mask`, 0 where no rule about one row is broken. `ref` writes a table's name."""
    typed = ", ".join(f"{_typed(c, dialect)} as {c.name}" for c in contract.columns)
    rules = [_broken(r, contract.column(r.column), ref) for r in contract.row_rules]
    mask = " + ".join(f"case when {sql} then {1 << bit}::ubigint else 0 end" for bit, sql in enumerate(rules))
    names = ", ".join(c.name for c in contract.columns)
    return f"select {names}, period, {mask} as rule_mask from (select *, {typed} from {source})"


def code_tables(contract: Contract) -> dict[str, str]:
    """Name → query of a table `code` for each long list of codes: a join finds a code faster than a long `in (…)` does."""
    return {
        f"codes_{c.name}": f"select unnest([{', '.join(map(text, c.allowed_codes))}]) as code"
        for c in contract.columns
        if c.code_list
    }


def _typed(column: Column, dialect: Dialect) -> str:
    raw = f"sent_{column.name}"
    if column.name in dialect.codes:
        mapped = " ".join(f"when {text(k)} then {text(v)}" for k, v in dialect.codes[column.name].items())
        return f"case {raw} {mapped} when null then null else '' end"
    if column.type == "timestamp":
        return f"try_strptime({raw}, {text(dialect.timestamp_format)})"
    if column.type.startswith("decimal"):
        return f"try_cast(replace({raw}, {text(dialect.decimal)}, '.') as {column.sql_type})"
    return raw if column.type == "text" else f"try_cast({raw} as {column.sql_type})"


def _broken(rule: Rule, column: Column, ref: Callable[[str], str]) -> str:
    """SQL that is true where the rule is broken."""
    name, other = column.name, rule.arguments.get("other")
    allowed = (
        f"select code from {ref(f'codes_{name}')}"
        if column.code_list
        else ", ".join(map(text, column.allowed_codes or ()))
    )
    return {
        "required": f"sent_{name} is null",
        "type": f"{name} is null and sent_{name} is not null",
        "codes": f"{name} not in ({allowed})",
        "pattern": f"not regexp_full_match({name}, {text(column.pattern or '')})",
        "range": f"{name} not between {column.minimum} and {column.maximum}",
        "not_before": f"{name} < {other}",
        "not_before_year": f"year({name}) < {other}",
        "required_with": f"sent_{name} is null and {other} is not null",
        "age_agrees": f"year(need_assessed_at) - birth_year - {name} not between 0 and 1",
        "in_force": _ended_by_month(name, column),
        "no_identity_code": f"regexp_full_match({name}, {text(IDENTITY_CODE)})",
        "in_period": "strftime(coalesce(visited_at, contacted_at), '%Y-%m') <> period",
    }[rule.check]


def _ended_by_month(name: str, column: Column) -> str:
    ended = (f"({name} = {text(code)} and period >= '{w.ended_on:%Y-%m}')" for code, w in column.ended_codes.items())
    return " or ".join(ended) or "false"


def unrepeated(contract: Contract, ref: Callable[[str], str] = str) -> list[tuple[str, str, str]]:
    """Kind, name and query of the relations that end in `contacts`: rows of `judged` that break no rule and whose key is theirs alone in their delivery; of alike rows one."""
    key = ", ".join(("organiser_code", "period", *contract.key))
    columns = ", ".join(("organiser_code", "period", *contract.column_names))
    every, repeated, passing = ref("judged"), ref("repeated"), "where rule_mask = 0"
    alone = f"select {columns} from {every} anti join {repeated} using ({key}) {passing}"
    alike = f"select distinct {columns} from {every} semi join {repeated} using ({key}) {passing}"
    return [
        ("table", "repeated", f"select {key} from {every} {passing} group by all having count(*) > 1"),
        ("table", "kept", f"select * from ({alike}) qualify count(*) over (partition by {key}) = 1"),
        ("view", "contacts", f"{alone} union all select * from {ref('kept')}"),
    ]


def main(folder: Path, entries: list[dict], out: Path) -> dict[str, list]:
    """Run the floor; returns the three aggregates' rows."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    contract, known = dataset_contract("care_contacts"), counties()
    con = duckdb.connect(config={"threads": 2})
    con.execute("set preserve_insertion_order = false")
    for name, sql in code_tables(contract).items():
        con.execute(f"create table {name} as {sql}")
    for code in sorted({e["organiser_code"] for e in entries}):
        dialect = known[code].dialects["care_contacts"]
        files = [str(folder / f["readable"]) for e in entries if e["organiser_code"] == code for f in e["files"]]
        options = ", ".join(f"{k} = {v}" for k, v in reader_options(dialect).items())
        period = "regexp_extract(filename, '(20[0-9]{2}-[0-9]{2})-[0-9]+[.](utf8[.])?csv$', 1)"
        read = (
            f"(select *, {period} as period from read_csv([{', '.join(map(text, files))}], {options}, filename = true))"
        )
        select = f"select *, '{code}' as organiser_code from ({judged(contract, dialect, read)})"
        con.execute(f"copy ({select}) to {text(str(out / (code + '.parquet')))} (format parquet, compression snappy)")
    con.execute(f"create view judged as from read_parquet({text(str(out / '*.parquet'))})")
    for kind, name, sql in unrepeated(contract):
        con.execute(f"create {kind} {name} as {sql}")
    return {name: con.execute(sql).fetchall() for name, sql in AGGREGATES.items()}
