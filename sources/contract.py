"""Contracts: the one description of a dataset that everything else is built from.

Belongs here: reading `<dataset>.yml` (Open Data Contract Standard 3.x, our extras under customProperties), refusing a bad one in one line,
and the small typed model that the reader, the judge, the suites and the reports use.
Does not belong here: running rules (sources/regional/rules.py), code lists themselves (sources/reference.py), anything of dagster, dbt or GX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sources.errors import SotevarastoError

if TYPE_CHECKING:
    from sources.reference import Ended

LANGUAGES = ("fi", "sv", "en")
STANDARD_CHECKS = frozenset(
    {"required", "type", "pattern", "codes", "range", "in_force", "on_clock", "no_identity_code"}
)
PAIR_CHECKS = frozenset(
    {
        "not_before",
        "not_before_year",
        "required_with",
        "age_agrees",
        "in_period",
        "sign_agrees",
        "only_with",
        "unique",
    }
)
_RULE_ID = re.compile(r"[A-Z]+(-[A-Z0-9]+)*-[0-5]-[0-9]{3}")
_LOGICAL = {"string": "text", "integer": "integer", "number": "decimal", "timestamp": "timestamp", "date": "date"}


class ContractError(SotevarastoError):
    """A contract file is not valid; the message names the file, the place and the mend."""


@dataclass(frozen=True)
class Column:
    """One column of a dataset.

    `type` is text, integer, decimal(p,s), timestamp or date. `codes` are the allowed codes written in the contract; `code_list` names a list of
    sources/reference.py instead. `minimum` and `maximum` are inclusive, in `unit`. `identifying` values are masked wherever a person reads them.
    """

    name: str
    type: str
    required: bool
    label: dict[str, str]
    description: str
    pattern: str | None = None
    codes: tuple[str, ...] | None = None
    code_list: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    unit: str | None = None
    identifying: bool = False

    @property
    def sql_type(self) -> str:
        """The DuckDB type that holds the typed value."""
        plain = {"text": "VARCHAR", "integer": "BIGINT", "timestamp": "TIMESTAMP", "date": "DATE"}
        return plain.get(self.type) or self.type.upper()

    @cached_property
    def allowed_codes(self) -> tuple[str, ...] | None:
        """The codes, from the contract or its reference list (those that have ended too: `in_force` judges by date); None when any text will do."""
        if self.code_list is None:
            return self.codes
        from sources.reference import code_list

        return code_list(self.code_list)

    @property
    def ended_codes(self) -> Mapping[str, Ended]:
        """The codes of the reference list that have ended, and what became of them."""
        from sources.reference import ended

        return ended(self.code_list or "")


@dataclass(frozen=True)
class Rule:
    """One rule: a stable id, the column it is reported on, the check with its arguments, and what it says to the sender.

    `version` counts changes of what it judges. It judges deliveries of months that begin from `effective_from` to `effective_to`; None is without bound.

    The examples are values by column, as the contract's own forms write them: in an otherwise sound row the bad ones break the rule, the good ones none.
    """

    id: str
    column: str
    check: str
    arguments: dict[str, Any]
    severity: str
    dimension: str
    text: dict[str, str]
    fix: dict[str, str]
    example_bad: dict[str, str] = field(default_factory=dict)
    example_good: dict[str, str] = field(default_factory=dict)
    version: int = 1
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def is_dated(self) -> bool:
        return self.effective_from is not None or self.effective_to is not None

    def judges(self, period: str) -> bool:
        """Whether the rule is in force in a month ('YYYY-MM'): one that begins before the rule ends, and not before it begins."""
        first = date.fromisoformat(f"{period}-01")
        return (self.effective_from is None or first >= self.effective_from) and (
            self.effective_to is None or first <= self.effective_to
        )

    @property
    def level(self) -> int:
        """Validation level 0 (file) to 5 (other body), the digit of the id."""
        return int(self.id.split("-")[-2])


@dataclass(frozen=True)
class Contract:
    """A dataset's contract. `columns` are in contract order; `rules` in the order of their declaration, which is the order of the mask's bits.

    `due_days` is how many days after its end a month is due (ODCS: the latency among slaProperties); None where nothing was agreed.
    """

    name: str
    version: str
    status: str
    path: Path
    description: str
    grain: str
    label: dict[str, str]
    owner: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    key: tuple[str, ...]
    due_days: int | None = None
    extras: dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        return next(c for c in self.columns if c.name == name) if name in self.column_names else _missing(name)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def row_rules(self) -> tuple[Rule, ...]:
        """The rules that look at one row alone: everything but uniqueness."""
        return tuple(r for r in self.rules if r.check != "unique")

    @property
    def unique_rule(self) -> Rule | None:
        return next((r for r in self.rules if r.check == "unique"), None)

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; KeyError if there is none."""
        return next((r for r in self.rules if r.id == rule_id), None) or _missing(rule_id)


def _missing(name: str):
    raise KeyError(name)


def read_yaml(path: Path) -> Any:
    """A YAML file as plain data, by libyaml where PyYAML was built with it: many times faster, and definitions wait for it."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load_contract(path: Path) -> Contract:
    """Read one contract file.

    Raises ContractError when the file is no YAML, no valid ODCS document by ODCS's own models and schema, or breaks our own conventions.
    """
    path = Path(path)
    try:
        document = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(
            f"{path.name}: not readable as YAML ({' '.join(str(error).split())[:160]}); mend the file"
        ) from error
    _refuse_invalid_odcs(path, document)
    table = document["schema"][0]
    extras = _extras(table)
    columns = tuple(_column(path, p) for p in table["properties"])
    rules = tuple(_rules(path, table, {c.name: c for c in columns}))
    contract = Contract(
        name=document["name"],
        version=document["version"],
        status=document["status"],
        path=path,
        description=document["description"]["purpose"],
        grain=table["dataGranularityDescription"],
        label=_trilingual(path, table["name"], extras.get("label")),
        owner=extras.get("owner") or refuse(path, table["name"], "has no owner under customProperties"),
        columns=columns,
        rules=rules,
        key=tuple(p["name"] for p in table["properties"] if p.get("primaryKey")),
        due_days=_due_days(path, document),
        extras=extras,
    )
    from sources.contract_consistency import refuse_inconsistent

    refuse_inconsistent(contract)
    return contract


def _refuse_invalid_odcs(path: Path, document: Any) -> None:
    import json

    from jsonschema import validators
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    if not isinstance(document, dict) or len(document.get("schema") or []) != 1:
        raise ContractError(f"{path.name}: a contract is one YAML mapping with one entry under `schema`; mend the file")
    try:
        OpenDataContractStandard.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        raise ContractError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}; see ODCS 3.x") from error
    schema = json.loads(OpenDataContractStandard.json_schema())
    problem = next(validators.validator_for(schema)(schema).iter_errors(document), None)
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "top level"
        raise ContractError(f"{path.name}: {place}: {problem.message[:200]}; see ODCS 3.x")


def _due_days(path: Path, document: dict) -> int | None:
    latency = next((p for p in document.get("slaProperties") or [] if p["property"] == "latency"), None)
    if latency is None:
        return None
    if latency.get("unit") != "d" or not isinstance(latency["value"], int):
        refuse(path, "slaProperties", "has a latency that is no whole number of days (unit d)")
    return latency["value"]


def _extras(element: dict) -> dict[str, Any]:
    return {p["property"]: p.get("value") for p in element.get("customProperties") or []}


def refuse(path: Path, place: str, what: str):
    """Raise ContractError: one line with the place and the mend."""
    raise ContractError(f"{path.name}: {place} {what}; mend the contract")


def _trilingual(path: Path, place: str, texts: Any) -> dict[str, str]:
    if not isinstance(texts, dict) or any(not texts.get(language) for language in LANGUAGES):
        refuse(path, place, "lacks a text in Finnish, Swedish or English")
    return {language: texts[language] for language in LANGUAGES}


def _column(path: Path, prop: dict) -> Column:
    extras, options = _extras(prop), prop.get("logicalTypeOptions") or {}
    kind = _LOGICAL.get(prop["logicalType"]) or refuse(
        path, prop["name"], f"has the unknown logicalType {prop['logicalType']}"
    )
    return Column(
        name=prop["name"],
        type=prop["physicalType"].lower() if kind == "decimal" else kind,
        required=bool(prop.get("required")),
        label=_trilingual(path, prop["name"], extras.get("label")),
        description=prop.get("description") or refuse(path, prop["name"], "has no description"),
        pattern=options.get("pattern"),
        codes=tuple(extras["codes"]) if "codes" in extras else None,
        code_list=extras.get("codeList"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        unit=extras.get("unit"),
        identifying=prop.get("classification") == "identifying",
    )


def _rules(path: Path, table: dict, columns: dict[str, Column]):
    for prop in table["properties"]:
        for quality in prop.get("quality") or []:
            yield _rule(path, quality, columns[prop["name"]], columns)
    for quality in table.get("quality") or []:
        name = quality["implementation"].get("column")
        column = columns.get(name) or refuse(path, quality.get("id"), f"names the unknown column {name}")
        yield _rule(path, quality, column, columns)


def _rule(path: Path, quality: dict, column: Column, columns: dict[str, Column]) -> Rule:
    rule_id = quality.get("id") or refuse(path, column.name, "has a rule without an id")
    if not _RULE_ID.fullmatch(rule_id):
        refuse(path, rule_id, "is no rule id of the form HVA-<dataset>-<level>-<nnn>")
    arguments = {k: v for k, v in quality["implementation"].items() if k not in ("check", "column")}
    check, extras = quality["implementation"]["check"], _extras(quality)
    if check not in STANDARD_CHECKS | PAIR_CHECKS:
        refuse(path, rule_id, f"uses the unknown check {check}")
    if check == "in_force":
        arguments["code_list"] = column.code_list
    if texts := _standard_texts().get(check):
        other = columns.get(arguments.get("other"))
        extras = {key: _filled(texts[key], column, other) for key in ("text", "fix")} | extras
    dates = {name: _day(path, rule_id, extras, name) for name in ("effectiveFrom", "effectiveTo")}
    if any(dates.values()):
        arguments.setdefault("period", "period")
    example = extras.get("example") or {}
    return Rule(
        id=rule_id,
        column=column.name,
        check=check,
        arguments=arguments,
        severity=quality["severity"],
        dimension=quality["dimension"],
        text=_trilingual(path, rule_id, extras.get("text")),
        fix=_trilingual(path, rule_id, extras.get("fix")),
        example_bad=_example(example.get("bad"), column.name),
        example_good=_example(example.get("good"), column.name),
        version=extras.get("version", 1),
        effective_from=dates["effectiveFrom"],
        effective_to=dates["effectiveTo"],
    )


def _day(path: Path, rule_id: str, extras: dict[str, Any], name: str) -> date | None:
    day = extras.get(name)
    if day is None:
        return None
    try:
        return date.fromisoformat(str(day))
    except ValueError:
        refuse(path, rule_id, f"has a {name} that is no day (YYYY-MM-DD)")


def _example(value: Any, column: str) -> dict[str, str]:
    """Values by column; a bare value is one of the rule's own column."""
    return {} if value is None else value if isinstance(value, dict) else {column: value}


@cache
def _standard_texts() -> dict[str, dict[str, dict[str, str]]]:
    return read_yaml(Path(__file__).parent / "rule_texts.yml")


def _filled(texts: dict[str, str], column: Column, other: Column | None) -> dict[str, str]:
    codes = ", ".join(column.codes) if column.codes else (column.code_list or "")
    kinds = _standard_texts()["types"]
    return {
        language: text.format(
            label=column.label[language],
            other=other.label[language] if other else "",
            codes=codes,
            minimum=column.minimum,
            maximum=column.maximum,
            pattern=column.pattern,
            type=kinds[column.type.split("(")[0]][language],
        )
        for language, text in texts.items()
    }
