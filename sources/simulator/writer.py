"""Rows written as a sender writes them: the opposite way through a county file.

Belongs here: typed columns to text in a dialect, lines to bytes. Does not belong here: what the rows say (events.py, costs.py) and what is wrong in them
(row_faults.py, faults.py).
"""

from __future__ import annotations

import polars as pl

from sources.regional.county import Dialect
from sources.simulator.senders import Sender

# A code that a sender knows under several names: of three rows two take the first name, one another.
_USUAL = 2


def null_text(dialect: Dialect) -> str:
    """What this sender writes where there is no value."""
    return max(dialect.null_values, key=len)


def text_columns(frame: pl.DataFrame, dialect: Dialect) -> pl.DataFrame:
    """Typed contract columns as text columns under the sender's headers, in the order in which the sender has them."""
    columns = [_text(frame, name, dialect).alias(header) for header, name in dialect.columns.items()]
    return frame.with_row_index("_row").select(columns).fill_null(null_text(dialect))


def lines_of(text: pl.DataFrame, dialect: Dialect) -> list[str]:
    """The lines of a file without its header. No value of the simulator holds a delimiter or a quotation mark, so nothing is quoted."""
    return text.select(pl.concat_str(pl.all(), separator=dialect.delimiter)).to_series().to_list()


def header_of(dialect: Dialect) -> str:
    return dialect.delimiter.join(dialect.columns)


def encoded(lines: list[str], dialect: Dialect, sender: Sender) -> bytes:
    """Lines (header first) as the bytes of a file, each ended as the sender ends it."""
    mark = "\ufeff" if sender.byte_order_mark else ""
    return (mark + "".join(line + sender.line_end for line in lines)).encode(dialect.encoding)


def _text(frame: pl.DataFrame, name: str, dialect: Dialect) -> pl.Expr:
    column, kind = pl.col(name), frame.schema[name]
    if name in dialect.codes:
        return _as_sent(column, dialect.codes[name])
    if kind == pl.Datetime:
        return column.dt.strftime(dialect.timestamp_format)
    if kind == pl.Date:
        return column.dt.strftime(dialect.date_format)
    if kind == pl.Decimal:
        return column.cast(pl.String).str.replace(".", dialect.decimal, literal=True)
    return column.cast(pl.String)


def _as_sent(column: pl.Expr, codes: dict[str, str]) -> pl.Expr:
    names: dict[str, list[str]] = {}
    for sent, code in codes.items():
        names.setdefault(code, []).append(sent)
    usual = {code: sent[0] for code, sent in names.items()}
    rare = {code: sent[-1] for code, sent in names.items()}
    is_usual = pl.col("_row") % (_USUAL + 1) < _USUAL
    return pl.when(is_usual).then(column.replace_strict(usual)).otherwise(column.replace_strict(rare))
