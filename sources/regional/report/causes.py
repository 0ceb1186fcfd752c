"""Causes: which few faults lie behind a delivery's many errors.

Belongs here: the errors of a quarantine file in their order, which of them follow from another one in the same line, and the clusters that a sender mends as one.
Does not belong here: what is said about them (facts.py) and where it is written (tables.py, page.py).

An error is a root or follows from one. Three or more values of a line that are not of their columns' form tell of a line whose values moved: the leftmost is the
root. A date or a number that is only written in another way is where it belongs, and tells of no such line. Of two errors about one value the first is the root. A rule that compares columns follows from an error in one of them. Roots of one rule and column are one
cause when they have the same value (codes) or the same form (numbers, times, identifiers); comparisons and faults of whole lines are one cause a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sources.contract import STANDARD_CHECKS, Contract
from sources.identity_code import masked_sql
from sources.regional.county import Dialect
from sources.regional.harmoniser import quoted
from sources.regional.shown import shown

VALUE_LIMIT = 200
# So many columns of one line have values of another form: the values moved.
_MOVED = 3
# More than so many kinds of one rule and column are told as one.
_KINDS = 20
_BATCH = 20_000
# A value that shows as one of its column's type, written as another program writes it.
_DATE, _NUMBER = "[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}([ T].*)?", "[-+−]?[0-9][0-9 .,\u00a0]*"
_OWN_KIND = {"timestamp": _DATE, "date": _DATE, "decimal": _NUMBER, "integer": _NUMBER}
_BY_VALUE = ("codes", "in_force")
_BY_FORM = ("type", "pattern", "range", "on_clock", "no_identity_code")
# What shows as it is; everything else is written out by `shown`.
_HIDDEN = r"[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]"


@dataclass(frozen=True)
class Cause:
    """One thing to mend. `kind` is value, form, rule or moved; `errors` are those that go with it, `cascades` those of them that only follow from others; `lines`
    are different lines; `value` is the first value as shown, `values` how many different ones there are."""

    id: str
    kind: str
    rule: str
    column: str | None
    errors: int
    cascades: int
    lines: int
    value: str
    values: int
    file: str
    line: int


@dataclass(frozen=True)
class Listed:
    """One error as it is listed."""

    rule: str
    cause: str
    is_root: bool
    file: str
    line: int
    record: int | None
    column: str | None
    value: str


class Findings:
    """The errors of one quarantine file. They stand in temporary tables of the connection until the next one is opened."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: Path, contract: Contract, dialect: Dialect | None) -> None:
        self._con = con
        self._read(file, contract, dialect)
        self._link()
        self._cluster()

    @property
    def causes(self) -> list[Cause]:
        """The causes, the one that clears most first."""
        rows = self._con.execute(
            "select * exclude (key, number) replace ('C' || id as id) from report_cause order by number"
        ).fetchall()
        return [Cause(*row) for row in rows]

    @property
    def counts(self) -> dict[str, int]:
        """Rule id → its errors."""
        return dict(self._con.execute("select rule_id, count(*) from report_error group by all").fetchall())

    def values_of(self, rule_id: str) -> list[str]:
        """The different values of a rule's errors, in their order."""
        query = "select distinct value from report_error where rule_id = ? order by value"
        return [row[0] for row in self._con.execute(query, [rule_id]).fetchall()]

    def listed(self, cap: int) -> list[Listed]:
        """The first `cap` errors of each rule, in the order of files, lines and rules."""
        return [Listed(*row) for row in self._con.execute(f"select {_LISTED} {_FROM} {_first(cap)}").fetchall()]

    def lines(self, expression: str, rules: Sequence[tuple], cap: int):
        """SQL text over the columns of `Listed` and `extra` (one text a rule, as given in `rules`) for each of the first `cap` errors of each rule, in batches."""
        _table(self._con, "report_extra", {"rule_id": "varchar", "extra": "varchar"}, rules)
        chosen = f"select {_LISTED}, x.extra {_FROM} left join report_extra x using (rule_id) {_first(cap)}"
        result = self._con.execute(f"select {expression} from ({chosen})")
        while batch := result.fetchmany(_BATCH):
            yield [text for (text,) in batch]

    def _read(self, file: Path, contract: Contract, dialect: Dialect | None) -> None:
        """The table report_error: number, rule_id, rule_number, is_primary, is_own_kind, grouping, inputs, position, file, line, record, column, value."""
        con, source = self._con, f"read_parquet({quoted(str(file))})"
        _table(con, "report_rule", _RULE, [_rule_row(*r, contract) for r in enumerate(contract.rules)])
        order = list(dialect.columns.values()) if dialect else list(contract.column_names)
        _table(
            con,
            "report_column",
            {"column_name": "varchar", "position": "integer"},
            [(c, n) for n, c in enumerate(order)],
        )
        known = {row[0] for row in con.execute(f"describe select * from {source}").fetchall()}
        # A quarantine file of an older version of this program has no record numbers.
        record = "record_number" if "record_number" in known else "null::bigint as record_number"
        text = masked_sql("coalesce(value_as_sent, '')")
        con.execute(
            f"""
            create or replace temp table report_error as
            with found as (
                select rule_id, file_name, line_number, {record}, column_name, {text} as value from {source}
            )
            select
                row_number() over (order by file_name, line_number, rule_number nulls first, rule_id, column_name, value) as number,
                rule_id, rule_number, coalesce(is_primary, false) as is_primary,
                coalesce(regexp_full_match(trim(value), own_kind), false) as is_own_kind, coalesce(grouping, 'rule') as grouping, inputs, position,
                file_name, line_number, record_number, column_name, value
            from found left join report_rule using (rule_id) left join report_column using (column_name)
            """
        )
        columns = ("value", "file_name")
        flags = ", ".join(
            f"bool_or(regexp_matches({c}, {quoted(_HIDDEN)}) or {c} <> {masked_sql(c)} or length({c}) > {VALUE_LIMIT})"
            for c in columns
        )
        # One look tells which columns there is anything to do for: in most deliveries none.
        for column, is_odd in zip(columns, con.execute(f"select {flags} from report_error").fetchall()[0], strict=True):
            if is_odd:
                self._show(column)

    def _show(self, column: str) -> None:
        """Write a column's texts so that they can be shown; Python is asked only about those that hold what does not show."""
        con = self._con
        odd = [
            row[0]
            for row in con.execute(
                f"select distinct {column} from report_error where regexp_matches({column}, {quoted(_HIDDEN)})"
            ).fetchall()
        ]
        if odd:
            told = [(text, shown(text, VALUE_LIMIT)) for text in odd]
            _table(con, "report_odd", {"odd": "varchar", "told": "varchar"}, told)
            con.execute(f"update report_error set {column} = told from report_odd where {column} = odd")
        masked = masked_sql(column)
        con.execute(f"update report_error set {column} = {masked} where {column} <> {masked}")
        con.execute(
            f"update report_error set {column} = left({column}, {VALUE_LIMIT - 1}) || '…' where length({column}) > {VALUE_LIMIT}"
        )

    def _link(self) -> None:
        """The table report_linked: for each error the number of the one that it follows from (its own for a root), and whether its line's values moved."""
        self._con.execute(
            f"""
            create or replace temp table report_linked as
            with value_error as (
                select file_name, line_number, column_name, any_value(position) as position, min(number) as first,
                    bool_and(is_own_kind) as is_own_kind
                from report_error where is_primary group by all
            ),
            moved as (
                select file_name, line_number, arg_min(first, position) as first
                from value_error where not is_own_kind group by all having count(*) >= {_MOVED}
            ),
            compared as (
                select e.number, min(v.first) as first
                from report_error e join value_error v using (file_name, line_number)
                where not e.is_primary and list_contains(e.inputs, v.column_name)
                group by all
            )
            select e.number, coalesce(m.first, v.first, c.first, e.number) as root, m.first is not null as is_moved
            from report_error e
            left join moved m on e.file_name = m.file_name and e.line_number = m.line_number and e.inputs is not null
            left join value_error v
                on e.is_primary and e.file_name = v.file_name and e.line_number = v.line_number and e.column_name = v.column_name
            left join compared c on e.number = c.number
            """
        )

    def _cluster(self) -> None:
        """The tables report_cause, in the order of what each clears, and report_of, each error's cause."""
        form = r"regexp_replace(regexp_replace(value, '\p{L}+', 'a', 'g'), '[0-9]+', '9', 'g')"
        self._con.execute(
            f"""
            create or replace temp table report_root as
            with root as (
                select e.number, case when l.is_moved then 'moved' else grouping end as kind, rule_id, column_name, value, {form} as form
                from report_error e join report_linked l using (number) where l.root = e.number
            ),
            counted as (
                select kind, rule_id, column_name, count(distinct value) as by_value, count(distinct form) as by_form
                from root group by all
            )
            select r.number, r.kind,
                case
                    when r.kind = 'moved' then [r.kind, r.column_name]
                    when r.kind = 'value' and by_value <= {_KINDS} then [r.rule_id, r.column_name, r.value]
                    when r.kind in ('value', 'form') and by_form <= {_KINDS} then [r.rule_id, r.column_name, r.form]
                    else [r.rule_id, r.column_name]
                end as key
            from root r join counted c
                on r.kind = c.kind and r.rule_id = c.rule_id and r.column_name is not distinct from c.column_name
            """
        )
        self._con.execute(
            """
            create or replace temp table report_cause as
            with clustered as (
                select r.key, r.kind, e.*, l.root from report_error e join report_linked l using (number) join report_root r on l.root = r.number
            ),
            summed as (
                select key, any_value(kind) as kind, arg_min(rule_id, number) as rule, arg_min(column_name, number) filter (root = number) as column,
                    count(*) as errors, count(*) filter (root <> number) as cascades, count(distinct (file_name, line_number)) as lines,
                    arg_min(value, number) filter (root = number) as value, count(distinct value) filter (root = number) as values,
                    arg_min(file_name, number) as file, arg_min(line_number, number) as line, min(number) as first
                from clustered group by key
            )
            select row_number() over (order by errors desc, first)::varchar as id, kind, rule, "column", errors, cascades, lines, value, "values", file, line,
                key, row_number() over (order by errors desc, first) as number
            from summed
            """
        )
        self._con.execute(
            """
            create or replace temp table report_of as
            select l.number, 'C' || c.id as cause, l.root = l.number as is_root
            from report_linked l join report_root r on l.root = r.number join report_cause c on c.key is not distinct from r.key
            """
        )


_LISTED = 'e.rule_id as rule, o.cause, o.is_root, e.file_name as file, e.line_number as line, e.record_number as record, e.column_name as "column", e.value'
_FROM = "from report_error e join report_of o using (number)"


_RULE = {
    "rule_id": "varchar",
    "rule_number": "integer",
    "is_primary": "boolean",
    "grouping": "varchar",
    "inputs": "varchar[]",
    "own_kind": "varchar",
}


def _table(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], rows: Sequence[tuple]) -> None:
    """A temporary table of these rows, handed over as columns: row by row DuckDB takes a millisecond each."""
    import pyarrow as pa

    given = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    typed = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in columns.items())
    con.register("report_given", pa.table(given))
    con.execute(f"create or replace temp table {name} as select {typed} from report_given")
    con.unregister("report_given")


def _first(cap: int) -> str:
    return f"qualify row_number() over (partition by e.rule_id order by e.number) <= {cap} order by e.number"


def _rule_row(number: int, rule: Any, contract: Contract) -> tuple:
    a = rule.arguments
    inputs = [rule.column, *(a[name] for name in ("other", "birth_year", "on") if name in a), *a.get("first_of", ())]
    grouping = "value" if rule.check in _BY_VALUE else "form" if rule.check in _BY_FORM else "rule"
    own_kind = _OWN_KIND.get(contract.column(rule.column).type.partition("(")[0]) if rule.check == "type" else None
    return rule.id, number, rule.check in STANDARD_CHECKS, grouping, inputs, own_kind
