"""Control totals: what a manifest says that a delivery's rows and columns add up to, against what they do.

Belongs here: adding up, the tolerance, and the comparison as it is shown. Does not belong here: the form of the manifest (manifest.schema.json), the count of
each file's rows (staging.py).

Sums are of every record of the files, the faulty ones too, since the sender knows nothing of quarantine yet. Where a value of the column cannot be read as a number
there is no sum to compare: N-A, and the rows are in quarantine with their reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule
from sources.regional.harmoniser import identifier, quoted
from sources.regional.manifest import Refused, together
from sources.regional.shown import shown

if TYPE_CHECKING:
    import duckdb

    from sources.regional.judge import Judgement
    from sources.regional.staging import Connections, Staged

PASS, FAIL, NOT_APPLICABLE = "PASS", "FAIL", "N-A"
ROWS = "rows"
_UNREAD_LINES = ("RAGGED", "UNCLOSED_QUOTE", "CONTROL_CHARACTER")


@dataclass(frozen=True)
class Total:
    """One control total: the contract's column (or `rows`), both values, how far apart they may be, and what follows."""

    column: str
    declared: Decimal
    found: Decimal | None
    tolerance: Decimal
    status: str

    def as_dict(self) -> dict[str, str | None]:
        """For the verdict; figures as text."""
        found = None if self.found is None else f"{self.found:f}"
        return {
            "column": self.column,
            "declared": f"{self.declared:f}",
            "found": found,
            "tolerance": f"{self.tolerance:f}",
            "status": self.status,
        }


def added_up(connections: Connections, staged: Staged) -> tuple[Staged, list[dict[str, str | None]]]:
    """A staged delivery, refused when a control total does not agree, and its totals for the verdict; the same and none when its manifest gives none."""
    if not staged.admitted.manifest.body.get("control_totals"):
        return staged, []
    try:
        with connections.of_this_thread() as con:
            totals = _control_totals(con, staged)
        refusal = _disagreement(totals)
    except Refused as refused:
        totals, refusal = [], refused
    return replace(staged, refusal=refusal), [total.as_dict() for total in totals]


def _control_totals(con: duckdb.DuckDBPyConnection, staged: Staged) -> list[Total]:
    """Hold every control total of a delivery's manifest against its staged rows; empty when it gives none.

    Refused (CONTROL_TOTAL) when it names a column that has no sum. duckdb.Error when the rows cannot be read.
    """
    stated = staged.admitted.manifest.body.get("control_totals") or {}
    contract, judged = staged.admitted.contract, staged.judgement
    totals = []
    if ROWS in stated:
        # As with each file's rows: of all lines below the header some are no record.
        lines = sum(f.lines - 1 - f.extra_lines for f in judged.files)
        found = lines if stated[ROWS] == lines else sum(f.records for f in judged.files)
        totals.append(_total(ROWS, Decimal(stated[ROWS]), Decimal(found), Decimal(0)))
    declared = _by_column(stated.get("sums") or {}, contract, staged.admitted.dialect)
    tolerance = Decimal(str(contract.extras.get("control_total_tolerance", 0)))
    found = _sums(con, staged.slice, list(declared))
    unread = _unread(contract, judged)
    for column, value in declared.items():
        totals.append(_total(column, value, None if column in unread else found[column], tolerance))
    return totals


def _disagreement(totals: list[Total]) -> Refused | None:
    """The refusal of a delivery with totals that do not agree; None when all do."""
    wrong = [_disagrees(total) for total in totals if total.status == FAIL]
    return together(wrong) if wrong else None


def _disagrees(wrong: Total) -> Refused:
    reason = (
        f"control total of {wrong.column}: the manifest says {wrong.declared:f}, the data add up to {wrong.found:f} "
        f"(tolerance {wrong.tolerance:f})"
    )
    values = {"declared": f"{wrong.declared:f}", "found": f"{wrong.found:f}", "tolerance": f"{wrong.tolerance:f}"}
    return Refused("CONTROL_TOTAL", reason, **values, column=wrong.column)


def _unread(contract: Contract, judged: Judgement) -> set[str]:
    """The columns of which some value could not be read as a number; all of them when whole lines could not be divided into fields."""
    types = {rule.id: rule.column for rule in contract.rules if rule.check == "type"}
    broken = {c["rule"] for c in judged.rule_counts if c["failed"]}
    if broken & {file_rule(code).id for code in _UNREAD_LINES}:
        return set(contract.column_names)
    return {types[rule] for rule in broken & types.keys()}


def _total(column: str, declared: Decimal, found: Decimal | None, tolerance: Decimal) -> Total:
    if found is None:
        return Total(column, declared, None, tolerance, NOT_APPLICABLE)
    return Total(column, declared, found, tolerance, PASS if abs(found - declared) <= tolerance else FAIL)


def _by_column(sums: Mapping[str, str], contract: Contract, dialect: Dialect) -> dict[str, Decimal]:
    """The sums by the contract's column; a sender may use its own heading."""
    result = {}
    for name, value in sums.items():
        column = dialect.columns.get(name, name)
        kinds = {c.name: c.type.split("(")[0] for c in contract.columns}
        if kinds.get(column) not in ("integer", "decimal"):
            summable = ", ".join(name for name, kind in kinds.items() if kind in ("integer", "decimal"))
            reason = (
                f"control total of {shown(name)}: there is no such column of numbers; those that have a sum: {summable}"
            )
            raise Refused("CONTROL_TOTAL", reason, declared=shown(name), found=summable)
        result[column] = Decimal(value)
    return result


def _sums(con: duckdb.DuckDBPyConnection, slice_: Path | None, columns: list[str]) -> dict[str, Decimal]:
    if slice_ is None or not columns:
        return dict.fromkeys(columns, Decimal(0))
    summed = ", ".join(f"coalesce(sum({identifier(c)}), 0)::varchar" for c in columns)
    values: list[Any] = list(con.execute(f"select {summed} from read_parquet({quoted(str(slice_))})").fetchall()[0])
    return {column: Decimal(value) for column, value in zip(columns, values, strict=True)}
