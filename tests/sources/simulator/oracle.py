"""A second opinion on a delivered file: which rule is broken on which physical line, worked out in polars from the contract's words alone.

Shares nothing with the reader, the harmoniser or the mask of the pipeline, nor with the writer of the simulator.
"""

from __future__ import annotations

import polars as pl

from sources.contract import Contract, Rule
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule

Verdict = tuple[int, str | None, str]
_TIMES = ("contacted_at", "need_assessed_at", "booked_at", "visited_at")


def records(data: bytes, dialect: Dialect) -> tuple[pl.DataFrame, list[int]]:
    """Text columns of the contract with `line`, and the numbers of lines whose fields are not as many as the header's."""
    text = data.decode(dialect.encoding).removeprefix("\ufeff")
    header, *lines = text.splitlines()
    headers = header.split(dialect.delimiter)
    fields = [line.split(dialect.delimiter) for line in lines]
    ragged = [n for n, f in enumerate(fields, 2) if len(f) != len(headers)]
    good = [(n, *f) for n, f in enumerate(fields, 2) if len(f) == len(headers)]
    names = ["line", *(dialect.columns[h] for h in headers)]
    schema = {name: pl.Int64 if name == "line" else pl.String for name in names}
    return pl.DataFrame(good, schema=schema, orient="row"), ragged


def typed(text: pl.DataFrame, dialect: Dialect, contract: Contract) -> pl.DataFrame:
    """Typed columns of the contract; what has no value of its type is null. Codes are the contract's."""
    absent = [v for v in dialect.null_values if v]
    text = text.with_columns(
        pl.when(pl.col(c).is_in(["", *absent])).then(None).otherwise(pl.col(c)).alias(c) for c in contract.column_names
    )
    return text.select("line", *(_typed(c, dialect).alias(c.name) for c in contract.columns))


def _typed(column, dialect: Dialect) -> pl.Expr:
    value = pl.col(column.name)
    if column.name in dialect.codes:
        known = value.replace_strict(dialect.codes[column.name], default="?")
        return pl.when(value.is_not_null()).then(known)
    if column.type == "integer":
        return pl.when(value.str.contains(r"^-?[0-9]+$")).then(value).cast(pl.Int64, strict=False)
    if column.type.startswith("decimal"):
        form = rf"^-?[0-9]+({'[.]' if dialect.decimal == '.' else ','}[0-9]{{1,2}})?$"
        return pl.when(value.str.contains(form)).then(value.str.replace(",", ".")).cast(pl.Float64, strict=False)
    if column.type == "timestamp":
        return value.str.to_datetime(dialect.timestamp_format, strict=False)
    if column.type == "date":
        return value.str.to_date(dialect.date_format, strict=False)
    return value


def verdicts(data: bytes, dialect: Dialect, contract: Contract, period: str) -> set[Verdict]:
    """(physical line, column, rule id) of every broken rule."""
    text, ragged = records(data, dialect)
    absent = [v for v in dialect.null_values if v]
    frame = typed(text, dialect, contract).join(
        text.select("line", pl.exclude("line").name.suffix("__sent")), on="line", maintain_order="left"
    )
    found: set[Verdict] = {(line, None, file_rule("RAGGED").id) for line in ragged}
    for rule in contract.row_rules:
        broken = frame.filter(_broken(rule, contract, period, absent).fill_null(value=False))
        found |= {(line, rule.column, rule.id) for line in broken["line"]}
    sound = frame.filter(~pl.col("line").is_in(list({line for line, *_ in found})))
    repeated = sound.filter(pl.struct(contract.key).is_first_distinct().not_())
    unique = contract.unique_rule
    return found | {(line, unique.column, unique.id) for line in repeated["line"]}


def _broken(rule: Rule, contract: Contract, period: str, absent: list[str]) -> pl.Expr:
    column, value = contract.column(rule.column), pl.col(rule.column)
    sent = pl.col(f"{rule.column}__sent")
    given = ~sent.is_in(["", *absent])
    match rule.check:
        case "required":
            return ~given
        case "type":
            return given & value.is_null()
        case "pattern":
            return ~value.str.contains(rf"^(?:{column.pattern})$")
        case "codes":
            return ~value.is_in(list(column.allowed_codes))
        case "in_force":
            ends = {code: f"{what.ended_on:%Y-%m}" for code, what in column.ended_codes.items()}
            return value.replace_strict(ends, default=None, return_dtype=pl.String) <= period
        case "range":
            return (value < column.minimum) | (value > column.maximum)
        case "not_before":
            return value < pl.col(rule.arguments["other"])
        case "not_before_year":
            return value.dt.year() < pl.col(rule.arguments["other"])
        case "required_with":
            return ~given & pl.col(rule.arguments["other"]).is_not_null()
        case "age_agrees":
            years = pl.col(rule.arguments["on"]).dt.year() - pl.col(rule.arguments["birth_year"]) - value
            return ~years.is_in([0, 1])
        case "in_period":
            return pl.coalesce(rule.arguments["first_of"]).dt.strftime("%Y-%m") != period
        case "sign_agrees":
            code = pl.col(rule.arguments["other"])
            is_expense = code.str.starts_with("4") & (code != "4990")
            return (is_expense & (value < 0)) | (code.str.starts_with("3") & (value > 0))
        case "only_with":
            other = ~pl.col(rule.arguments["other"]).is_in(rule.arguments["allowed"])
            return (value == rule.arguments["when"]) & other
        case "no_identity_code":
            return value.str.contains("^[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]$")
    raise AssertionError(rule.check)
