"""The gate: a suite run on a table, and what became of each of its checks.

Belongs here: preparing what the checks look at, running them, and turning results into PASS, FAIL, N-A or ERROR with numbers.
Does not belong here: Great Expectations' own interface (engine.py), which checks there are (suites.py), how people see them (pages.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from expectations.engine import Planned, Verdict, open_session, plain
from expectations.model import FIGURE, FIGURE_COLUMNS, ROWS, Check, Known, Suite, Text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PASS, FAIL, NOT_APPLICABLE, ERROR = STATUSES = ("PASS", "FAIL", "N-A", "ERROR")
FIGURES_KEPT = (
    150  # of each check, those outside their bounds first: every organiser and column, not every group of the mart
)
_NAME = re.compile(r'([A-Za-z_][A-Za-z0-9_]*|"[^"]+")(\.([A-Za-z_][A-Za-z0-9_]*|"[^"]+")){0,2}')
_NOT_KNOWN: dict[str, Text] = {
    "deliveries": {
        "fi": "Hyväksyttyjen toimitusten rivimääriä ei annettu tarkistukselle.",
        "sv": "De godkända leveransernas radantal gavs inte till kontrollen.",
        "en": "The row counts of the accepted deliveries were not given to the check.",
    },
    "residents": {
        "fi": "Järjestäjien asukasmääriä ei tunneta.",
        "sv": "Anordnarnas invånarantal är inte kända.",
        "en": "The organisers' numbers of residents are not known.",
    },
    "previous_rows": {
        "fi": "Aiempaa julkaisua ei ole.",
        "sv": "Det finns ingen tidigare utgåva.",
        "en": "There is no earlier release.",
    },
}
_NOTHING_ACCEPTED = {
    "fi": "Yhtään toimitusta ei ole vielä hyväksytty.",
    "sv": "Ingen leverans har ännu godkänts.",
    "en": "No delivery has been accepted yet.",
}
_TOO_FEW = {
    "fi": "Liian vähän arvioitavaa: {0}/{1} kohdetta, suurin nimittäjä {2}, arvioidaan alkaen {3}.",
    "sv": "För lite att bedöma: {0}/{1} objekt, största nämnaren {2}, bedöms från {3}.",
    "en": "Too little to judge: {0} of {1} subjects, largest denominator {2}, judged from {3}.",
}


@dataclass(frozen=True)
class CheckOutcome:
    """What became of one check.

    status is PASS, FAIL, N-A or ERROR. `observed` are the numbers found; `denominators` what they were found on: rows looked at, subjects judged of all.
    `figures` are the numbers by subject, those furthest outside their bounds first. `reason` (English) and `reasons` (fi, sv, en) say why it is not a PASS, and are
    empty when it is one; `bounds_reason` says why the bounds are what they are.
    """

    id: str
    status: str
    severity: str
    dimension: str
    text: Text
    fix: Text
    bounds: dict[str, float | None]
    bounds_reason: str
    observed: dict[str, Any] = field(default_factory=dict)
    denominators: dict[str, int | float] = field(default_factory=dict)
    figures: tuple[dict[str, Any], ...] = ()
    reasons: Text = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return self.reasons.get("en", "")

    @property
    def is_blocking(self) -> bool:
        """Whether the release must not happen: an error-level check that failed or could not be judged."""
        return self.severity == "error" and self.status in (FAIL, ERROR)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"reason": self.reason, "is_blocking": self.is_blocking}


@dataclass
class _Counted:
    """How much there is to judge for a check, or why it cannot be counted."""

    subjects: int = 0
    judged: int = 0
    rows: float = 0
    error: str | None = None


def run_suite(con: DuckDBPyConnection, suite: Suite, relation: str, known: Known | None = None) -> list[CheckOutcome]:
    """Judge the table or view `relation` (one to three dotted names) by every check of the suite, in the suite's order: one outcome each.

    `con` may be read-only; it must not be inside a transaction, and is left as it was. What goes wrong inside a check is that check's ERROR; when the
    relation or Great Expectations itself cannot be used, every check is. Raises ValueError when `relation` is no name.
    """
    if not _NAME.fullmatch(relation):
        raise ValueError(f"{relation!r} is no name of a table; give [[database.]schema.]table")
    known = known or Known()
    with _prepared(con, suite, relation, known) as broken:
        if ROWS in broken:
            return [_error(check, broken[ROWS]) for check in suite.expectations]
        if known.deliveries is not None and not known.deliveries and _scalar(con, f"select count(*) from {ROWS}") == 0:
            return [_not_applicable(check, _NOTHING_ACCEPTED) for check in suite.expectations]
        absent = {c.id for c in suite.expectations if c.plan.needs and getattr(known, c.plan.needs) is None}
        counted = {c.id: _count(con, c, broken) for c in suite.expectations if c.id not in absent}
        ready = [c for c in suite.expectations if c.id in counted and _is_judged(c, counted[c.id])]
        verdicts = _validate(con, ready)
        return [
            _not_applicable(check, _NOT_KNOWN[check.plan.needs])
            if check.id in absent
            else _outcome(con, check, counted[check.id], verdicts.get(check.id))
            for check in suite.expectations
        ]


def tally(outcomes: Sequence[CheckOutcome]) -> dict[str, int]:
    """How many checks ended in each status. A score is PASS / (PASS + FAIL): what was not judged is in neither."""
    return {status: sum(o.status == status for o in outcomes) for status in STATUSES}


@contextmanager
def _prepared(con: DuckDBPyConnection, suite: Suite, relation: str, known: Known) -> Iterator[dict[str, str]]:
    """Make what the checks look at as temporary relations, dropped afterwards. Yields the ones that could not be made, with the reason."""
    import duckdb

    broken: dict[str, str] = {}
    made: list[tuple[str, bool]] = []

    def make(name: str, sql: str, is_table: bool = True) -> None:
        try:
            con.execute(f"create or replace temp {'table' if is_table else 'view'} {name} as {sql}")
            made.append((name, is_table))
        except duckdb.Error as error:
            broken[name] = " ".join(str(error).split())[:300]

    try:
        make(ROWS, f"select * from {relation}", is_table=False)
        con.execute("create or replace temp table gx_deliveries (organiser_code varchar, period varchar, n bigint)")
        con.execute("create or replace temp table gx_resident (organiser_code varchar, residents bigint)")
        con.execute("create or replace temp table gx_previous (n bigint)")
        con.execute(
            f"create or replace temp table {FIGURE} (check_id varchar, subject varchar, numerator double, denominator double, "
            "value double, minimum double, maximum double)"
        )
        made += [(name, True) for name in ("gx_deliveries", "gx_resident", "gx_previous", FIGURE)]
        _insert(con, "gx_deliveries", [(*slice_, n) for slice_, n in (known.deliveries or {}).items()])
        _insert(con, "gx_resident", list((known.residents or {}).items()))
        _insert(con, "gx_previous", [] if known.previous_rows is None else [(known.previous_rows,)])
        for derived in suite.relations if ROWS not in broken else ():
            make(derived.name, derived.sql, derived.is_table)
        yield broken
    finally:
        for name, is_table in reversed(made):
            con.execute(f"drop {'table' if is_table else 'view'} if exists temp.{name}")


def _insert(con: DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    if rows:
        con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _scalar(con: DuckDBPyConnection, sql: str) -> Any:
    return con.execute(sql).fetchone()[0]


def _count(con: DuckDBPyConnection, check: Check, broken: dict[str, str]) -> _Counted:
    """Work out the figures of a check, or count the rows that Great Expectations will look at."""
    import duckdb

    plan = check.plan
    if plan.source in broken:
        return _Counted(error=broken[plan.source])
    try:
        if plan.figures is None:
            rows = _scalar(con, f"select {plan.judged} from {plan.source}") or 0
            return _Counted(1, int(rows >= check.judged_from), rows)
        columns = ", ".join(FIGURE_COLUMNS)
        con.execute(f"insert into {FIGURE} by name select '{check.id}' as check_id, {columns} from ({plan.figures})")
        counts = con.execute(
            f"select count(*), count(*) filter (where denominator >= ?), coalesce(max(denominator), 0) from {FIGURE} where check_id = ?",
            [check.judged_from, check.id],
        ).fetchone()
        return _Counted(*counts)
    except duckdb.Error as error:
        return _Counted(error=" ".join(str(error).split())[:300])


def _is_judged(check: Check, counted: _Counted) -> bool:
    return counted.error is None and counted.judged > 0


def _outside(check: Check) -> str:
    """A figure that is judged and not within its bounds. No value although there is a denominator is outside too: it must not pass unseen."""
    return (
        f"check_id = '{check.id}' and denominator >= {check.judged_from} "
        "and (value is null or isnan(value) or value < minimum or value > maximum)"
    )


# How far a figure lies beyond its bound: by what factor where both are above nought, else by how much. One without a value, or at nought where none may be, is furthest.
_DISTANCE = """case
    when value is null or isnan(value) then 'infinity'::double
    when value > maximum then case when maximum > 0 then ln(value / maximum) else value - maximum end
    when value < minimum then case when minimum <= 0 then minimum - value when value > 0 then ln(minimum / value) else 'infinity'::double end
    else 0 end"""


def _validate(con: DuckDBPyConnection, ready: list[Check]) -> dict[str, Verdict]:
    if not ready:
        return {}
    by_table: dict[str, list[Planned]] = {}
    for check in ready:
        plan = check.plan
        if plan.figures is None:
            by_table.setdefault(plan.source, []).append(Planned(check.id, plan.expectation, dict(plan.arguments)))
        else:
            query = f"select {', '.join(FIGURE_COLUMNS)} from {{batch}} where {_outside(check)} order by subject"
            planned = Planned(check.id, plan.expectation, {"unexpected_rows_query": query})
            by_table.setdefault(FIGURE, []).append(planned)
    verdicts: dict[str, Verdict] = {}
    try:
        with open_session(con) as session:
            for table, planned in by_table.items():
                verdicts |= session.validate(table, planned)
    except Exception as error:  # Great Expectations cannot be used at all: nothing was judged, and nothing may pass
        failed = Verdict(False, error=" ".join(str(error).split())[:300] or type(error).__name__)
        return {c.id: verdicts.get(c.id, failed) for c in ready}
    return verdicts


def _outcome(con: DuckDBPyConnection, check: Check, counted: _Counted, verdict: Verdict | None) -> CheckOutcome:
    if counted.error is not None:
        return _error(check, counted.error)
    rows = plain(counted.rows)
    denominators = (
        {"rows": rows}
        if check.plan.figures is None
        else {"subjects": counted.subjects, "judged": counted.judged, "largest_denominator": rows}
    )
    figures = _figures(con, check) if check.plan.figures is not None else ()
    if verdict is None:
        said = (counted.judged, counted.subjects, shorten(rows), check.judged_from)
        reasons = {language: text.format(*said) for language, text in _TOO_FEW.items()}
        return _build(check, NOT_APPLICABLE, denominators=denominators, figures=figures, reasons=reasons)
    if verdict.error is not None:
        return _error(check, verdict.error, denominators)
    observed = _observed(con, verdict, check)
    if verdict.success:
        return _build(check, PASS, observed=observed, denominators=denominators, figures=figures)
    return _build(
        check,
        FAIL,
        observed=observed,
        denominators=denominators,
        figures=figures,
        reasons=_why(check, observed, denominators, figures),
    )


def _figures(con: DuckDBPyConnection, check: Check) -> tuple[dict[str, Any], ...]:
    columns = ", ".join(FIGURE_COLUMNS)
    cursor = con.execute(
        f"select {columns}, denominator >= {check.judged_from} as is_judged, {_outside(check)} as is_outside "
        f"from {FIGURE} where check_id = '{check.id}' "
        f"order by is_outside desc, is_judged desc, case when is_outside then {_DISTANCE} end desc, subject limit {FIGURES_KEPT}"
    )
    names = (*FIGURE_COLUMNS, "is_judged", "is_outside")
    return tuple(plain(dict(zip(names, row, strict=True))) for row in cursor.fetchall())


def _observed(con: DuckDBPyConnection, verdict: Verdict, check: Check) -> dict[str, Any]:
    if check.plan.figures is not None:
        spread = con.execute(
            f"select min(value), max(value) from {FIGURE} where check_id = '{check.id}' and denominator >= {check.judged_from}"
        ).fetchone()
        return {"outside": verdict.observed} | dict(zip(("lowest", "highest"), plain(spread), strict=True))
    if isinstance(verdict.observed, dict) and "quantiles" in verdict.observed:
        pairs = zip(verdict.observed["quantiles"], verdict.observed["values"], strict=True)
        return {f"p{round(100 * q)}": value for q, value in pairs}
    return {"value": verdict.observed}


def _why(
    check: Check, observed: dict[str, Any], denominators: dict[str, Any], figures: Sequence[dict[str, Any]]
) -> Text:
    """The numbers that made it fail, in words of three languages; of many figures those furthest beyond their bounds."""
    if check.plan.figures is not None:
        shown = "; ".join(
            f"{row['subject']}: {shorten(row['value'])} [{shorten(row['minimum'])} – {shorten(row['maximum'])}]"
            for row in figures[:5]
            if row["is_outside"]
        )
        more = f"; + {observed['outside'] - 5}" if observed["outside"] > 5 else ""
        found = f"{observed['outside']}/{denominators['judged']}"
        return {
            "fi": f"{found} kohdetta rajojen ulkopuolella: {shown}{more}",
            "sv": f"{found} objekt utanför gränserna: {shown}{more}",
            "en": f"{found} subjects outside their bounds: {shown}{more}",
        }
    numbers = ", ".join(f"{name} {shorten(value)}" for name, value in observed.items())
    bounds = _bounds_shown(check)
    rows = shorten(denominators["rows"])
    return {
        "fi": f"Havaittu {numbers}, odotettu {bounds}; rivejä {rows}.",
        "sv": f"Observerat {numbers}, väntat {bounds}; rader {rows}.",
        "en": f"Observed {numbers}, expected {bounds}; rows {rows}.",
    }


def _bounds_shown(check: Check) -> str:
    ranges = check.plan.arguments.get("quantile_ranges")
    if ranges:
        pairs = zip(ranges["quantiles"], ranges["value_ranges"], strict=True)
        return ", ".join(f"p{round(100 * q)} {low} – {high}" for q, (low, high) in pairs)
    return f"{shorten(check.minimum)} – {shorten(check.maximum)}"


def shorten(value: Any) -> str:
    """A number for people: four significant digits, thousands parted by a no-break space, '…' for none; text as it is."""
    if value is None:
        return "…"
    if isinstance(value, float) and abs(value) < 1000:
        return f"{value:.4g}"
    return value if isinstance(value, str) else f"{round(value):,}".replace(",", "\u00a0")


def _not_applicable(check: Check, reasons: Text) -> CheckOutcome:
    return _build(check, NOT_APPLICABLE, reasons=reasons)


def _error(check: Check, message: str, denominators: dict[str, Any] | None = None) -> CheckOutcome:
    reasons = {
        "fi": f"Tarkistusta ei voitu suorittaa: {message}",
        "sv": f"Kontrollen kunde inte utföras: {message}",
        "en": f"The check could not be run: {message}",
    }
    return _build(check, ERROR, denominators=denominators or {}, reasons=reasons)


def _build(check: Check, status: str, **found: Any) -> CheckOutcome:
    return CheckOutcome(
        id=check.id,
        status=status,
        severity=check.severity,
        dimension=check.dimension,
        text=check.text,
        fix=check.fix,
        bounds={"minimum": check.minimum, "maximum": check.maximum},
        bounds_reason=check.reason,
        **found,
    )
