"""Quarantine: each broken rule of each refused line, with its place and the value as sent.

Belongs here: unfolding the verdicts of a staged Parquet into one row a line and rule, with what identifies a person masked.
Does not belong here: judging (judge.py), where the file is kept (staging.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sources.contract import Contract
from sources.identity_code import MASK, masked_sql
from sources.regional.file_rules import file_rule
from sources.regional.harmoniser import quoted
from sources.regional.rules import LINE_RULES, CompiledRules, line_bit

if TYPE_CHECKING:
    import duckdb

# A whole line cannot be told apart into columns, so all of it counts as identifying; these two kinds hold no values.
_BARE_LINES = ("BLANK_LINE", "HEADER_AGAIN")


def write_quarantine(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rules: CompiledRules,
    staged: Path,
    file_names: Sequence[str],
    out: Path,
) -> int:
    """Write the broken rules of `staged` to `out` (mode 0600), in the order of files, lines and rules; returns the number of rows written.

    Columns: receipt_id, organiser_code, dataset, period, sequence, file_name, line_number, record_number, column_name (null for a whole line), rule_id, value_as_sent.
    Every line that is not accepted has a row.
    """
    words = " ".join(f"when {n} then {name}" for n, name in enumerate(rules.mask_columns))
    place = f"list_position([{', '.join(map(quoted, file_names))}], file_name)"
    # Under a wrong heading a pseudonym is a pseudonym still.
    forms = [c.pattern for c in contract.columns if c.identifying and c.pattern]
    is_hidden = " or ".join(
        ["is_identifying", *(f"regexp_full_match(sent[position], {quoted(form)})" for form in forms)]
    )
    value = masked_sql("sent[position]")
    rows = f"""
        select receipt_id, organiser_code, {quoted(contract.name)} as dataset, period, sequence, file_name, line_number, record_number, column_name, rule_id,
            case when ({is_hidden}) and sent[position] <> '' then {quoted(MASK)} else {value} end as value_as_sent
        from read_parquet({quoted(str(staged))})
        cross join (values {", ".join(_broken(contract, rules))}) as r(number, rule_id, column_name, word, bit, position, is_identifying)
        where rule_mask <> 0 and (case word {words} end >> bit) & 1 = 1
        order by {place}, line_number, number
    """
    written = con.execute(f"copy ({rows}) to {quoted(str(out))} (format parquet, compression snappy)").fetchall()[0][0]
    os.chmod(out, 0o600)
    return written


def _broken(contract: Contract, rules: CompiledRules) -> Iterator[str]:
    """Each rule as an SQL row: its order, id, column, where its verdict stands, which value as sent it speaks of and whether that identifies."""
    for number, code in enumerate(LINE_RULES):
        is_identifying = code not in _BARE_LINES
        yield f"({number}, {quoted(file_rule(code).id)}, null::varchar, 0, {line_bit(code)}, 1, {is_identifying})"
    for number, bit in enumerate(rules.bits, len(LINE_RULES)):
        position = contract.column_names.index(bit.column) + 1
        is_identifying = contract.column(bit.column).identifying
        yield f"({number}, {quoted(bit.rule_id)}, {quoted(bit.column)}, {bit.word}, {bit.bit}, {position}, {is_identifying})"
