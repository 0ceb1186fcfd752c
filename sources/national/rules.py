"""Row rules of a national contract, judged by pandera over a polars frame.

Belongs here: building the pandera schema from a contract's standard checks and refusing rows that break it. Does not belong here: rules of deliveries
(sources/regional), whose bad rows are set aside one by one: a published statistic is taken whole or not at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sources.contract import Column, Contract, Rule
from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

# What pandera calls the checks that it makes without being given one.
_OWN_NAMES = {"not_nullable": "required", "dtype": "type"}


def require_rows(contract: Contract, frame: pl.DataFrame) -> None:
    """Every row of an eager frame keeps the contract's rules, and the key is unique. Raises SourceError naming the first broken rule and how many rows break it."""
    import polars as pl
    from pandera.errors import SchemaErrors

    try:
        # A contract knows integers of one width; narrower ones of the file are the same numbers.
        _schema(contract).validate(frame.with_columns(pl.selectors.integer().cast(pl.Int64)), lazy=True)
    except SchemaErrors as errors:
        broken = _broken(contract, errors.failure_cases.select("column", "check").rows())
        first = next((rule for rule in contract.rules if rule.id in broken), None)
        if first is None:
            raise SourceError(
                f"{contract.name}: the rows have another shape than the contract's ({min(broken)})"
            ) from None
        raise SourceError(
            f"{first.id}: {first.text['en']} {broken[first.id]} rows; the reply is refused whole"
        ) from None


def _broken(contract: Contract, failures: list[tuple[str | None, str]]) -> dict[str, int]:
    """Rule id → failures. What no rule stands for keeps pandera's own name."""
    counted: dict[str, int] = {}
    for column, check in set(failures):
        counted[_rule_id(contract, column, check)] = failures.count((column, check))
    return counted


def _rule_id(contract: Contract, column: str | None, check: str) -> str:
    if check == "multiple_fields_uniqueness" and contract.unique_rule is not None:
        return contract.unique_rule.id
    own = next((check_of for name, check_of in _OWN_NAMES.items() if check.startswith(name)), None)
    return next((rule.id for rule in contract.rules if own and (rule.column, rule.check) == (column, own)), check)


def _schema(contract: Contract) -> Any:
    import pandera.polars as pa

    columns = {
        column.name: pa.Column(
            _dtype(column.sql_type),
            [_check(column, rule) for rule in contract.rules if rule.column == column.name and rule.check in _CHECKS],
            nullable=not column.required,
        )
        for column in contract.columns
    }
    return pa.DataFrameSchema(columns, unique=list(contract.key), strict=True)


def _check(column: Column, rule: Rule) -> Any:
    return _CHECKS[rule.check](column, rule.id)


def _in_range(column: Column, name: str) -> Any:
    import pandera.polars as pa

    return pa.Check.in_range(column.minimum, column.maximum, error=name)


def _of_pattern(column: Column, name: str) -> Any:
    import pandera.polars as pa

    return pa.Check.str_matches(f"^(?:{column.pattern})$", error=name)


def _of_codes(column: Column, name: str) -> Any:
    import pandera.polars as pa

    return pa.Check.isin(column.allowed_codes, error=name)


_CHECKS = {"range": _in_range, "pattern": _of_pattern, "codes": _of_codes}


def _dtype(sql_type: str) -> Any:
    import polars as pl

    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", sql_type)
    if decimal is not None:
        return pl.Decimal(int(decimal.group(1)), int(decimal.group(2)))
    return {"VARCHAR": pl.String, "BIGINT": pl.Int64, "DATE": pl.Date}[sql_type]
