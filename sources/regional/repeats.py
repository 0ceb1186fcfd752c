"""Rows of one delivery that share a key.

Belongs here: finding those that may not stand beside another, and marking them. Does not belong here: rules about one row (rules.py), the order of judging (judge.py),
keys across deliveries: a newer delivery replaces the older one as a whole.

Only rows that break no other rule are compared, and only within their delivery. When all rows of a key are alike, as typed, the first is kept; when they differ there is no telling which is right,
so none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sources.contract import Contract
from sources.regional.harmoniser import identifiers
from sources.regional.rules import OVERFLOW_BIT, CompiledRules
from sources.regional.scan import JUDGED, masked_texts

if TYPE_CHECKING:
    import duckdb


# Hashes of keys that may be repeated. Two keys alike by chance only cost a closer look.
_SEEN = "seen_again"


def mark_repeated(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: CompiledRules, deliveries: Sequence[int]
) -> None:
    """Set the bit of the uniqueness rule on the rows of these deliveries in JUDGED that are not kept. They stay where they are: the masks are changed in place, and what has the form of a
    personal identity code is hidden as in every refused row."""
    key = identifiers(("delivery_number", *contract.key))
    own = f"rule_mask = 0 and delivery_number in ({', '.join(map(str, deliveries))})"
    seen = f"select hash({key}) as seen from {JUDGED} where {own} group by seen having count(*) > 1"
    if not con.execute(f"create or replace temp table {_SEEN} as {seen}").fetchall()[0][0]:
        return
    bit = next(b for b in rules.bits if b.rule_id == contract.unique_rule.id)
    marks = {rules.mask_columns[0]: OVERFLOW_BIT} if bit.word else {}
    marks[rules.mask_columns[bit.word]] = bit.bit
    changed = [f"{name} = {name} | {1 << n}::ubigint" for name, n in marks.items()]
    changed += [f"{name} = {sql}" for name, sql in masked_texts(contract)]
    con.execute(
        f"""
        with candidate as (
            select rowid as place, file_number, line_number, {key}, row({identifiers(contract.column_names)}) as content
            from {JUDGED} where {own} and hash({key}) in (from {_SEEN})
        ),
        version as (select {key}, count(distinct content) as versions from candidate group by all),
        placed as (
            select place, versions, row_number() over (partition by {key} order by file_number, line_number) as turn
            from candidate join version using ({key})
        )
        update {JUDGED} set {", ".join(changed)} where rowid in (select place from placed where versions > 1 or turn > 1)
        """
    ).fetchall()
