"""The judge: the files of deliveries → one staged Parquet a delivery with a verdict on every row, and the verdict on the whole.

Belongs here: the order pre-flight, header, scan, uniqueness, verdict, writing; which deliveries share a table; and pandera's own validation of what was accepted.
Does not belong here: manifests and receipts (admission.py), where files are kept and how they get there (staging.py), what the rows come to (verdict.py), reports.

Accepted rows are those with `rule_mask = 0`. Of rows that break no other rule and share a key, the first is accepted when all are alike; when they differ there is
no telling which is right, so none is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.errors import SotevarastoError
from sources.regional.county import Dialect
from sources.regional.harmoniser import identifier, identifiers, quoted
from sources.regional.lines import LineFeed, Slot
from sources.regional.manifest import Refused, together
from sources.regional.preflight import preflight, refuse
from sources.regional.reader import read_header
from sources.regional.repeats import mark_repeated
from sources.regional.rules import CompiledRules, accepted_schema, period_bounds, periods
from sources.regional.scan import JUDGED, DeliveryContext, Scan, end_table, write
from sources.regional.verdict import Judgement, Reading, concluded, in_file, tallies

# Deliveries that share a table have fewer lines than a row group of Parquet: a longer one is cut into row groups, and where depends on what stands before it.
_ROW_GROUP = 122_880
# pandera asks some fifty questions. Up to so many rows are gathered first: the files of a night of small deliveries would else be opened for each of them.
_GATHERED = 1_000_000


class JudgeError(SotevarastoError):
    """The judge was called in a way that would give a wrong or unstable result."""


@dataclass(frozen=True)
class SourceFile:
    """A data file: where its bytes lie, and the name that its sender gave it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Delivery:
    """What is judged as one: its files in the manifest's order, what every row says of it, and the Parquet file that its rows go to (the refused ones alone
    unless `keeps_accepted`)."""

    files: Sequence[SourceFile]
    context: DeliveryContext
    out: Path
    keeps_accepted: bool = True

    @property
    def written(self) -> Path:
        return self.out.with_name(f"{self.out.name}.written")


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
    return stage_deliveries(con, contract, dialect, [Delivery(files, context, out)], rules)[0]


def stage_deliveries(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    dialect: Dialect,
    deliveries: Sequence[Delivery],
    rules: CompiledRules,
) -> list[Judgement]:
    """`stage_files` for many deliveries of one sender. Each comes to what it would come to alone, to the byte; together they cost one planning of the scan.

    Their rows are in one table at a time, which spills. A fault of one delivery is its own refusal; a fault of the machine is everyone's, and nothing is left behind.
    """
    if not con.execute("select current_setting('preserve_insertion_order')").fetchall()[0][0]:
        raise JudgeError("the DuckDB connection does not keep the order of rows; leave preserve_insertion_order on")
    judged: dict[int, Judgement] = {}
    opened: dict[int, list[Reading]] = {}
    try:
        for number, delivery in enumerate(deliveries):
            try:
                opened[number] = _opened(contract, dialect, delivery, number, rules)
            except Refused as refusal:
                judged[number] = Judgement(refusal)
        for together in _sharing(opened):
            judged |= _judge(con, contract, rules, deliveries, together)
    except BaseException:
        for delivery in deliveries:
            delivery.out.unlink(missing_ok=True)
        raise
    finally:
        for delivery in deliveries:
            delivery.written.unlink(missing_ok=True)
    con.execute(f"drop table if exists {JUDGED}")
    return [judged[number] for number in range(len(deliveries))]


def _opened(
    contract: Contract, dialect: Dialect, delivery: Delivery, number: int, rules: CompiledRules
) -> list[Reading]:
    """The files of a delivery, each with its header read and nothing else. Raises Refused when the bytes or the headers decide, with what is wrong in each file."""
    readings, refusals = [], []
    for place, file in enumerate(delivery.files):
        try:
            readings.append(_open(contract, dialect, file, rules, Slot(number, place, delivery.context.period)))
        except Refused as refusal:
            refusals.append(refusal)
    if refusals:
        raise together(refusals)
    return readings


def _open(contract: Contract, dialect: Dialect, file: SourceFile, rules: CompiledRules, slot: Slot) -> Reading:
    try:
        facts = preflight(file.path, dialect.encoding)
        refuse(facts)
        header = read_header(facts, dialect, contract)
    except Refused as refusal:
        raise in_file(file.name, refusal) from None
    feed = LineFeed(file.path, facts, dialect.delimiter, header, slot)
    scan = Scan(contract, dialect, header, rules, feed.has_quotes, facts.may_hold_unseen)
    return Reading(file.name, facts, header, scan, feed)


def _sharing(opened: dict[int, list[Reading]]) -> list[dict[int, list[Reading]]]:
    """The deliveries that share a table: all short ones, and each long one with itself."""
    is_long = {n: sum(r.facts.lines for r in readings) >= _ROW_GROUP for n, readings in opened.items()}
    short = {n: readings for n, readings in opened.items() if not is_long[n]}
    return [*([short] if short else []), *({n: opened[n]} for n in opened if is_long[n])]


def _judge(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    rules: CompiledRules,
    deliveries: Sequence[Delivery],
    together: Mapping[int, list[Reading]],
) -> Iterator[tuple[int, Judgement]]:
    """Scan these deliveries, by number, into one table; the verdict on each, and its rows written."""
    _scan(con, together)
    unique = contract.unique_rule
    if in_force := [n for n in together if unique is not None and unique.judges(deliveries[n].context.period)]:
        mark_repeated(con, contract, rules, in_force)
    found = tallies(con, contract, rules)
    for number, readings in together.items():
        try:
            judgement = concluded(contract, rules, readings, found, deliveries[number].context)
        except Refused as refusal:
            yield number, Judgement(refusal)
            continue
        if deliveries[number].keeps_accepted or judgement.rows_quarantined:
            _write(con, deliveries[number], readings, judgement)
            judgement = replace(judgement, staged=deliveries[number].out)
        yield number, judgement


def _scan(con: duckdb.DuckDBPyConnection, together: Mapping[int, list[Reading]]) -> None:
    """Fill JUDGED, one statement for each run of files that read alike; the files of a delivery stay in their order."""
    alike = sorted(together.values(), key=lambda readings: [r.scan.likeness for r in readings])
    readings = [reading for files in alike for reading in files]
    for number, (_, run) in enumerate(groupby(readings, key=lambda r: r.scan.likeness)):
        same = list(run)
        same[0].scan.run(con, [r.feed for r in same], is_first=number == 0)
    end_table(con)


def _write(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    readings: Sequence[Reading],
    judgement: Judgement,
) -> None:
    files = {r.feed.slot.file_number: (r.name, r.scan) for r in readings}
    rows = write(con, files, delivery.context, readings[0].place[0], delivery.written, delivery.keeps_accepted)
    wanted = judgement.rows_received if delivery.keeps_accepted else judgement.rows_quarantined
    if rows != wanted:
        raise JudgeError(f"{delivery.out.name}: {rows} rows were written of {wanted}; a fault of this program")
    os.chmod(delivery.written, 0o600)
    os.replace(delivery.written, delivery.out)


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
    rows = con.execute("select count(*) from accepted_rows").fetchall()[0][0]
    name = "accepted_rows"
    if rows <= _GATHERED:
        name = "accepted_gathered"
        con.execute(f"create or replace temp table {name} as from accepted_rows").fetchall()
    table = ibis.duckdb.from_connection(con).table(name, database=("temp", "main"))
    try:
        accepted_schema(contract).validate(table, lazy=True)
    except SchemaErrors as errors:
        return AcceptedCheck(rows, dict(_failure(e) for e in errors.schema_errors))
    finally:
        con.execute("drop table if exists accepted_gathered")
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


def _parquet(*paths: Path) -> str:
    return f"read_parquet([{', '.join(quoted(str(p)) for p in paths)}])"
