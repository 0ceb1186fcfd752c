"""The judge: a delivery's files → one staged Parquet with a verdict on every row, and the verdict on the whole.

Belongs here: the order pre-flight, header, scan, balance, uniqueness, share; what each came to; and pandera's own validation of what was accepted.
Does not belong here: manifests and receipts (admission.py), where files are kept and how they get there (staging.py), reports.

Accepted rows are those with `rule_mask = 0`. Of rows that break no other rule and share a key, the first is accepted when all are alike; when they differ there is
no telling which is right, so none is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule
from sources.regional.harmoniser import identifier, identifiers, quoted
from sources.regional.lines import LineFeed
from sources.regional.manifest import Refused
from sources.regional.preflight import Preflight, mixed_ends, preflight, refuse
from sources.regional.reader import Header, read_header
from sources.regional.repeats import mark_repeated
from sources.regional.rules import (
    LINE_RULES,
    CompiledRules,
    accepted_schema,
    applicable,
    line_bit,
    period_bounds,
    periods,
)
from sources.regional.scan import JUDGED, DeliveryContext, Scan, write

MAX_QUARANTINE_SHARE = 0.10
# Beyond this many, stray quotation marks may pair up into records that look whole.
MAX_UNCLOSED = 100
# Lines that nobody would call a record: they count neither for the share nor against the manifest's row count.
_NO_RECORD = (1 << line_bit("BLANK_LINE")) | (1 << line_bit("HEADER_AGAIN"))


class JudgeError(SotevarastoError):
    """The judge was called in a way that would give a wrong or unstable result."""


@dataclass(frozen=True)
class SourceFile:
    """A data file: where its bytes lie, and the name that its sender gave it."""

    path: Path
    name: str


@dataclass(frozen=True)
class FileRead:
    """What one file came to: physical lines, records among them (blank lines and repeated headers are none), lines that belong to the record above them,
    and the codes of rules that are only told (`notices`)."""

    name: str
    bytes: int
    lines: int
    records: int
    extra_lines: int
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """The verdict on a delivery.

    `refusal` tells why the whole is refused, None when it is accepted. `rows_received` = `rows_accepted` + `rows_quarantined`; every line that stands in quarantine
    counts. `records` are comparable with the manifest's rows. `rule_counts` has, for each rule of the contract in its order, the rows that broke it and those
    it applied to; for rules about lines, those that were broken. `staged` is the Parquet file, None when no row was judged.
    """

    refusal: Refused | None
    files: tuple[FileRead, ...] = ()
    rows_received: int | None = None
    rows_accepted: int = 0
    rows_quarantined: int = 0
    records: int = 0
    rule_counts: tuple[dict[str, object], ...] = ()
    staged: Path | None = None


@dataclass(frozen=True)
class AcceptedCheck:
    """What pandera's own validation said of accepted rows: `failures` maps a rule id (or a column's type) to the number of rows, -1 when it gave none."""

    rows: int
    failures: dict[str, int]

    @property
    def passed(self) -> bool:
        return not self.failures


def stage_file(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    dialect: Dialect,
    file: Path,
    rules: CompiledRules,
    context: DeliveryContext,
    out: Path,
) -> Judgement:
    """`stage_files` for a delivery of one file that bears its path's name."""
    return stage_files(con, contract, dialect, [SourceFile(file, file.name)], rules, context, out)


def stage_files(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    dialect: Dialect,
    files: Sequence[SourceFile],
    rules: CompiledRules,
    context: DeliveryContext,
    out: Path,
) -> Judgement:
    """Judge a delivery and write its rows to `out` (mode 0600; temporary files beside it are removed).

    A refused delivery leaves `out` only when its rows were judged and too many are faulty, so that they can be told. `con` is used by this call alone and must keep
    the order of rows. OSError when a file cannot be read, duckdb.Error when the machine fails; then nothing is left behind.
    """
    if not _row(con, "select current_setting('preserve_insertion_order')")[0]:
        raise JudgeError("the DuckDB connection does not keep the order of rows; leave preserve_insertion_order on")
    written = out.with_name(f"{out.name}.written")
    try:
        readings = [_read(con, contract, dialect, file, rules, context, n) for n, file in enumerate(files)]
        summary = _summary(con, contract)
        unique = contract.unique_rule
        if unique is not None and unique.judges(context.period) and summary.keys < summary.passing:
            mark_repeated(con, contract, rules)
        write(con, [r.scan for r in readings], written)
        judgement = replace(
            _concluded(con, contract, readings, rules, context, summary.applicable, written), staged=out
        )
        os.chmod(written, 0o600)
        os.replace(written, out)
    except Refused as refusal:
        judgement = Judgement(refusal)
    finally:
        written.unlink(missing_ok=True)
    con.execute(f"drop table if exists {JUDGED}")
    return judgement


@dataclass(frozen=True)
class _Reading:
    """One file as scanned."""

    file: SourceFile
    facts: Preflight
    header: Header
    scan: Scan
    feed: LineFeed


def _read(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    dialect: Dialect,
    file: SourceFile,
    rules: CompiledRules,
    context: DeliveryContext,
    number: int,
) -> _Reading:
    try:
        facts = preflight(file.path, dialect.encoding)
        refuse(facts)
        header = read_header(facts, dialect, contract)
        scan = Scan(contract, dialect, header, rules, context, file.name, facts.may_hold_unseen)
        feed = LineFeed(file.path, facts, dialect.delimiter, header)
        rows = scan.run(con, feed, number)
        _refuse_quotes(facts, feed)
        _refuse_imbalance(facts, feed, rows)
    except Refused as refusal:
        raise Refused(refusal.code, f"{file.name}: {refusal.reason}", **refusal.values) from None
    return _Reading(file, facts, header, scan, feed)


def _refuse_quotes(facts: Preflight, feed: LineFeed) -> None:
    if feed.unclosed > MAX_UNCLOSED:
        reason = f"{feed.unclosed} lines have misplaced quotation marks; the limit is {MAX_UNCLOSED}"
        raise Refused("UNCLOSED_QUOTES", reason, declared=MAX_UNCLOSED, found=feed.unclosed)
    if feed.crlf_ends and feed.lf_ends:
        raise mixed_ends(facts)


def _refuse_imbalance(facts: Preflight, feed: LineFeed, rows: int) -> None:
    """Header + rows (records and quarantined lines) + lines within records must be the lines that pre-flight counted, and those that were handed over."""
    total = 1 + rows + feed.extra_lines
    if not total == facts.lines == feed.lines:
        reason = f"header 1 + rows {rows} + extra lines {feed.extra_lines} = {total}; pre-flight counted {facts.lines} lines, {feed.lines} were read"
        raise Refused("BALANCE", reason, declared=facts.lines, found=total)


@dataclass(frozen=True)
class _Summary:
    """One look at the scanned rows: rows that break no rule, the different keys among them, and for each kind of applicability how many rows it holds for."""

    passing: int
    keys: int
    applicable: dict[str, int]


def _summary(con: duckdb.DuckDBPyConnection, contract: Contract) -> _Summary:
    conditions = sorted({applicable(rule) for rule in contract.rules})
    # Keys are told apart by hash: two alike by chance only cost a closer look.
    counted = [
        "count(*) filter (rule_mask = 0)",
        f"count(distinct hash({identifiers(contract.key)})) filter (rule_mask = 0)",
        *(f"count({sql})" for sql in conditions),
    ]
    passing, keys, *holds = _row(con, f"select {', '.join(counted)} from {JUDGED}")
    return _Summary(passing, keys, dict(zip(conditions, holds, strict=True)))


def _concluded(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    readings: Sequence[_Reading],
    rules: CompiledRules,
    context: DeliveryContext,
    applied: Mapping[str, int],
    written: Path,
) -> Judgement:
    masks = ", ".join(rules.mask_columns)
    found = con.execute(f"select file_name, {masks}, count(*) from {_parquet(written)} group by all").fetchall()
    files = tuple(_file_read(reading, found) for reading in readings)
    records = sum(f.records for f in files)
    if not records and not context.is_empty_explained:
        raise Refused("HEADER_ONLY", f"{', '.join(f.name for f in files)}: a header and no rows", found=0)
    received = sum(r[-1] for r in found)
    accepted = sum(r[-1] for r in found if r[1] == 0)
    faulty = sum(r[-1] for r in found if r[1] and not r[1] & _NO_RECORD)
    refusal = _refusal_of_share(faulty, records)
    counts = _rule_counts(contract, rules, applied, found, context.period)
    return Judgement(refusal, files, received, accepted, received - accepted, records, counts)


def over_share(con: duckdb.DuckDBPyConnection, staged: Path, records: int) -> Refused | None:
    """The refusal of a staged delivery of which too many rows are faulty; None when they are few enough."""
    faulty = _row(
        con, f"select count(*) from {_parquet(staged)} where rule_mask <> 0 and rule_mask & {_NO_RECORD}::ubigint = 0"
    )[0]
    return _refusal_of_share(faulty, records)


def _refusal_of_share(faulty: int, records: int) -> Refused | None:
    if faulty <= MAX_QUARANTINE_SHARE * records:
        return None
    share = f"{100 * faulty / records:.1f} %"
    limit = f"{100 * MAX_QUARANTINE_SHARE:.0f} %"
    reason = f"{faulty} of {records} rows are faulty ({share}); the limit is {limit}"
    return Refused("QUARANTINE_SHARE", reason, declared=limit, found=share)


def _file_read(reading: _Reading, found: Sequence[tuple]) -> FileRead:
    own = [r for r in found if r[0] == reading.file.name]
    blank = sum(r[-1] for r in own if r[1] & (1 << line_bit("BLANK_LINE")))
    told = {
        "TRUNCATED": not reading.facts.final_newline,
        "TRAILING_DELIMITER": reading.header.has_trailing,
        "BLANK_LINE": blank > 0,
    }
    return FileRead(
        name=reading.file.name,
        bytes=reading.facts.bytes,
        lines=reading.facts.lines,
        records=sum(r[-1] for r in own if not r[1] & _NO_RECORD),
        extra_lines=reading.feed.extra_lines,
        notices=tuple(code for code, holds in told.items() if holds),
    )


def _rule_counts(
    contract: Contract, rules: CompiledRules, applied: Mapping[str, int], found: Sequence[tuple], period: str
) -> tuple[dict[str, object], ...]:
    """For each rule the rows that broke it and those it applied to; rules about lines only where one was broken."""
    counts: list[dict[str, object]] = []
    for rule, bit in zip(contract.rules, rules.bits, strict=True):
        total = applied[applicable(rule)] if rule.judges(period) else 0
        failed = sum(r[-1] for r in found if r[1 + bit.word] >> bit.bit & 1)
        if rule.check == "type":
            total += failed
        if rule.check == "unique" and rule.judges(period):
            total = failed + sum(r[-1] for r in found if r[1] == 0)
        counts.append({"rule": rule.id, "column": rule.column, "failed": failed, "applicable": total})
    lines = sum(r[-1] for r in found)
    for code in LINE_RULES:
        if failed := sum(r[-1] for r in found if r[1] >> line_bit(code) & 1):
            counts.append({"rule": file_rule(code).id, "column": None, "failed": failed, "applicable": lines})
    return tuple(counts)


def validate_accepted(con: duckdb.DuckDBPyConnection, contract: Contract, slices: Iterable[Path]) -> AcceptedCheck:
    """Hold the accepted rows of staged slices against the contract by pandera's own validation, types included.

    It is the second opinion on the mask: what it finds is a fault of this program, never of a sender. duckdb.Error when a slice cannot be read.
    """
    import ibis
    from pandera.errors import SchemaErrors

    paths = list(slices)
    if not paths:
        return AcceptedCheck(0, {})
    bounds = "".join(
        f", cast({identifier(period)} || '-01' as timestamp) as {identifier(first)}, {identifier(first)} + interval 1 month as {identifier(last)}"
        for period in periods(contract)
        for first, last in [period_bounds(period)]
    )
    accepted = f"select {identifiers(contract.column_names)}{bounds} from {_parquet(*paths)} where rule_mask = 0"
    con.execute(f"create or replace temp view accepted_rows as {accepted}")
    rows = _row(con, "select count(*) from accepted_rows")[0]
    table = ibis.duckdb.from_connection(con).table("accepted_rows", database=("temp", "main"))
    try:
        accepted_schema(contract).validate(table, lazy=True)
    except SchemaErrors as errors:
        return AcceptedCheck(rows, dict(_failure(e) for e in errors.schema_errors))
    return AcceptedCheck(rows, {})


def _failure(error) -> tuple[str, int]:
    name = getattr(error.check, "name", None)
    if name is None:
        required = (getattr(error.schema, "metadata", None) or {}).get("required")
        name = required if required and "null" in str(error.check) else f"{error.schema.name}: {error.check}"
    cases = error.failure_cases
    if hasattr(cases, "execute"):  # an ibis table, where pandas was not needed to find the cases
        return name, int(cases.count().execute())
    return name, len(cases) if hasattr(cases, "__len__") else -1


def _row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple:
    """The one row of a query. A result that is not read to its end would bar the connection from further work."""
    return con.execute(sql).fetchall()[0]


def _parquet(*paths: Path) -> str:
    return f"read_parquet([{', '.join(quoted(str(p)) for p in paths)}])"
