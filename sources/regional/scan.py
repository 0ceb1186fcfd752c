"""The one scan: a file's lines → typed columns and verdicts, as one SQL statement to one table; and a delivery's rows to one Parquet file.

Belongs here: putting together what the header, the dialect and the rules say into SQL, and running it over a file's lines. Does not belong here: what the pieces mean
(reader.py, harmoniser.py, rules.py), what follows from the verdicts (judge.py).
Lines that are no record (blank, the header again, a wrong number of fields …) are rows of the result too, with the bit of their fault, so that the file's lines can
be counted in its Parquet. The table is DuckDB's own and temporary: beyond the memory allowed to it, it spills.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.identity_code import masked_sql
from sources.regional.county import Dialect
from sources.regional.harmoniser import SENT, identifier, identifiers, quoted, sent_expression, typed_columns
from sources.regional.lines import LineFeed
from sources.regional.quotes import PARSED, PLAIN, QUOTED, UNCLOSED
from sources.regional.reader import Header
from sources.regional.rules import LINE_MASK, TABLE, CompiledRules, line_bit, period_bounds, periods

# The temporary table of a delivery's judged rows: file_number (from 0), record_number, line_number, whole, kind and parts
# (lines.py), the typed columns, the masks.
JUDGED = "judged"
_SOURCE = "sotevarasto_lines"
# Controls, C1, zero width and bidirectional signs, line and paragraph separators, byte order marks; tab may be a delimiter.
_UNSEEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]"
# A column of more than a thousand different values a row group gains nothing from a dictionary; building one only to drop it costs a tenth of the scan.
PARQUET = "(format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000)"


@dataclass(frozen=True)
class DeliveryContext:
    """What every staged row says about its delivery. `period` is 'YYYY-MM'; `is_empty_explained` allows files without rows."""

    receipt_id: str
    organiser_code: str
    period: str
    sequence: int
    sample_share: Decimal
    is_empty_explained: bool = False


@dataclass(frozen=True)
class Scan:
    """One file ready to be scanned."""

    contract: Contract
    dialect: Dialect
    header: Header
    rules: CompiledRules
    context: DeliveryContext
    file_name: str
    may_hold_unseen: bool

    def run(self, con: duckdb.DuckDBPyConnection, feed: LineFeed, number: int) -> int:
        """Read the feed to its end as file `number` of a delivery: a row of JUDGED for each record or faulty line below the header, in file order. Number 0
        begins the table anew. Returns how many rows were added."""
        into = f"insert into {JUDGED}" if number else f"create or replace temp table {JUDGED} as"
        con.register(_SOURCE, feed.batches())
        try:
            return con.execute(f"{into} {self.select(feed.has_quotes, number)}").fetchall()[0][0]
        finally:
            con.unregister(_SOURCE)

    def select(self, has_quotes: bool, number: int) -> str:
        """The whole query; columns as in JUDGED."""
        line_fault = "line_fault <> 0"
        words = [
            f"case when {line_fault} then {'line_fault' if i == 0 else '0::ubigint'} else {sql} end as {name}"
            for i, (name, sql) in enumerate(zip(self.rules.mask_columns, self.rules.mask_expressions(), strict=True))
        ]
        quoting = "kind, parts" if has_quotes else f"{PLAIN}::utinyint as kind, null::varchar[] as parts"
        return (
            f"select {number}::usmallint as file_number, record_number, line_number, whole, {quoting}, {identifiers(self.contract.column_names)}, "
            f"{', '.join(words)} from ({self._typed(has_quotes)}) as {TABLE}"
        )

    def sent(self) -> str:
        """SQL over JUDGED: the values as sent, in contract order, without personal identity codes."""
        positions = ", ".join(str(self.header.position[c.name]) for c in self.contract.columns)
        return f"list_transform(list_select({self._parts(True)}, [{positions}]), lambda value: {masked_sql('value')})"

    def _typed(self, has_quotes: bool) -> str:
        """The feed's columns, line_fault, sent_<column>, <column>, and the bounds of the period."""
        sent = ", ".join(
            f"{sent_expression(self._field(c.name), self.dialect)} as {identifier(SENT + c.name)}"
            for c in self.contract.columns
        )
        texts = f"select *, {sent} from ({self._records(has_quotes)})"
        return f"select *, {typed_columns(self.contract, self.dialect)}{self._bounds()} from ({texts})"

    def _bounds(self) -> str:
        start = f"timestamp {quoted(self.context.period + '-01 00:00:00')}"
        bounds = [period_bounds(period) for period in periods(self.contract)]
        return "".join(
            f", {start} as {identifier(first)}, {start} + interval 1 month as {identifier(last)}"
            for first, last in bounds
        )

    def _records(self, has_quotes: bool) -> str:
        """Fields, unless the line has a fault (`line_fault`, the bit of its rule or 0)."""
        faults = {
            "UNCLOSED_QUOTE": f"kind = {UNCLOSED}",
            "BLANK_LINE": "whole = ''",
            "HEADER_AGAIN": f"whole = {quoted(self.header.text)}",
            "CONTROL_CHARACTER": f"regexp_matches(whole, {quoted(_UNSEEN)})",
            "RAGGED": f"len(part) <> {self.header.fields}",
        }
        if self.header.has_trailing:
            faults["RAGGED"] += f" or part[{self.header.fields}] <> ''"
        if not has_quotes:
            del faults["UNCLOSED_QUOTE"]
        if not self.may_hold_unseen:
            del faults["CONTROL_CHARACTER"]
        cases = " ".join(f"when {sql} then {1 << line_bit(code)}::ubigint" for code, sql in faults.items())
        parted = f"select *, {self._parts(has_quotes)} as part from {_SOURCE}"
        judged = f"select *, case {cases} else 0::ubigint end as line_fault from ({parted})"
        return f"select * replace (case when line_fault = 0 then part end as part) from ({judged})"

    def _parts(self, has_quotes: bool) -> str:
        """The fields of a line, from `whole` and, where the file has quotation marks, kind and parts."""
        delimiter = quoted(self.dialect.delimiter)
        split = f"string_split(whole, {delimiter})"
        if not has_quotes:
            return split
        bare = f"string_split(replace(whole, '\"', ''), {delimiter})"
        return f"case kind when {PARSED} then parts when {QUOTED} then {bare} else {split} end"

    def _field(self, column: str) -> str:
        return f"part[{self.header.position[column]}]"


def write(con: duckdb.DuckDBPyConnection, scans: Sequence[Scan], out: Path) -> None:
    """Write JUDGED, which `scans` filled in this order, to the Parquet file `out`; columns as in a staged slice, rows in the order of the files
    and their lines. Only rows that break a rule keep their values as sent, less what has the form of a personal identity code."""
    first, c = scans[0], scans[0].context
    sent = f"when rule_mask & {LINE_MASK}::ubigint <> 0 then [{masked_sql('whole')}] else {_by_file([s.sent() for s in scans])}"
    # Several threads cut the table into other row groups than one; the same delivery must always come to the same bytes. Sorting costs a tenth of the scan.
    in_order = (
        ""
        if con.execute("select current_setting('threads')").fetchall()[0][0] == 1
        else "order by file_number, line_number"
    )
    query = (
        f"select record_number, line_number, {_by_file([quoted(s.file_name) for s in scans])} as file_name, {_kept(first.contract)}, "
        "$organiser_code as organiser_code, $period as period, $receipt_id as receipt_id, $sequence::integer as sequence, "
        f"$sample_share::decimal(9,6) as sample_share, {', '.join(first.rules.mask_columns)}, case when rule_mask = 0 then null {sent} end as sent from {JUDGED} {in_order}"
    )
    parameters = {
        "organiser_code": c.organiser_code,
        "period": c.period,
        "receipt_id": c.receipt_id,
        "sequence": c.sequence,
        "sample_share": str(c.sample_share),
    }
    con.execute(f"copy ({query}) to {quoted(str(out))} {PARQUET}", parameters).fetchall()


def _kept(contract: Contract) -> str:
    """The typed columns. Of a refused row texts are kept too, for counting, but without a personal identity code."""
    kept = []
    for column in contract.columns:
        name = identifier(column.name)
        hidden = f"case when rule_mask = 0 then {name} else {masked_sql(name)} end as {name}"
        kept.append(hidden if column.type == "text" else name)
    return ", ".join(kept)


def _by_file(expressions: Sequence[str]) -> str:
    """The file's own of these SQL expressions, one a file."""
    if len(set(expressions)) == 1:
        return expressions[0]
    return f"case file_number {' '.join(f'when {n} then {sql}' for n, sql in enumerate(expressions))} end"
