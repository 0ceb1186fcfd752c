"""Row rules: the contract's rules as a pandera schema, and that schema as SQL.

Belongs here: one pandera check for each kind of rule a contract may declare, and the driver that turns pandera's own checks into boolean SQL expressions, so that
one scan can judge every row by all of them. Does not belong here: running the scan (judge.py), turning text into types (harmoniser.py), uniqueness, which is no
question about one row.

pandera stays the judge: the expressions are the ones its built-in checks make, and `accepted_schema` holds what was accepted against the same rules by pandera's
own validation. The driver uses pandera's internals (`check_fn`, `IbisData`), hence the exact pin of pandera. pandera and ibis are imported when first needed:
they cost seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sources.contract import Column, Contract, Rule
from sources.errors import SotevarastoError
from sources.identity_code import FREE_STANDING, SHORTEST
from sources.reference import code_list, ended
from sources.regional.clock import is_repeated, is_skipped
from sources.regional.harmoniser import SENT, identifier, quoted

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandera.ibis as pa
    import sqlglot

TABLE = "typed"
# Faults of a whole line, judged before its values are. Their bits stand at the top of the first word, the contract's rules from its bottom.
LINE_RULES = ("UNCLOSED_QUOTE", "BLANK_LINE", "HEADER_AGAIN", "CONTROL_CHARACTER", "RAGGED")
OVERFLOW_BIT = 63  # of the first word: a rule of a later word failed, so that `rule_mask = 0` means accepted however many rules there are
_FIRST_WORD = OVERFLOW_BIT - len(LINE_RULES)
_LONG_LIST = 20


class RuleError(SotevarastoError):
    """A rule cannot be judged row by row; the message names it."""


@dataclass(frozen=True)
class RuleBit:
    """Where a rule's verdict stands: bit `bit` of mask column `word`; `column` is the contract column that it is reported on, None of a whole line."""

    rule_id: str
    column: str | None
    word: int
    bit: int


@dataclass(frozen=True)
class CompiledRules:
    """A contract's rules, compiled once and used for every file. `verdicts` maps a rule id to an SQL expression over the table `typed`, false where the row breaks the rule (null passes)."""

    contract: Contract
    verdicts: Mapping[str, str]

    @cached_property
    def bits(self) -> tuple[RuleBit, ...]:
        """Every rule of the contract in its order, uniqueness included."""
        return tuple(RuleBit(r.id, r.column, *_position(i)) for i, r in enumerate(self.contract.rules))

    @cached_property
    def mask_columns(self) -> tuple[str, ...]:
        """Names of the mask columns: rule_mask, then rule_mask_1 and so on where there are more rules than one word holds."""
        words = max((b.word for b in self.bits), default=0) + 1
        return ("rule_mask", *(f"rule_mask_{n}" for n in range(1, words)))

    def mask_expressions(self) -> tuple[str, ...]:
        """One SQL expression (UBIGINT) a mask column: the bits of the row rules that the row breaks."""
        words = [[] for _ in self.mask_columns]
        for bit in self.bits:
            if (passes := self.verdicts.get(bit.rule_id)) is not None:
                words[bit.word].append(f"case when not ({passes}) then {1 << bit.bit}::ubigint else 0::ubigint end")
        later = [term for word in words[1:] for term in word]
        if later:
            words[0].append(f"case when {_any(later)} = 0 then 0::ubigint else {1 << OVERFLOW_BIT}::ubigint end")
        return tuple(_any(word) for word in words)


def _any(terms: Sequence[str]) -> str:
    """The bits of all terms, as a balanced tree: DuckDB plans a chain in the square of its length, and plans it anew for each file."""
    if len(terms) < 2:
        return terms[0] if terms else "0::ubigint"
    half = len(terms) // 2
    return f"({_any(terms[:half])} | {_any(terms[half:])})"


def line_bit(code: str) -> int:
    """The bit, in the first mask column, of a fault of the whole line."""
    return _FIRST_WORD + LINE_RULES.index(code)


LINE_MASK = sum(1 << line_bit(code) for code in LINE_RULES)


def _position(index: int) -> tuple[int, int]:
    return (0, index) if index < _FIRST_WORD else divmod(index - _FIRST_WORD + 64, 64)


def compile_rules(contract: Contract) -> CompiledRules:
    """Build the contract's pandera schema and translate each of its checks to SQL. RuleError when one is not a question about one row."""
    import ibis
    import sqlglot

    table = ibis.table(_shape(contract), name=TABLE)
    found = row_expressions(judged_schema(contract), table)
    if odd := found.keys() ^ {r.id for r in contract.row_rules}:
        raise RuleError(
            f"{contract.name}: schema and contract differ in {', '.join(sorted(odd))}; mend the contract or rules.py"
        )
    names = {f"v{i}": rule_id for i, rule_id in enumerate(found)}
    sql = str(ibis.to_sql(table.select(**{name: found[rule_id] for name, rule_id in names.items()}), dialect="duckdb"))
    select = sqlglot.parse_one(sql, read="duckdb")
    if select.find(sqlglot.exp.Join, sqlglot.exp.Subquery, sqlglot.exp.CTE) or len(select.selects) != len(names):
        raise RuleError(f"{contract.name}: the rules do not compile to one plain scan; mend rules.py")
    for reference in select.find_all(sqlglot.exp.Column):
        reference.set("table", sqlglot.to_identifier(TABLE))
    for test in list(select.find_all(sqlglot.exp.In)):
        test.replace(_membership(test))
    verdicts = {names[s.alias]: s.this.sql(dialect="duckdb") for s in select.selects}
    return CompiledRules(contract, {r.id: verdicts[r.id] for r in contract.row_rules})


def _membership(test: sqlglot.exp.In) -> sqlglot.exp.Expression:
    """`value in (codes)` in other words: DuckDB makes a join of the operator, which may change the order of rows and, for a long list, costs more than all else.
    The branches of one regular expression are tried all at once."""
    from sqlglot import exp

    codes = sorted(test.expressions, key=lambda code: code.name)
    if len(codes) > _LONG_LIST:
        pattern = "|".join(re.escape(code.name) for code in codes)
        return exp.Anonymous(this="regexp_full_match", expressions=[test.this, exp.Literal.string(pattern)])
    return exp.paren(exp.or_(*(exp.EQ(this=test.this.copy(), expression=code) for code in codes)))


def row_expressions(schema: pa.DataFrameSchema, table: ir.Table) -> dict[str, ir.BooleanColumn]:
    """Rule id → expression over one row of `table`, false where the row breaks the rule; null, where there is no value to judge, passes as it does in pandera.

    Raises RuleError for whatever pandera would not judge row by row: uniqueness, aggregates, windows, Python functions, groups.
    """
    if schema.unique or any(c.unique or c.regex for c in schema.columns.values()):
        raise RuleError("uniqueness and columns named by pattern are no row rules")
    found: dict[str, ir.BooleanColumn] = {}

    def put(rule_id: str | None, expression: ir.BooleanColumn) -> None:
        if not rule_id or rule_id in found:
            raise RuleError(f"{rule_id or 'a check without a name'}: each check needs a rule id of its own")
        found[rule_id] = expression

    for name, column in schema.columns.items():
        if not column.nullable:
            put((column.metadata or {}).get("required"), table[name].notnull())
        for check in column.checks:
            put(check.name, _expression(check, table, name))
    for check in schema.checks:
        put(check.name, _expression(check, table, None))
    return found


def _expression(check: pa.Check, table: ir.Table, key: str | None) -> ir.BooleanColumn:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    from pandera.api.ibis.types import IbisData

    if check.element_wise or check.groupby is not None:
        raise RuleError(f"{check.name}: a function of Python or of groups is no row expression")
    result = check.get_backend(table)(check).check_fn(IbisData(table, key))
    if isinstance(result, ir.Table):  # pandera's built-in checks give a table of one boolean column
        result = result.op().values[key].to_expr()
    if not isinstance(result, ir.BooleanColumn):
        raise RuleError(f"{check.name}: the check gives no boolean for each row")
    operation = result.op()
    beyond = (ops.Reduction, ops.Analytic, ops.WindowFunction)
    if set(operation.find(ops.Relation)) != {table.op()} or operation.find(beyond):
        raise RuleError(f"{check.name}: the check looks beyond its row")
    return result if check.ignore_na else result.fill_null(False)


def judged_schema(contract: Contract) -> pa.DataFrameSchema:
    """The schema of rows that are to be judged: each typed column and, as `sent_<column>`, its text. What is required is required of the text."""
    return _schema(contract, lambda name: SENT + name)


def accepted_schema(contract: Contract) -> pa.DataFrameSchema:
    """The same rules over typed columns alone, with their types: after acceptance a value is absent exactly where its text was."""
    return _schema(contract, lambda name: name)


def _schema(contract: Contract, text_of: Callable[[str], str]) -> pa.DataFrameSchema:
    """`text_of` names the column that tells whether a value was sent at all."""
    import pandera.backends.ibis.builtin_checks  # noqa: F401 - a check made before they are registered cannot be compiled
    import pandera.ibis as pa

    typed_only = text_of("x") == "x"
    arguments: dict[str, dict[str, Any]] = {
        c.name: {"nullable": True, "checks": [], "dtype": _dtype(c) if typed_only else None} for c in contract.columns
    }
    if not typed_only:
        arguments |= {text_of(c.name): {"nullable": True, "checks": []} for c in contract.columns}
    frame_checks = []
    for rule in contract.row_rules:
        column = contract.column(rule.column)
        if rule.is_dated:
            frame_checks.append(
                pa.Check(_on_table(_dated(pa.Check, column), rule, text_of), name=rule.id, error=rule.id)
            )
        elif rule.check == "required":
            arguments[text_of(column.name)] |= {"nullable": False, "metadata": {"required": rule.id}}
        elif rule.check in _COLUMN_CHECKS:
            arguments[column.name]["checks"].append(_COLUMN_CHECKS[rule.check](pa.Check, rule, column))
        elif rule.check in _FRAME_CHECKS:
            frame_checks.append(
                pa.Check(_on_table(_FRAME_CHECKS[rule.check], rule, text_of), name=rule.id, error=rule.id)
            )
        else:
            raise RuleError(f"{rule.id}: no check {rule.check} is known; mend the contract or rules.py")
    columns = {name: pa.Column(**given) for name, given in arguments.items()}
    return pa.DataFrameSchema(columns, checks=frame_checks, name=contract.name)


def _dated(check: type, column: Column) -> Callable:
    """A rule that is in force in some months alone: rows of any other month pass."""
    import ibis

    def passes(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
        start, _ = (t[name] for name in period_bounds(rule.arguments["period"]))
        if rule.check == "required":
            result = t[text_of(rule.column)].notnull()
        elif rule.check in _COLUMN_CHECKS:
            result = _expression(_COLUMN_CHECKS[rule.check](check, rule, column), t, rule.column)
        else:
            result = _FRAME_CHECKS[rule.check](t, rule, text_of)
        if rule.effective_from:
            result = result | (start < ibis.timestamp(f"{rule.effective_from} 00:00:00"))
        return result | (start > ibis.timestamp(f"{rule.effective_to} 00:00:00")) if rule.effective_to else result

    return passes


def _on_table(passes: Callable, rule: Rule, text_of: Callable[[str], str]) -> Callable:
    return lambda data: passes(data.table, rule, text_of)


def _dtype(column: Column):
    import ibis

    names = {"text": "string", "integer": "int64", "timestamp": "timestamp(6)", "date": "date"}
    return ibis.dtype(names.get(column.type, column.type))


def _shape(contract: Contract) -> dict[str, Any]:
    """The columns of the table `typed`, with their ibis types."""
    shape = {c.name: _dtype(c) for c in contract.columns} | {SENT + c.name: "string" for c in contract.columns}
    for period in periods(contract):
        shape |= dict.fromkeys(period_bounds(period), "timestamp(6)")
    return shape


def periods(contract: Contract) -> tuple[str, ...]:
    """The columns with a delivery's month that the contract's rules judge by."""
    return tuple(sorted({rule.arguments["period"] for rule in contract.rules if "period" in rule.arguments}))


def period_bounds(period: str) -> tuple[str, str]:
    """The columns that hold the first moment of a delivery's month and of the next one."""
    return f"{period}_start", f"{period}_end"


# One entry for each kind of rule that looks at one column's value; the check is pandera's own.
_COLUMN_CHECKS: dict[str, Callable[[type, Rule, Column], Any]] = {
    "codes": lambda check, rule, column: check.isin(column.allowed_codes, name=rule.id),
    "pattern": lambda check, rule, column: check.str_matches(f"^(?:{column.pattern})$", name=rule.id),
    "range": lambda check, rule, column: _range(check, rule, column),
}


def _range(check: type, rule: Rule, column: Column):
    if column.maximum is None:
        return check.ge(column.minimum, name=rule.id)
    if column.minimum is None:
        return check.le(column.maximum, name=rule.id)
    return check.in_range(column.minimum, column.maximum, name=rule.id)


def _is_typed(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    return t[rule.column].notnull() | t[text_of(rule.column)].isnull()


def _not_before(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """Within the hour that the clock shows twice there is no telling which came first; it is asked for the few that seem to be before."""
    value, other = t[rule.column], t[rule.arguments["other"]]
    if value.type().is_date():
        return value >= other
    return (value < other).ifelse((value.truncate("h") == other.truncate("h")) & is_repeated(value), True)


def _is_on_clock(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    return ~is_skipped(t[rule.column])


def _is_no_identity_code(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """A text that is too short to hold one needs no closer look."""
    text = t[rule.column]
    return (text.length() >= SHORTEST).ifelse(~text.re_search(FREE_STANDING), True)


def _not_before_year(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    return t[rule.column].year() >= t[rule.arguments["other"]]


def _required_with(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    return t[rule.arguments["other"]].isnull() | t[text_of(rule.column)].notnull()


def _age_agrees(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """Who has had this year's birthday is as old as the years' difference, who has not is one year younger."""
    difference = t[rule.arguments["on"]].year() - t[rule.arguments["birth_year"]]
    return (difference - t[rule.column]).between(0, 1)


def _in_period(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """The first time given counts; where one of them cannot be read there is nothing to tell, and its own rule says so."""
    import ibis

    names = rule.arguments["first_of"]
    start, end = (t[name] for name in period_bounds(rule.arguments["period"]))
    moment = ibis.coalesce(*(t[name] for name in names))
    passes = (moment >= start) & (moment < end)
    for name in names:
        passes = passes | (t[name].isnull() & t[text_of(name)].notnull())
    return passes


def _sign_agrees(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """Codes of the one list bear no negative value, those of the other no positive one; any other code bears either."""
    value, other = t[rule.column], t[rule.arguments["other"]]
    not_negative, not_positive = (code_list(rule.arguments[name]) for name in ("not_negative", "not_positive"))
    return ~((other.isin(not_negative) & (value < 0)) | (other.isin(not_positive) & (value > 0)))


def _only_with(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    a = rule.arguments
    return (t[rule.column] != a["when"]) | t[a["other"]].isin(a["allowed"])


def _in_force(t: ir.Table, rule: Rule, text_of: Callable[[str], str]) -> ir.BooleanColumn:
    """A code may be used in months that began before it ended."""
    import ibis

    start, _ = (t[name] for name in period_bounds(rule.arguments["period"]))
    by_day: dict[date, list[str]] = {}
    for code, what in ended(rule.arguments["code_list"]).items():
        by_day.setdefault(what.ended_on, []).append(code)
    too_late = ibis.literal(False)
    for day, codes in sorted(by_day.items()):
        too_late = too_late | (t[rule.column].isin(sorted(codes)) & (start >= ibis.timestamp(f"{day} 00:00:00")))
    return ~too_late


# One entry for each kind of rule that compares columns, or a value with its text. Null means that there is nothing to compare: pandera then passes the row.
_FRAME_CHECKS: dict[str, Callable] = {
    "type": _is_typed,
    "on_clock": _is_on_clock,
    "no_identity_code": _is_no_identity_code,
    "not_before": _not_before,
    "not_before_year": _not_before_year,
    "required_with": _required_with,
    "age_agrees": _age_agrees,
    "in_period": _in_period,
    "sign_agrees": _sign_agrees,
    "only_with": _only_with,
    "in_force": _in_force,
}


def applicable(rule: Rule) -> str:
    """SQL expression over staged rows that is not null where the rule can pass or fail.

    For `type` those are the rows that pass: whether text was sent is told by its failures. Lines that are no record have no typed values; for `required`, which
    applies to every record, the expression leaves them out.
    """
    a = rule.arguments
    if rule.check == "required":
        return f"case when rule_mask & {LINE_MASK}::ubigint = 0 then 1 end"
    if rule.check == "in_period":
        return f"coalesce({', '.join(map(identifier, a['first_of']))})"
    if rule.check == "only_with":
        return f"case when {identifier(rule.column)} = {quoted(a['when'])} then {identifier(a['other'])} end"
    others = [a[name] for name in ("other", "birth_year", "on") if name in a]
    needed = others if rule.check == "required_with" else [rule.column, *others]
    if len(needed) == 1:
        return identifier(needed[0])
    return f"case when {' and '.join(f'{identifier(name)} is not null' for name in needed)} then 1 end"
