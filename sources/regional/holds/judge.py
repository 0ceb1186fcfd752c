"""Judging by the rules of holds: one staged delivery against what its sender has had accepted.

Belongs here: which rules it breaks, each with the figures that say so. Does not belong here: the bounds (hold_rules.yml), the formulas (expectation.py), what becomes
of a held delivery (answers.py, judging.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from sources.contract import Contract
from sources.regional.harmoniser import identifiers, quoted
from sources.regional.holds.expectation import Expectation, drift, expectation
from sources.regional.holds.history import InForce, Peers, scaled
from sources.regional.holds.profile import Profile
from sources.regional.holds.rules import hold_rule

if TYPE_CHECKING:
    import duckdb


# Sizes stand for rows without sampling: with the share wrong, these are wrong too.
_OF_SHARE = ("VOLUME", "DRIFT")


@dataclass(frozen=True)
class Finding:
    """One broken rule: what was found against what was expected, in words and as values (numbers that are not whole are text)."""

    code: str
    reason: str
    values: Mapping[str, str | int]
    column: str | None = None

    def as_dict(self) -> dict[str, Any]:
        rule = hold_rule(self.code)
        return {
            "rule": rule.id,
            "version": rule.version,
            "column": self.column,
            "reason": self.reason,
            "values": dict(self.values),
        }


@dataclass(frozen=True)
class Case:
    """A delivery of a whole month that row rules would accept, and all that it is held against.

    `others` are the sender's other months in force, `replaced` the one that it would replace, `removed` how many of that one's rows (by key) it lacks. `outside` are its
    rows of other months.
    """

    contract: Contract
    number: int
    sample_share: Decimal
    profile: Profile
    rows_received: int
    others: list[InForce] = field(default_factory=list)
    replaced: InForce | None = None
    removed: int = 0
    outside: int = 0
    peers: Peers = Peers(0, 0.0, Decimal(1), {})

    @property
    def rate(self) -> float:
        return self.profile.rows / float(self.sample_share)


def findings(case: Case) -> list[Finding]:
    """Every rule that the delivery breaks, in the order of hold_rules.yml; empty when it need not wait. What follows from a wrong sample share is not told beside it."""
    found = [finding for rule in _RULES for finding in rule(case)]
    has_other_share = any(finding.code == "SAMPLE_SHARE" for finding in found)
    return [f for f in found if not (has_other_share and f.code in _OF_SHARE)]


def removed_rows(con: duckdb.DuckDBPyConnection, contract: Contract, in_force: Path, staged: Path | None) -> int:
    """How many accepted rows of the slice in force have a key that the staged one lacks."""
    keys = identifiers(contract.key)
    before = f"select {keys} from read_parquet({quoted(str(in_force))}) where rule_mask = 0"
    if staged is not None:
        after = f"select {keys} from read_parquet({quoted(str(staged))}) where rule_mask = 0"
        before = f"select * from ({before}) anti join ({after}) using ({keys})"
    return con.execute(f"select count(*) from ({before})").fetchall()[0][0]


def _sample_share(case: Case) -> Iterator[Finding]:
    bounds = hold_rule("SAMPLE_SHARE").bounds
    if case.profile.rows < bounds["fewest_rows"]:
        return
    share = f"{case.sample_share.normalize():f}"
    if case.others:
        usual, rows = median(m.rate for m in case.others), median(m.profile.rows for m in case.others)
        shares = sorted({f"{m.sample_share.normalize():f}" for m in case.others})
        # The share is what is wrong when the rows as they came are nearer the usual ones than the rows without sampling.
        is_share = share not in shares and rows > 0 and _far(case.profile.rows, rows) < _far(case.rate, usual)
        if usual and is_share and _far(case.rate, usual) > math.log(bounds["rate_ratio"]):
            yield _share_finding(case, share, ", ".join(shares), usual, "the sender's own earlier months")
    elif case.peers.senders >= bounds["peers"]:
        usual, as_peers = case.peers.rate, case.profile.rows / float(case.peers.share)
        is_share = case.sample_share != case.peers.share and _far(as_peers, usual) < _far(case.rate, usual)
        if is_share and _far(case.rate, usual) > math.log(bounds["peer_ratio"]):
            yield _share_finding(case, share, f"{case.peers.share}", usual, f"{case.peers.senders} other senders")


def _share_finding(case: Case, share: str, earlier: str, usual: float, whose: str) -> Finding:
    reason = (
        f"{case.profile.rows} rows at a sample share of {share} stand for {case.rate:.0f} rows; "
        f"the middle month of {whose} stands for {usual:.0f}"
    )
    return Finding(
        "SAMPLE_SHARE",
        reason,
        {
            "declared": share,
            "found": f"{case.rate:.0f} rows",
            "expected": f"{usual:.0f}",
            "earlier": earlier,
            "rate": f"{case.rate:.0f}",
        },
    )


def _far(a: float, b: float) -> float:
    """How far apart two sizes are, either way."""
    return abs(math.log(a / b)) if a > 0 and b > 0 else math.inf


def _unit(case: Case) -> Iterator[Finding]:
    bounds = hold_rule("UNIT").bounds
    for column in case.contract.columns:
        factors = bounds["factors"].get(column.unit)
        now, filled = case.profile.middle.get(column.name), case.profile.filled.get(column.name, 0)
        earlier = [m.profile.middle[column.name] for m in case.others if column.name in m.profile.middle]
        if not factors or not now or not earlier or filled < bounds["fewest_values"]:
            continue
        usual = float(median(earlier))
        ratio = float(now) / usual
        if abs(math.log(ratio)) <= math.log(min(factors)) / 2:
            continue
        nearest = min(factors, key=lambda f: abs(abs(math.log(ratio)) - math.log(f)))
        times = f"about {nearest} times" if ratio > 1 else f"about 1/{nearest} of"
        reason = f"{column.name}: the middle value is {now:.6g} {column.unit}, {times} the {usual:.6g} of {len(earlier)} earlier months"
        values = {"found": f"{now:.6g}", "expected": f"{usual:.6g}", "ratio": f"{ratio:.4g}"}
        yield Finding("UNIT", reason, values, column.name)


def _month_again(case: Case) -> Iterator[Finding]:
    if case.contract.extras.get("rows_go_on"):
        return
    bounds, now = hold_rule("MONTH_AGAIN").bounds, set(case.profile.sketch)
    if case.profile.rows < bounds["fewest_rows"] or not now:
        return
    shares = [(_shared(now, set(m.profile.sketch)), m) for m in case.others if m.profile.rows >= bounds["fewest_rows"]]
    share, month = max(shares, key=lambda s: (s[0], s[1].number), default=(0.0, None))
    if share >= bounds["shared"]:
        reason = f"about {share:.0%} of the {case.profile.rows} rows are those of {month.period} (receipt {month.receipt_id})"
        yield Finding("MONTH_AGAIN", reason, {"found": month.period, "shared": f"{share:.2f}"})


def _shared(one: set[int], other: set[int]) -> float:
    """The part of the rows that two slices share, by the smallest hashes of both together."""
    smallest = sorted(one | other)[: max(len(one), len(other))]
    return sum(1 for number in smallest if number in one and number in other) / len(smallest) if smallest else 0.0


def _mass_deletion(case: Case) -> Iterator[Finding]:
    if case.replaced is None:
        return
    bounds, before = hold_rule("MASS_DELETION").bounds, case.replaced.profile.rows
    if case.removed > bounds["rows"] or (
        case.removed >= bounds["fewest_rows"] and case.removed > bounds["share"] * before
    ):
        reason = (
            f"{case.removed} of the {before} rows in force (receipt {case.replaced.receipt_id}) would go, "
            f"{case.removed / before:.0%}; the delivery has {case.profile.rows}"
        )
        values = {
            "before": before,
            "removed": case.removed,
            "found": case.profile.rows,
            "limit": f"{bounds['share']:.0%}",
        }
        yield Finding("MASS_DELETION", reason, values)


def _outside_period(case: Case) -> Iterator[Finding]:
    bounds = hold_rule("OUTSIDE_PERIOD").bounds
    if case.replaced is None or case.outside < bounds["fewest_rows"]:
        return
    if case.outside > bounds["share"] * case.rows_received:
        reason = f"{case.outside} of {case.rows_received} rows are of other months than the one that they would replace"
        yield Finding("OUTSIDE_PERIOD", reason, {"found": case.outside, "rows": case.rows_received})


def _column_empty(case: Case) -> Iterator[Finding]:
    bounds, rows = hold_rule("COLUMN_EMPTY").bounds, case.profile.rows
    for column in case.contract.column_names:
        # A month from before the contract had the column says nothing about it.
        known = [m.profile for m in case.others if m.profile.rows and column in m.profile.filled]
        shares = [profile.filled[column] / profile.rows for profile in known]
        if len(shares) < bounds["months"] or case.profile.filled.get(column, rows) or not rows:
            continue
        usual = median(shares)
        if usual and _chance(1 - usual, rows) < math.log(bounds["chance"]):
            reason = f"{column}: empty on all {rows} rows; filled on {usual:.1%} in the middle of {len(shares)} earlier months"
            yield Finding("COLUMN_EMPTY", reason, {"found": 0, "rows": rows, "expected": f"{usual:.1%}"}, column)


def _column_constant(case: Case) -> Iterator[Finding]:
    bounds = hold_rule("COLUMN_CONSTANT").bounds
    for column in case.profile.constant:
        values = case.profile.filled[column]
        known = [m.profile for m in case.others if m.profile.filled.get(column, 0) >= bounds["fewest_values"]]
        if values < bounds["fewest_values"] or len(known) < bounds["months"]:
            continue
        # A column that is not coded has its commonest value on no known share of the rows: what never was constant is not by chance.
        shares = [p.common.get(column, 1.0 if column in p.constant else 0.5) for p in known]
        usual = median(shares)
        if not any(column in p.constant for p in known) and _chance(usual, values) < math.log(bounds["chance"]):
            reason = f"{column}: one value on all {values} rows that have it; its values differed in {len(known)} earlier months"
            yield Finding("COLUMN_CONSTANT", reason, {"found": 1, "rows": values, "months": len(known)}, column)


def _chance(share: float, rows: int) -> float:
    """The logarithm of the chance that something of this share holds for all rows."""
    return -math.inf if share <= 0 else rows * math.log(share)


def _volume(case: Case) -> Iterator[Finding]:
    bounds, season = hold_rule("VOLUME").bounds, case.peers.season
    months, own = scaled(case.others, case.sample_share, season), season.get(case.number) or 1.0
    found = expectation(case.profile.rows, case.number, months, own)
    if found is None or not _is_swing(case, found) or (case.profile.rows and len(case.others) < bounds["months"]):
        return
    # What a person once released is as good a measure as what went before it.
    released = [m for m in case.others if hold_rule("VOLUME").id in m.released]
    if released:
        since = max(m.number for m in released)
        later = expectation(case.profile.rows, case.number, [m for m in months if m.number >= since], own)
        if later is not None and not _is_swing(case, later):
            return
    kind = "no rows; " if case.profile.rows == 0 else ""
    reason = (
        f"{kind}{case.profile.rows} rows, expected {found.expected:.0f} ({found.method}, {found.months} months): "
        f"{found.change(case.profile.rows):+.0%}, z {found.z:.1f}, φ {found.phi:.2f}"
    )
    values = {
        "found": case.profile.rows,
        "expected": f"{found.expected:.1f}",
        "z": f"{found.z:.2f}",
        "phi": f"{found.phi:.3f}",
        "method": found.method,
        "months": found.months,
    }
    yield Finding("VOLUME", reason, values)


def _is_swing(case: Case, found: Expectation) -> bool:
    bounds = hold_rule("VOLUME").bounds
    if case.profile.rows == 0:
        return True
    change = bounds["change_by_method"].get(found.method, bounds["change"])
    return abs(found.z) > bounds["z"] and abs(found.change(case.profile.rows)) > change


def _drift(case: Case) -> Iterator[Finding]:
    rule = hold_rule("DRIFT")
    known = [m for m in case.others if m.number < case.number]
    since = max((m.number for m in known if rule.id in m.released), default=0)
    series = {m.number: m.scaled for m in scaled([m for m in known if m.number > since], case.sample_share, {})}
    found = drift(series | {case.number: float(case.profile.rows)})
    if found is None or abs(found.z) < rule.bounds["z"]:
        return
    if abs(found.monthly) >= rule.bounds["monthly"] and abs(found.total) >= rule.bounds["total"]:
        reason = f"{found.monthly:+.1%} a month over {found.months} months, {found.total:+.0%} in all (Mann–Kendall z {found.z:.1f})"
        values = {"found": f"{found.total:+.1%}", "monthly": f"{found.monthly:+.2%}", "z": f"{found.z:.2f}"}
        yield Finding("DRIFT", reason, values)


_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    _sample_share,
    _unit,
    _month_again,
    _mass_deletion,
    _outside_period,
    _column_empty,
    _column_constant,
    _volume,
    _drift,
)
