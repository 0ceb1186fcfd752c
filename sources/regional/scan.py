"""The one scan: the lines of files → typed columns and verdicts, as one SQL statement to one table; and a delivery's rows to one Parquet file.

Belongs here: putting together what the header, the dialect and the rules say into SQL, and running it over the lines of all files that read alike. Does not belong
here: what the pieces mean (reader.py, harmoniser.py, rules.py), what follows from the verdicts (verdict.py).
Lines that are no record (blank, the header again, a wrong number of fields …) are rows of the result too, with the bit of their fault, so that the files' lines can
be counted in it. The table is DuckDB's own and temporary: beyond the memory allowed to it, it spills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.identity_code import masked_sql
from sources.regional.county import Dialect
from sources.regional.harmoniser import SENT, identifier, identifiers, quoted, sent_expression, typed_columns
from sources.regional.lines import LineFeed, chained
from sources.regional.quotes import PARSED, PLAIN, QUOTED, UNCLOSED
from sources.regional.reader import Header
from sources.regional.rules import LINE_MASK, TABLE, CompiledRules, line_bit, period_bounds, periods

# The temporary table of judged rows: delivery_number, file_number, record_number, line_number, whole, kind and parts (lines.py), the typed columns, the masks.
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
    """How files of one sender are read that have the same header; `has_quotes` and `may_hold_unseen` tell of quotation marks and unseen characters in them."""

    contract: Contract
    dialect: Dialect
    header: Header
    rules: CompiledRules
    has_quotes: bool
    may_hold_unseen: bool

    @property
    def likeness(self) -> tuple[str, bool, bool]:
        """Equal for files of a sender that one statement can read."""
        return self.header.text, self.has_quotes, self.may_hold_unseen

    def run(self, con: duckdb.DuckDBPyConnection, feeds: Sequence[LineFeed], is_first: bool) -> None:
        """Read the feeds to their end: a row of JUDGED for each record or faulty line below a header, in the order of the feeds. The first scan begins the table anew."""
        into = f"create or replace temp table {JUDGED} as" if is_first else f"insert into {JUDGED}"
        con.register(_SOURCE, chained(feeds))
        try:
            con.execute(f"{into} {self.select()}").fetchall()
        finally:
            con.unregister(_SOURCE)

    def select(self) -> str:
        """The whole query; columns as in JUDGED. Of a refused row texts are kept too, for counting, but without a personal identity code."""
        line_fault = "line_fault <> 0"
        words = [
            f"case when {line_fault} then {'line_fault' if i == 0 else '0::ubigint'} else {sql} end as {name}"
            for i, (name, sql) in enumerate(zip(self.rules.mask_columns, self.rules.mask_expressions(), strict=True))
        ]
        hidden = {
            name: f"case when rule_mask = 0 then {name} else {sql} end" for name, sql in masked_texts(self.contract)
        }
        names = [identifier(name) for name in self.contract.column_names]
        kept = [f"{hidden[name]} as {name}" if name in hidden else name for name in names]
        quoting = "kind, parts" if self.has_quotes else f"{PLAIN}::utinyint as kind, null::varchar[] as parts"
        return (
            f"select delivery_number, file_number, record_number, line_number, whole, {quoting}, {', '.join(kept)}, "
            f"{', '.join(self.rules.mask_columns)} from (select *, {', '.join(words)} from ({self._typed()}) as {TABLE})"
        )

    def sent(self) -> str:
        """SQL over JUDGED: the values as sent, in contract order, without personal identity codes."""
        positions = ", ".join(str(self.header.position[c.name]) for c in self.contract.columns)
        return f"list_transform(list_select({self._parts(True)}, [{positions}]), lambda value: {masked_sql('value')})"

    def _typed(self) -> str:
        """The feed's columns, line_fault, sent_<column>, <column>, and the bounds of the period."""
        sent = ", ".join(
            f"{sent_expression(self._field(c.name), self.dialect)} as {identifier(SENT + c.name)}"
            for c in self.contract.columns
        )
        texts = f"select *, {sent} from ({self._records()})"
        return f"select *, {typed_columns(self.contract, self.dialect)}{self._bounds()} from ({texts})"

    def _bounds(self) -> str:
        bounds = [period_bounds(period) for period in periods(self.contract)]
        return "".join(
            f", period_start as {identifier(first)}, period_end as {identifier(last)}" for first, last in bounds
        )

    def _records(self) -> str:
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
        if not self.has_quotes:
            del faults["UNCLOSED_QUOTE"]
        if not self.may_hold_unseen:
            del faults["CONTROL_CHARACTER"]
        cases = " ".join(f"when {sql} then {1 << line_bit(code)}::ubigint" for code, sql in faults.items())
        parted = f"select *, {self._parts(self.has_quotes)} as part from {_SOURCE}"
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


def end_table(con: duckdb.DuckDBPyConnection) -> None:
    """Add a row of nulls, of no delivery: DuckDB writes a column of which it knows that it holds no null in another way, so the bytes of one delivery would depend on
    what lies beside it in JUDGED."""
    con.execute(f"insert into {JUDGED} (delivery_number) values (null)").fetchall()


def masked_texts(contract: Contract) -> list[tuple[str, str]]:
    """Each text column as an SQL identifier, and the SQL of its value without personal identity codes."""
    names = [identifier(column.name) for column in contract.columns if column.type == "text"]
    return [(name, masked_sql(name)) for name in names]


def write(
    con: duckdb.DuckDBPyConnection,
    files: Mapping[int, tuple[str, Scan]],
    context: DeliveryContext,
    delivery_number: int,
    out: Path,
    keeps_accepted: bool = True,
) -> int:
    """Write a delivery's rows of JUDGED, the accepted ones only if they are to be kept, to the Parquet file `out`; columns as in a staged slice, rows in the order of the
    files and their lines. Only rows that break a rule keep their values as sent, less what has the form of a personal identity code. Returns the number of rows.

    `files` has the name and the scan of each of its files by number.
    """
    scan = next(iter(files.values()))[1]
    sent = f"when rule_mask & {LINE_MASK}::ubigint <> 0 then [{masked_sql('whole')}] else {_by_file({n: s.sent() for n, (_, s) in files.items()})}"
    # Several threads cut the table into other row groups than one; the same delivery must always come to the same bytes. Sorting costs a tenth of the scan.
    is_alone = con.execute("select current_setting('threads')").fetchall()[0][0] == 1
    query = (
        f"select record_number, line_number, {_by_file({n: quoted(name) for n, (name, _) in files.items()})} as file_name, "
        f"{identifiers(scan.contract.column_names)}, "
        "$organiser_code as organiser_code, $period as period, $receipt_id as receipt_id, $sequence::integer as sequence, "
        f"$sample_share::decimal(9,6) as sample_share, {', '.join(scan.rules.mask_columns)}, case when rule_mask = 0 then null {sent} end as sent "
        f"from {JUDGED} where delivery_number = {delivery_number}{'' if keeps_accepted else ' and rule_mask <> 0'} "
        f"{'' if is_alone else 'order by file_number, line_number'}"
    )
    parameters = {
        "organiser_code": context.organiser_code,
        "period": context.period,
        "receipt_id": context.receipt_id,
        "sequence": context.sequence,
        "sample_share": str(context.sample_share),
    }
    return con.execute(f"copy ({query}) to {quoted(str(out))} {PARQUET}", parameters).fetchall()[0][0]


def _by_file(expressions: Mapping[int, str]) -> str:
    """The file's own of these SQL expressions by file number."""
    if len(set(expressions.values())) == 1:
        return next(iter(expressions.values()))
    return f"case file_number {' '.join(f'when {n} then {sql}' for n, sql in expressions.items())} end"
