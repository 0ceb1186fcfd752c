"""A small dataset for tests of the reader and the judge: four columns, so that a whole file can be seen at a glance."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import duckdb

from sources.contract import Column, Contract, Rule
from sources.regional.county import Dialect
from sources.regional.judge import Judgement, SourceFile, stage_files
from sources.regional.rules import LINE_RULES, CompiledRules, compile_rules, line_bit
from sources.regional.scan import DeliveryContext

CONTEXT = DeliveryContext("receipt-1", "05", "2026-08", 1, Decimal("0.01"))
_TEXT = {"fi": "-", "sv": "-", "en": "-"}


def column(name: str, kind: str, required: bool = False, label: dict | None = None, **more) -> Column:
    return Column(name, kind, required, label or {"fi": name, "sv": name, "en": name}, name, **more)


def rule(number: int, column_name: str, check: str, **arguments) -> Rule:
    return Rule(f"HVA-SM-1-{number:03d}", column_name, check, arguments, "record", "conformity", _TEXT, _TEXT)


def contract(columns: tuple[Column, ...], rules: tuple[Rule, ...], key: tuple[str, ...]) -> Contract:
    return Contract("small", "1.0.0", "draft", Path("small.yml"), "-", "-", _TEXT, "-", columns, rules, key)


SMALL = contract(
    (
        column("id", "text", required=True, pattern="[0-9A-Za-z-]{1,40}"),
        column("name", "text", label={"fi": "Nimi", "sv": "Namn", "en": "Name"}),
        column("amount", "decimal(5,2)", minimum=0, maximum=100),
        column("at", "timestamp"),
    ),
    (
        rule(1, "id", "required"),
        rule(2, "id", "pattern"),
        rule(3, "amount", "type"),
        rule(4, "amount", "range"),
        rule(5, "at", "type"),
        rule(6, "id", "unique"),
    ),
    ("id",),
)
DIALECT = Dialect(
    organiser_code="05",
    dataset="small",
    encoding="utf-8",
    delimiter=";",
    decimal=",",
    timestamp_format="%d.%m.%Y %H:%M",
    date_format=None,
    null_values=("",),
    columns={"Tunnus": "id", "Nimi": "name", "Määrä": "amount", "Aika": "at"},
    codes={},
)
HEADER = "Tunnus;Nimi;Määrä;Aika"
RULES = compile_rules(SMALL)


@dataclass(frozen=True)
class Judged:
    """What became of a delivery: `rows` are the accepted (line, id, name, amount, at) in order, `faults` the codes or rule ids by line."""

    judgement: Judgement
    rows: list[tuple]
    faults: dict[int, set[str]]

    @property
    def code(self) -> str | None:
        return self.judgement.refusal.code if self.judgement.refusal else None


@cache
def connection(threads: int) -> duckdb.DuckDBPyConnection:
    """One DuckDB for all tests: a new one for each file would take most of their time."""
    return duckdb.connect(config={"threads": threads})


def judge(
    folder: Path,
    *contents: bytes,
    dialect: Dialect = DIALECT,
    context: DeliveryContext = CONTEXT,
    of: Contract = SMALL,
    rules: CompiledRules = RULES,
    threads: int = 1,
    **changes,
) -> Judged:
    """Judge files of these contents as one delivery; `changes` replace parts of the dialect."""
    files = []
    for number, content in enumerate(contents):
        path = folder / f"landed-{number}"
        path.write_bytes(content)
        files.append(SourceFile(path, f"{'abc'[number]}.csv"))
    out = folder / "staged.parquet"
    con = connection(threads)
    judgement = stage_files(con, of, replace(dialect, **changes), files, rules, context, out)
    if judgement.staged is None:
        return Judged(judgement, [], {})
    names = ", ".join(f'"{n}"' for n in of.column_names)
    rows = con.execute(f"select line_number, {names} from '{out}' where rule_mask = 0").fetchall()
    faulty = con.execute(
        f"select line_number, {', '.join(rules.mask_columns)} from '{out}' where rule_mask <> 0"
    ).fetchall()
    return Judged(judgement, rows, {line: broken(rules, masks) for line, *masks in faulty})


def broken(rules: CompiledRules, masks: list[int]) -> set[str]:
    """The ids of the contract's rules, and the codes of the rules about lines, that the masks name."""
    found = {b.rule_id for b in rules.bits if masks[b.word] >> b.bit & 1}
    return found | {code for code in LINE_RULES if masks[0] >> line_bit(code) & 1}


def file(*lines: str, header: str = HEADER, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A file of these lines below the header, each with the line break `end`."""
    return "".join(line + end for line in (header, *lines)).encode(encoding)


def sound(number: int) -> str:
    """A line that breaks no rule."""
    return f"a{number};Nimi {number};1,50;03.08.2026 09:{number % 60:02d}"
