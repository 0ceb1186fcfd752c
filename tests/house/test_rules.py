"""Every rule of every contract, of files and of table checks: an id of its own, words for people in three languages, an example that is true.

The regional contracts' examples are tried in tests/sources/regional (test_rules.py, test_cost_rules.py), the rules of files in tests/test_bad_input.py; those of the
national contracts here.
"""

import re
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation

import polars as pl
import pytest

from expectations.suites import accepted_contacts, minimum_dataset
from sources.contract import LANGUAGES, Column, Contract, Rule, load_contract
from sources.national.innokyla.rules import page_rules
from sources.national.outcome import SourceError
from sources.national.rules import require_rows
from sources.regional.catalogue import dataset_contracts
from sources.regional.file_rules import file_rules
from tests.house.files import REPOSITORY, label, tracked

NATIONAL = {
    contract.name: contract
    for path in tracked("sources/national/*/*.yml")
    if "kind: DataContract" in path.read_text(encoding="utf-8")
    for contract in [load_contract(path)]
}
CONTRACTS = {**dataset_contracts(), **NATIONAL}
RULES = {rule.id: (contract, rule) for contract in CONTRACTS.values() for rule in contract.rules}
CHECKS = [*accepted_contacts().expectations, *minimum_dataset().expectations]
# Rules of files and of pages, which no contract holds.
OTHERS = [*file_rules().values(), *page_rules().values()]
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
# What must hold of a national reply as a whole stands in code, for it is told to us and to no sender.
WHOLE = re.compile(r"HVA-(?:POP|MAP|SOT|NF|SAM|COD|NAT|TRE|KELA|KEY|COR)-0-[0-9]{3}(?=:)")


def test_an_id_is_used_once_in_the_whole_house():
    ids = [
        *(rule.id for contract in CONTRACTS.values() for rule in contract.rules),
        *(rule.id for rule in file_rules().values()),
        *(rule.id for rule in page_rules().values()),
        *(check.id for check in CHECKS),
        *{found for path in tracked("sources/national/*.py") for found in WHOLE.findall(path.read_text("utf-8"))},
    ]
    assert [i for i, count in Counter(ids).items() if count > 1] == []
    assert len(ids) > 200


def test_the_id_of_a_whole_reply_is_written_in_one_room():
    rooms: dict[str, set[str]] = {}
    for path in tracked("sources/*.py"):
        for found in WHOLE.findall(path.read_text(encoding="utf-8")):
            rooms.setdefault(found, set()).add(label(path.parent))
    assert len(rooms) > 20
    assert {i: where for i, where in rooms.items() if len(where) > 1} == {}


def test_a_contract_uses_the_prefix_that_it_declares():
    for contract in CONTRACTS.values():
        assert {rule.id.rsplit("-", 2)[0] for rule in contract.rules} == {contract.extras["rulePrefix"]}, contract.name
    assert len({contract.extras["rulePrefix"] for contract in CONTRACTS.values()}) == len(CONTRACTS)


@pytest.mark.parametrize("rule_id", sorted([*RULES, *(r.id for r in OTHERS), *(c.id for c in CHECKS)]))
def test_a_rule_says_what_is_wrong_and_how_to_mend_it_in_three_languages(rule_id):
    known = {r.id: r for r in OTHERS} | {c.id: c for c in CHECKS} | {i: r for i, (_, r) in RULES.items()}
    rule = known[rule_id]
    for words in (rule.text, rule.fix):
        assert set(words) == set(LANGUAGES)
        assert all(text.strip().endswith((".", ").")) and not PLACEHOLDER.search(text) for text in words.values()), (
            words
        )
    assert len(set(rule.text.values())) == len(LANGUAGES), "a text stands in two languages"


@pytest.mark.parametrize("rule_id", [i for i, (_, rule) in RULES.items() if rule.check != "unique"])
def test_the_examples_of_a_rule_differ_in_what_it_looks_at(rule_id):
    _, rule = RULES[rule_id]
    assert rule.example_bad != rule.example_good
    assert rule.column in rule.example_bad or rule.arguments, "the bad example does not show the rule's own column"


def value(column: Column, text: str):
    """An example's text as the value of its column; a text that is no such value stays text."""
    if text == "":
        return None
    kind = column.type.partition("(")[0]
    try:
        if kind == "date":
            return date.fromisoformat(text)
        return int(text) if kind == "integer" else Decimal(text) if kind == "decimal" else text
    except (ValueError, InvalidOperation):
        return text


def frame(contract: Contract, *rows: dict[str, str]) -> pl.DataFrame:
    """Rows of examples as a frame of the contract's types; a column that holds what cannot be typed is text."""
    columns = {}
    for column in contract.columns:
        values = [value(column, row.get(column.name, "")) for row in rows]
        kind, _, scale = column.type.partition("(")
        dtype = {"integer": pl.Int64, "date": pl.Date}.get(kind, pl.String)
        if kind == "decimal":
            precision, digits = (int(n) for n in scale.rstrip(")").split(","))
            dtype = pl.Decimal(precision, digits)
        if any(isinstance(v, str) for v in values):
            values, dtype = [None if v is None else str(v) for v in values], pl.String
        columns[column.name] = pl.Series(column.name, values, dtype=dtype)
    return pl.DataFrame(columns)


def sound(contract: Contract) -> dict[str, str]:
    """A row of good examples."""
    return {name: text for rule in contract.rules for name, text in rule.example_good.items()}


@pytest.mark.parametrize("name", NATIONAL)
def test_a_row_of_good_examples_keeps_every_rule_of_a_national_contract(name):
    require_rows(NATIONAL[name], frame(NATIONAL[name], sound(NATIONAL[name])))


@pytest.mark.parametrize(
    ("contract", "rule"),
    [pytest.param(c, r, id=r.id) for c in NATIONAL.values() for r in c.rules],
)
def test_a_national_rule_fires_on_its_bad_example(contract: Contract, rule: Rule):
    rows = [sound(contract), sound(contract)] if rule.check == "unique" else [sound(contract) | rule.example_bad]
    with pytest.raises(SourceError, match=f"^{rule.id}: "):
        require_rows(contract, frame(contract, *rows))


def test_every_rule_of_files_that_one_delivery_cannot_break_is_tried_by_name():
    """The others are broken in tests/test_bad_input.py, which counts them."""
    tests = "".join(p.read_text(encoding="utf-8") for p in (REPOSITORY / "tests/sources/regional").glob("test_*.py"))
    assert [
        code for code in ("BALANCE", "UNREADABLE", "MANIFEST_TWICE", "MANIFEST_CHARACTER") if code not in tests
    ] == []
