"""The small typed model of this room: a check, a suite, and what a run may know besides the table.

Belongs here: shapes that the builder, the gate and the pages share. Does not belong here: building (suites.py), running (gate.py, engine.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sources.errors import SotevarastoError

ROWS = "gx_rows"  # the judged table under a name of ours; every other relation of a suite is derived from it
FIGURE = "gx_figure"  # one row a figure: check_id, subject, numerator, denominator, value, minimum, maximum
FIGURE_COLUMNS = ("subject", "numerator", "denominator", "value", "minimum", "maximum")
UNEXPECTED_ROWS = "UnexpectedRowsExpectation"

Text = dict[str, str]  # fi, sv, en


class BoundsError(SotevarastoError):
    """bounds.yml, or a contract it must agree with, cannot be made into a suite; the message names the entry and the mend."""


@dataclass(frozen=True)
class Relation:
    """Something a suite derives from the judged table before it is judged; a temporary view or table of that name."""

    name: str
    sql: str
    is_table: bool = True


@dataclass(frozen=True)
class Plan:
    """How one check is judged.

    Either Great Expectations measures `source` itself (`expectation` with `arguments`; `judged` is the SQL aggregate that counts what it looks at), or
    `figures` is a select of FIGURE_COLUMNS, one row for each subject (an organiser, a code, a group), and the expectation is that no row lies outside
    its own minimum and maximum. Figures hold aggregates only, never a person's row. `needs` names what must be known besides the table.
    """

    source: str
    expectation: str = UNEXPECTED_ROWS
    arguments: Mapping[str, Any] = field(default_factory=dict)
    judged: str = "count(*)"
    figures: str | None = None
    needs: str | None = None


@dataclass(frozen=True)
class Check:
    """One expectation of a suite. `judged_from` is the smallest number of rows (of a figure: the smallest denominator) that says anything.

    `reason` says why the bounds are what they are. `text` says what is expected, `fix` what to do when it is not so.
    """

    id: str
    kind: str
    severity: str
    dimension: str
    text: Text
    fix: Text
    reason: str
    minimum: float | None
    maximum: float | None
    judged_from: int
    plan: Plan

    @property
    def is_blocking(self) -> bool:
        return self.severity == "error"


@dataclass(frozen=True)
class Suite:
    """Checks on one table. `relations` are made in this order, each from the judged table or from those before it."""

    name: str
    title: Text
    expectations: tuple[Check, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True)
class Known:
    """What a run may know besides the table. What is None is not known, and the checks that need it are N-A.

    deliveries: accepted rows by (organiser_code, period), from the ledger. residents: persons by organiser_code; a producer without residents is left
    out. previous_rows: rows of the same table in the release before.
    """

    deliveries: Mapping[tuple[str, str], int] | None = None
    residents: Mapping[str, int] | None = None
    previous_rows: int | None = None
