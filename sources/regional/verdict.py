"""The verdict on a delivery, from what was judged of its rows.

Belongs here: counting the judged table, the balance of lines, the share of faulty rows, and how often each rule was broken. Does not belong here: reading (scan.py), writing what
was judged, the order of the steps (judge.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.regional.file_rules import file_rule
from sources.regional.harmoniser import quoted
from sources.regional.lines import LineFeed
from sources.regional.manifest import Refused
from sources.regional.preflight import Preflight, mixed_ends
from sources.regional.reader import Header
from sources.regional.rules import LINE_RULES, CompiledRules, RuleBit, applicable, line_bit
from sources.regional.scan import JUDGED, DeliveryContext, Scan

MAX_QUARANTINE_SHARE = 0.10
# Beyond this many, stray quotation marks may pair up into records that look whole.
MAX_UNCLOSED = 100
# Lines that nobody would call a record: they count neither for the share nor against the manifest's row count.
_NO_RECORD = (1 << line_bit("BLANK_LINE")) | (1 << line_bit("HEADER_AGAIN"))


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
class RuleCounts:
    """How many rows broke each rule and to how many it applied (`counts`, by turns): read as one dict a rule. A night holds those of all that it has read, so the rules are
    shared between deliveries."""

    rules: tuple[RuleBit, ...] = ()
    counts: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[dict[str, object]]:
        for rule, failed, total in zip(self.rules, self.counts[::2], self.counts[1::2], strict=True):
            yield {"rule": rule.rule_id, "column": rule.column, "failed": failed, "applicable": total}


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
    rule_counts: Iterable[dict[str, object]] = RuleCounts()
    staged: Path | None = None


@dataclass(frozen=True)
class Reading:
    """One file as read: its name, what its bytes told, how it is scanned, and its lines."""

    name: str
    facts: Preflight
    header: Header
    scan: Scan
    feed: LineFeed

    @property
    def place(self) -> tuple[int, int]:
        return self.feed.slot.delivery_number, self.feed.slot.file_number


@dataclass(frozen=True)
class Tally:
    """How many rows of one file have the same masks, and to how many of them each kind of applicability applies."""

    masks: tuple[int, ...]
    rows: int
    applied: Mapping[str, int]


def tallies(
    con: duckdb.DuckDBPyConnection, contract: Contract, rules: CompiledRules
) -> dict[tuple[int, int], list[Tally]]:
    """One look at JUDGED: what the rows came to, by the numbers of the delivery and the file."""
    conditions = sorted({applicable(rule) for rule in contract.rules})
    words = len(rules.mask_columns)
    counted = ", ".join(f"count({sql})" for sql in conditions)
    found = con.execute(
        f"select delivery_number, file_number, {', '.join(rules.mask_columns)}, count(*), {counted} from {JUDGED} where delivery_number is not null group by all"
    ).fetchall()
    by_file: dict[tuple[int, int], list[Tally]] = {}
    for delivery, file, *row in found:
        tally = Tally(tuple(row[:words]), row[words], dict(zip(conditions, row[words + 1 :], strict=True)))
        by_file.setdefault((delivery, file), []).append(tally)
    return by_file


def concluded(
    contract: Contract,
    rules: CompiledRules,
    readings: Sequence[Reading],
    found: Mapping[tuple[int, int], Sequence[Tally]],
    context: DeliveryContext,
) -> Judgement:
    """The verdict on the delivery that these files are, before it is written. Raises Refused when there are no rows that could be told."""
    by_file = [found.get(reading.place, ()) for reading in readings]
    for reading, tallied in zip(readings, by_file, strict=True):
        try:
            _refuse_quotes(reading)
            _refuse_imbalance(reading, sum(t.rows for t in tallied))
        except Refused as refusal:
            raise in_file(reading.name, refusal) from None
    files = tuple(map(_file_read, readings, by_file))
    own = [t for tallied in by_file for t in tallied]
    records = sum(f.records for f in files)
    if not records and not context.is_empty_explained:
        raise Refused("HEADER_ONLY", f"{', '.join(f.name for f in files)}: a header and no rows", found=0)
    received = sum(t.rows for t in own)
    accepted = sum(t.rows for t in own if t.masks[0] == 0)
    faulty = sum(t.rows for t in own if t.masks[0] and not t.masks[0] & _NO_RECORD)
    refusal = refusal_of_share(faulty, records)
    return Judgement(
        refusal,
        files,
        received,
        accepted,
        received - accepted,
        records,
        _rule_counts(contract, rules, own, context.period),
    )


def over_share(con: duckdb.DuckDBPyConnection, staged: Path, records: int) -> Refused | None:
    """The refusal of a staged delivery of which too many rows are faulty; None when they are few enough."""
    faulty = con.execute(
        f"select count(*) from read_parquet({quoted(str(staged))}) where rule_mask <> 0 and rule_mask & {_NO_RECORD}::ubigint = 0"
    ).fetchall()[0][0]
    return refusal_of_share(faulty, records)


def refusal_of_share(faulty: int, records: int) -> Refused | None:
    """The refusal when so many of so many rows are faulty; None when they are few enough."""
    if faulty <= MAX_QUARANTINE_SHARE * records:
        return None
    share = f"{100 * faulty / records:.1f} %"
    limit = f"{100 * MAX_QUARANTINE_SHARE:.0f} %"
    reason = f"{faulty} of {records} rows are faulty ({share}); the limit is {limit}"
    return Refused("QUARANTINE_SHARE", reason, declared=limit, found=share, faulty=faulty, rows=records)


def in_file(name: str, refusal: Refused) -> Refused:
    """The same refusal, and those that it tells of, saying which file they are about."""
    also = [in_file(name, one) for one in refusal.also]
    return Refused(refusal.code, f"{name}: {refusal.reason}", also=also, **refusal.values | {"file": name})


def _refuse_quotes(reading: Reading) -> None:
    feed = reading.feed
    if feed.unclosed > MAX_UNCLOSED:
        reason = f"{feed.unclosed} lines have misplaced quotation marks; the limit is {MAX_UNCLOSED}"
        raise Refused("UNCLOSED_QUOTES", reason, declared=MAX_UNCLOSED, found=feed.unclosed)
    if feed.crlf_ends and feed.lf_ends:
        raise mixed_ends(reading.facts)


def _refuse_imbalance(reading: Reading, rows: int) -> None:
    """Header + rows (records and quarantined lines) + lines within records must be the lines that pre-flight counted, and those that were handed over."""
    facts, feed = reading.facts, reading.feed
    total = 1 + rows + feed.extra_lines
    if not total == facts.lines == feed.lines:
        reason = f"header 1 + rows {rows} + extra lines {feed.extra_lines} = {total}; pre-flight counted {facts.lines} lines, {feed.lines} were read"
        raise Refused("BALANCE", reason, declared=facts.lines, found=total)


def _file_read(reading: Reading, own: Sequence[Tally]) -> FileRead:
    blank = sum(t.rows for t in own if t.masks[0] & (1 << line_bit("BLANK_LINE")))
    told = {
        "TRUNCATED": not reading.facts.final_newline,
        "TRAILING_DELIMITER": reading.header.has_trailing,
        "BLANK_LINE": blank > 0,
    }
    return FileRead(
        name=reading.name,
        bytes=reading.facts.bytes,
        lines=reading.facts.lines,
        records=sum(t.rows for t in own if not t.masks[0] & _NO_RECORD),
        extra_lines=reading.feed.extra_lines,
        notices=tuple(code for code, holds in told.items() if holds),
    )


def _rule_counts(contract: Contract, rules: CompiledRules, own: Sequence[Tally], period: str) -> RuleCounts:
    """For each rule the rows that broke it and those it applied to; rules about lines only where one was broken."""
    counts: list[int] = []
    for rule, bit in zip(contract.rules, rules.bits, strict=True):
        total = sum(t.applied[applicable(rule)] for t in own) if rule.judges(period) else 0
        failed = sum(t.rows for t in own if t.masks[bit.word] >> bit.bit & 1)
        if rule.check == "type":
            total += failed
        if rule.check == "unique" and rule.judges(period):
            total = failed + sum(t.rows for t in own if t.masks[0] == 0)
        counts += failed, total
    lines, broken = sum(t.rows for t in own), []
    for code in LINE_RULES:
        if failed := sum(t.rows for t in own if t.masks[0] >> line_bit(code) & 1):
            broken.append(RuleBit(file_rule(code).id, None, 0, line_bit(code)))
            counts += failed, lines
    return RuleCounts((*rules.bits, *broken) if broken else rules.bits, tuple(counts))
