"""The rules of the costs contract: each fires on its bad example and on nothing else; one row for each key of five columns."""

import re
from datetime import date
from decimal import Decimal

import pytest
from small import connection, judge

from sources.regional.catalogue import dataset_contract
from sources.regional.county import Dialect
from sources.regional.judge import validate_accepted
from sources.regional.rules import compile_rules

CONTRACT = dataset_contract("costs")
RULES = compile_rules(CONTRACT)
UNIQUE = CONTRACT.unique_rule.id
BASE = {
    "cost_month": "01.08.2026",
    "service_class_code": "2536",
    "account_code": "4000",
    "production_mode": "own",
    "item_scope": "external",
    "hus_share": "none",
    "amount_eur": "1234,50",
}
DIALECT = Dialect(
    organiser_code="05",
    dataset="costs",
    encoding="utf-8",
    delimiter=";",
    decimal=",",
    timestamp_format=None,
    date_format="%d.%m.%Y",
    null_values=("",),
    columns={name: name for name in BASE},
    codes={},
)
PAID = {"account_code": "4300", "production_mode": "bought", "hus_share": "hus"}


def text(*rows: dict) -> bytes:
    lines = [list(BASE), *([(BASE | row)[name] for name in BASE] for row in rows)]
    return ("\n".join(";".join(line) for line in lines) + "\n").encode()


def as_sent(values: dict) -> dict:
    """Values of the contract's form as DIALECT writes them: days and decimals the Finnish way; what has another form stays as it is."""
    day, number = r"(\d{4})-(\d\d)-(\d\d)", r"(-?\d+)\.(\d+)"
    return {k: re.sub(f"^{number}$", r"\1,\2", re.sub(f"^{day}$", r"\3.\2.\1", v)) for k, v in values.items()}


def judged(folder, *rows: dict):
    """`rows` among enough sound ones of other classes for a few to be faulty; they stand on lines 2 and on."""
    others = [
        {"service_class_code": code, "account_code": "4500"}
        for code in CONTRACT.column("service_class_code").allowed_codes
    ]
    return judge(folder, text(*rows, *others), dialect=DIALECT, of=CONTRACT, rules=RULES)


@pytest.mark.parametrize("rule_id", [r.id for r in CONTRACT.row_rules])
def test_each_rule_fires_on_its_bad_example_and_not_on_its_good_one(rule_id, tmp_path):
    rule = CONTRACT.rule(rule_id)
    found = judged(tmp_path, as_sent(rule.example_bad), as_sent(rule.example_good))
    assert found.code is None
    assert rule_id in found.faults[2]
    assert set(found.faults) == {2}


def test_amounts_and_months_are_exact(tmp_path):
    found = judged(tmp_path, {"amount_eur": "-0,10", "account_code": "3100"}, {"amount_eur": "9999999999999999,99"})
    assert [(row[1], row[-1]) for row in found.rows[:2]] == [
        (date(2026, 8, 1), Decimal("-0.10")),
        (date(2026, 8, 1), Decimal("9999999999999999.99")),
    ]


@pytest.mark.parametrize(
    "amount", ["1.234,50", "1 234,50", "1234,505", "1e3", "1234.50", "€12", "12345678901234567,00"]
)
def test_an_amount_written_in_another_way_is_not_guessed(amount, tmp_path):
    assert judged(tmp_path, {"amount_eur": amount}).faults == {2: {"HVA-CO-1-014"}}


def test_corrections_of_earlier_months_bear_either_sign_and_nothing_is_neither(tmp_path):
    rows = [
        {"account_code": "4990", "amount_eur": "-5,00"},
        {"account_code": "4000", "amount_eur": "0"},
        {"account_code": "3100", "amount_eur": "0"},
    ]
    assert judged(tmp_path, *rows).faults == {}


def test_rows_that_differ_in_one_column_of_the_key_stand_beside_each_other(tmp_path):
    rows = [
        {},
        {"account_code": "4100"},
        {"service_class_code": "2612"},
        {"item_scope": "internal"},
        {"production_mode": "bought"},
    ]
    assert judged(tmp_path, *rows, PAID, PAID | {"hus_share": "none"}).faults == {}


def test_of_alike_rows_of_one_key_the_first_is_kept_and_of_unlike_ones_none(tmp_path):
    alike = judged(tmp_path, {}, {"account_code": "4100"}, {})
    assert alike.faults == {4: {UNIQUE}}
    unlike = judged(tmp_path, {}, {"amount_eur": "1,00"}, {"account_code": "4100"})
    assert unlike.faults == {2: {UNIQUE}, 3: {UNIQUE}}


def test_pandera_passes_what_the_mask_accepted_and_refuses_what_it_should_not_have(tmp_path):
    assert judged(tmp_path, {}, PAID).faults == {}
    staged = tmp_path / "staged.parquet"
    assert validate_accepted(connection(1), CONTRACT, [staged]).passed
    wrong = tmp_path / "wrong.parquet"
    columns = "account_code: '3100', hus_share: 'hus'"
    replaced = ", ".join(f"{v} as {k}" for k, v in (part.split(": ") for part in columns.split(", ")))
    connection(1).execute(f"copy (select * replace ({replaced}) from '{staged}') to '{wrong}' (format parquet)")
    failures = validate_accepted(connection(1), CONTRACT, [wrong]).failures
    assert {"HVA-CO-1-016", "HVA-CO-1-017"} <= failures.keys()
