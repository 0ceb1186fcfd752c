"""What a peer is told of the work, since it has none of our code: the contract, the dialects and the files as JSON, and for dbt the same SQL as the floor's.

Belongs here: writing these into a folder. Does not belong here: running a peer (run.py).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

from benchmarks.aggregates import DBT
from benchmarks.floor import ENCODINGS, code_tables, judged, reader_options, unrepeated
from sources.contract import Contract, Rule
from sources.identity_code import FREE_STANDING
from sources.regional.catalogue import counties, dataset_contract

_SOURCE = '{{ source("bench", "contacts") }}'


def write_plan(folder: Path, entries: list[dict], work: Path) -> None:
    """plan.json for pandas and dlt, and a dbt project that types and judges what dlt loaded."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    contract = dataset_contract("care_contacts")
    known = {code: county.dialects[contract.name] for code, county in counties().items()}
    organisers = {
        code: {
            "delimiter": dialect.delimiter,
            "encoding": ENCODINGS[dialect.encoding],
            "decimal": dialect.decimal,
            "timestamp_format": dialect.timestamp_format,
            "null_values": list(dialect.null_values),
            "codes": {column: dict(codes) for column, codes in dialect.codes.items()},
            "columns": list(dialect.columns.values()),
            "read_csv": ", ".join(f"{option} = {value}" for option, value in reader_options(dialect).items()),
            "files": [
                {"path": str(folder / f["readable"]), "period": e["period"]}
                for e in entries
                if e["organiser_code"] == code
                for f in e["files"]
            ],
        }
        for code, dialect in known.items()
    }
    document = {"work": str(work), "columns": _columns(contract), "rules": _rules(contract), "organisers": organisers}
    (work / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    shutil.copytree(DBT, work / "models", ignore=shutil.ignore_patterns("target", "logs"))
    _write_project(contract, known, work / "project")


def _columns(contract: Contract) -> list[dict]:
    return [
        {
            "name": c.name,
            "type": c.type.partition("(")[0],
            "required": c.required,
            "pattern": c.pattern,
            "codes": list(c.allowed_codes) if c.allowed_codes else None,
            "minimum": c.minimum,
            "maximum": c.maximum,
            "is_key": c.name in contract.key,
        }
        for c in contract.columns
    ]


def _rules(contract: Contract) -> list[dict]:
    return [
        {"id": r.id, "column": r.column, "check": r.check, "arguments": dict(r.arguments) | _spelt_out(contract, r)}
        for r in contract.rules
    ]


def _spelt_out(contract: Contract, rule: Rule) -> dict:
    """What a rule leaves to the project's own lists: the form of an identity code (without groups that capture), the month in which each code ended."""
    if rule.check == "no_identity_code":
        return {"form": FREE_STANDING.replace("(", "(?:")}
    if rule.check == "in_force":
        ended = contract.column(rule.column).ended_codes
        return {"ended": {code: f"{what.ended_on:%Y-%m}" for code, what in ended.items()}}
    return {}


def _write_project(contract: Contract, known: dict, project: Path) -> None:
    """The benchmark's dbt project on top of models that do with dlt's tables what the floor does with files."""
    shutil.copytree(DBT, project, ignore=shutil.ignore_patterns("target", "logs"))
    models = project / "models"
    for name, sql in code_tables(contract).items():
        _model(models, name, sql)
    for code, dialect in known.items():
        sql = judged(contract, dialect, f"raw.contacts_{code.lower()}", _ref)
        _model(models, f"judged_{code.lower()}", f"select *, '{code}' as organiser_code from ({sql})")
    _model(models, "judged", " union all ".join(f"select * from {_ref(f'judged_{c.lower()}')}" for c in known), "view")
    for kind, name, sql in unrepeated(contract, _ref):
        _model(models, name, sql, kind)
    for path in models.glob("by_*.sql"):
        path.write_text(path.read_text(encoding="utf-8").replace(_SOURCE, _ref("contacts")), encoding="utf-8")
    tested = models / "contacts.yml"
    tests = yaml.safe_load(tested.read_text(encoding="utf-8"))["sources"][0]["tables"][0]["data_tests"]
    tested.write_text(yaml.safe_dump({"models": [{"name": "contacts", "data_tests": tests}]}), encoding="utf-8")


def _ref(name: str) -> str:
    return f"{{{{ ref('{name}') }}}}"


def _model(models: Path, name: str, sql: str, materialised: str = "table") -> None:
    (models / f"{name}.sql").write_text(f'{{{{ config(materialized="{materialised}") }}}}\n{sql}\n', encoding="utf-8")
