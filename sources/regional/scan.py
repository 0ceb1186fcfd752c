"""The one scan: a file's lines → typed columns and verdicts, as one SQL statement to one Parquet file.

Belongs here: putting together what the header, the dialect and the rules say into SQL, and running it over a file's lines. Does not belong here: what the pieces mean
(reader.py, harmoniser.py, rules.py), what follows from the verdicts (judge.py).
Lines that are no record (blank, the header again, a wrong number of fields …) are rows of the result too, with the bit of their fault, so that the file's lines can
be counted in its Parquet.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.regional.county import Dialect
from sources.regional.harmoniser import SENT, identifier, identifiers, quoted, sent_expression, typed_columns
from sources.regional.lines import LineFeed
from sources.regional.masking import kept_columns, masked_list
from sources.regional.quotes import PARSED, QUOTED, UNCLOSED
from sources.regional.reader import Header
from sources.regional.rules import TABLE, CompiledRules, line_bit, period_bounds, periods

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

    def run(self, con: duckdb.DuckDBPyConnection, feed: LineFeed, out: Path) -> int:
        """Read the feed to its end and write `out`: a row for each record or faulty line below the header, in file order. Returns how many rows were written."""
        return self._run(con, feed, f"copy ({self.select(feed.has_quotes)}) to {quoted(str(out))} {PARQUET}")

    def sent(self, con: duckdb.DuckDBPyConnection, feed: LineFeed, table: str, wanted: str) -> None:
        """Create the temporary table `table` (line_number, sent) of the values as sent on the lines that the query `wanted` gives."""
        lines = f"(select * from {_SOURCE} where line_number in ({wanted}))"
        fields = f"select line_number, {self._sent_list('part')} as sent from ({self._parted(feed.has_quotes, lines)})"
        self._run(con, feed, f"create or replace temp table {table} as {fields}")

    def _run(self, con: duckdb.DuckDBPyConnection, feed: LineFeed, sql: str) -> int:
        con.register(_SOURCE, feed.batches())
        try:
            return con.execute(sql, self._parameters() if "$receipt_id" in sql else None).fetchall()[0][0]
        finally:
            con.unregister(_SOURCE)

    def select(self, has_quotes: bool) -> str:
        """The whole query; columns as in a staged slice."""
        masks = self.rules.mask_columns
        line_fault = "line_fault <> 0"
        words = [
            f"case when {line_fault} then {'line_fault' if i == 0 else '0::ubigint'} else {sql} end as {name}"
            for i, (name, sql) in enumerate(zip(masks, self.rules.mask_expressions(), strict=True))
        ]
        names = identifiers(self.contract.column_names)
        judged = f"select line_number, record_number, whole, part, line_fault, {names}, {', '.join(words)} from ({self._typed(has_quotes)}) as {TABLE}"
        sent = f"case when {masks[0]} = 0 then null when {line_fault} then {masked_list('[whole]')} else {self._sent_list('part')} end as sent"
        return (
            f"select record_number, line_number, $file_name as file_name, {kept_columns(self.contract, f'{masks[0]} <> 0')}, $organiser_code as organiser_code, $period as period, "
            f"$receipt_id as receipt_id, $sequence::integer as sequence, $sample_share::decimal(9,6) as sample_share, {', '.join(masks)}, {sent} from ({judged})"
        )

    def _parameters(self) -> dict[str, object]:
        c = self.context
        return {
            "file_name": self.file_name,
            "organiser_code": c.organiser_code,
            "period": c.period,
            "receipt_id": c.receipt_id,
            "sequence": c.sequence,
            "sample_share": str(c.sample_share),
        }

    def _typed(self, has_quotes: bool) -> str:
        """line_number, record_number, whole, part, line_fault, sent_<column>, <column>, and the bounds of the period."""
        sent = ", ".join(
            f"{sent_expression(self._field(c.name), self.dialect)} as {identifier(SENT + c.name)}"
            for c in self.contract.columns
        )
        texts = f"select line_number, record_number, whole, part, line_fault, {sent} from ({self._records(has_quotes)})"
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
        parted = f"select *, case {cases} else 0::ubigint end as line_fault from ({self._parted(has_quotes, _SOURCE)})"
        return f"select * replace (case when line_fault = 0 then part end as part) from ({parted})"

    def _parted(self, has_quotes: bool, source: str) -> str:
        """The feed's lines with `part`, their fields."""
        delimiter = quoted(self.dialect.delimiter)
        part = f"string_split(whole, {delimiter})"
        if has_quotes:
            bare = f"string_split(replace(whole, '\"', ''), {delimiter})"
            part = f"case kind when {PARSED} then parts when {QUOTED} then {bare} else {part} end"
        return f"select *, {part} as part from {source}"

    def _field(self, column: str) -> str:
        return f"part[{self.header.position[column]}]"

    def _sent_list(self, part: str) -> str:
        """The values as sent, in contract order."""
        return masked_list(f"[{', '.join(f'{part}[{self.header.position[c.name]}]' for c in self.contract.columns)}]")
