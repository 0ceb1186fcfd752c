"""Rows of one delivery that share a key.

Belongs here: finding those that may not stand beside another, and marking them. Does not belong here: rules about one row (rules.py), the order of judging (judge.py),
keys across deliveries: a newer delivery replaces the older one as a whole.

Only rows that break no other rule are compared. When all rows of a key are alike, as typed, the first is kept; when they differ there is no telling which is right,
so none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sources.contract import Contract
from sources.regional.harmoniser import identifiers, quoted
from sources.regional.rules import OVERFLOW_BIT, CompiledRules

if TYPE_CHECKING:
    import duckdb

# Temporary tables: the rows that are not kept (file_name, line_number), and the same with their values as sent.
REPEATED = "repeated"
REPEATED_SENT = "repeated_sent"


def place(names: Sequence[str]) -> str:
    """SQL list by which staged rows stand in the order of the files and their lines."""
    return f"list_position([{', '.join(map(quoted, names))}], file_name), line_number"


def find_repeated(con: duckdb.DuckDBPyConnection, contract: Contract, rows: str, names: Sequence[str]) -> int:
    """Create the table REPEATED of the staged `rows` (an SQL relation) that are not kept; returns how many they are."""
    key = identifiers(contract.key)
    con.execute(
        f"""
        create or replace temp table {REPEATED} as
        with shared as (select {key} from {rows} where rule_mask = 0 group by all having count(*) > 1),
        candidate as (
            select file_name, line_number, {key}, row({identifiers(contract.column_names)}) as content
            from {rows} semi join shared using ({key}) where rule_mask = 0
        ),
        version as (select {key}, count(distinct content) as versions from candidate group by all),
        placed as (
            select file_name, line_number, versions, row_number() over (partition by {key} order by {place(names)}) as place
            from candidate join version using ({key})
        )
        select file_name, line_number from placed where versions > 1 or place > 1
        """
    )
    return con.execute(f"select count(*) from {REPEATED}").fetchall()[0][0]


def marked(contract: Contract, rules: CompiledRules, rows: str) -> str:
    """SQL for the staged `rows` with the bit of the uniqueness rule, and the values as sent, on those in REPEATED_SENT; in no certain order."""
    bit = next(b for b in rules.bits if b.rule_id == contract.unique_rule.id)
    marks = {rules.mask_columns[0]: OVERFLOW_BIT} if bit.word else {}
    marks[rules.mask_columns[bit.word]] = bit.bit
    masks = ", ".join(
        f"case when r.sent is null then p.{name} else p.{name} | {1 << n}::ubigint end as {name}"
        for name, n in marks.items()
    )
    return (
        f"select p.* replace ({masks}, coalesce(r.sent, p.sent) as sent) from {rows} p "
        f"left join {REPEATED_SENT} r on r.file_name = p.file_name and r.line_number = p.line_number"
    )
