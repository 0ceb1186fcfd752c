"""Each rule of holds: its own examples, bad and good; what it says; and that no other rule stands in for it."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from small import column, contract, rule

from sources.contract import LANGUAGES
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule, file_rules
from sources.regional.holds import judge
from sources.regional.holds.expectation import month_number
from sources.regional.holds.history import InForce, Peers
from sources.regional.holds.judge import Case, findings
from sources.regional.holds.profile import Profile
from sources.regional.holds.rules import SEVERITY, hold_rule, hold_rules

COSTS = contract(
    (column("id", "text", required=True), column("amount_eur", "decimal(18,2)", unit="eur"), column("kind", "text")),
    (rule(1, "id", "required"),),
    ("id",),
)
NOW = month_number("2026-10")
NOBODY = Peers(0, 0.0, Decimal(1), {})


def month(before: int, rows: int = 800, share: str = "0.01", released: tuple[str, ...] = (), **profile) -> InForce:
    number = NOW - before
    period = f"{number // 12}-{number % 12 + 1:02d}"
    facts = Profile(rows, **{"filled": dict.fromkeys(COSTS.column_names, rows), **profile})
    return InForce(f"r{before}", period, 1, Decimal(share), facts, None, frozenset(released))


def case(rows: int = 800, share: str = "0.01", others: list[InForce] | None = None, **more) -> Case:
    names = ("constant", "common", "middle", "sketch", "filled")
    profile = {name: more.pop(name) for name in names if name in more}
    facts = Profile(rows, **{"filled": dict.fromkeys(COSTS.column_names, rows), **profile})
    given = {"contract": COSTS, "number": NOW, "rows_received": rows, "peers": NOBODY, **more}
    return Case(sample_share=Decimal(share), profile=facts, others=others or [], **given)


def _sample_share(e: dict) -> Case:
    others = [month(n, rows, e["earlier_share"]) for n, rows in enumerate(e["earlier_rows"], 1)]
    return case(e["rows"], e["sample_share"], others)


def _unit(e: dict) -> Case:
    others = [month(n, middle={"amount_eur": Decimal(v)}) for n, v in enumerate(e["earlier_middle"], 1)]
    return case(others=others, middle={"amount_eur": Decimal(e["middle"])})


def _month_again(e: dict) -> Case:
    same = round(e["shared"] * 24)
    return case(others=[month(1, sketch=tuple(range(24)))], sketch=tuple(range(24 - same, 48 - same)))


def _mass_deletion(e: dict) -> Case:
    return case(e["before"] - e["removed"], replaced=month(0, e["before"]), removed=e["removed"])


def _outside(e: dict) -> Case:
    return case(e["rows"], replaced=month(0, e["rows"]), outside=e["outside"])


def _column_empty(e: dict) -> Case:
    others = [month(n, filled=dict.fromkeys(COSTS.column_names, v)) for n, v in enumerate(e["earlier_filled"], 1)]
    return case(e["rows"], others=others, filled=dict.fromkeys(("id", "amount_eur"), 700) | {"kind": e["filled"]})


def _constant(e: dict) -> Case:
    others = [month(n, common={"kind": e["earlier_common_share"]}) for n in (1, 2)]
    return case(e["values"], others=others, constant=("kind",) if e["different"] == 1 else ())


def _volume(e: dict) -> Case:
    return case(e["rows"], others=[month(n, rows) for n, rows in enumerate(reversed(e["earlier_rows"]), 1)])


CASES = {
    "SAMPLE_SHARE": _sample_share,
    "UNIT": _unit,
    "MONTH_AGAIN": _month_again,
    "MASS_DELETION": _mass_deletion,
    "OUTSIDE_PERIOD": _outside,
    "COLUMN_EMPTY": _column_empty,
    "COLUMN_CONSTANT": _constant,
    "VOLUME": _volume,
    "DRIFT": _volume,
}


def codes(found) -> list[str]:
    return [finding.code for finding in found]


@pytest.mark.parametrize("code", hold_rules())
def test_the_bad_example_is_held_by_this_rule_alone_and_the_good_one_is_not_held(code):
    examples = hold_rule(code).examples
    assert codes(findings(CASES[code](examples["bad"]))) == [code]
    assert findings(CASES[code](examples["good"])) == []


@pytest.mark.parametrize("code", hold_rules())
def test_without_the_rule_nobody_else_finds_the_bad_example(code, monkeypatch):
    function = {f.__name__.strip("_").upper(): f for f in judge._RULES}[code]
    monkeypatch.setattr(judge, "_RULES", tuple(f for f in judge._RULES if f is not function))
    left = ["VOLUME"] if code == "SAMPLE_SHARE" else []
    assert codes(findings(CASES[code](hold_rule(code).examples["bad"]))) == left


def test_rows_that_go_on_from_month_to_month_are_no_month_sent_again():
    bad = hold_rule("MONTH_AGAIN").examples["bad"]
    goes_on = replace(COSTS, extras={**COSTS.extras, "rows_go_on": True})
    assert findings(replace(CASES["MONTH_AGAIN"](bad), contract=goes_on)) == []


def test_rules_have_ids_of_their_own_a_version_and_texts_in_three_languages():
    assert set(CASES) == set(hold_rules())
    ids = [r.id for r in hold_rules().values()]
    assert ids == sorted(set(ids))
    assert not set(ids) & {r.id for r in file_rules().values()}
    for found in hold_rules().values():
        assert re.fullmatch(r"HVA-HOLD-2-\d{3}", found.id)
        assert (found.level, found.severity) == (2, SEVERITY)
        assert found.version and found.valid_from
        assert all(found.text[language] and found.fix[language] for language in LANGUAGES)
        assert file_rule(found.id) is file_rule(found.code) is found


def test_a_finding_shows_the_figures():
    (found,) = findings(CASES["VOLUME"](hold_rule("VOLUME").examples["bad"]))
    assert {"expected", "z", "phi", "found", "method", "months"} == set(found.values)
    assert "480 rows, expected 800 (middle of earlier months, 6 months)" in found.reason
    (found,) = findings(CASES["MASS_DELETION"](hold_rule("MASS_DELETION").examples["bad"]))
    assert "1100 of the 1200 rows in force" in found.reason


def test_a_senders_first_deliveries_are_not_held():
    assert findings(case(3, others=[])) == []
    assert findings(case(400, others=[month(1), month(2)])) == []


def test_zero_rows_after_rows_is_held_from_the_first_month_on():
    assert codes(findings(case(0, others=[month(1)]))) == ["VOLUME"]
    assert findings(case(0, others=[month(1, 0)])) == []


def test_a_first_delivery_is_held_against_the_share_of_the_other_senders():
    usual = Peers(6, 80_000.0, Decimal("0.01"), {})
    assert codes(findings(case(800, "0.5", peers=usual))) == ["SAMPLE_SHARE"]
    assert findings(case(80, "0.01", peers=usual)) == []
    assert findings(case(800, "0.5", peers=Peers(4, 80_000.0, Decimal("0.01"), {}))) == []


def test_a_small_sender_with_the_usual_share_is_only_small():
    assert findings(case(50, "1", peers=Peers(22, 640.0, Decimal(1), {}))) == []


def test_a_thinner_sample_that_says_so_is_no_swing():
    assert findings(case(40, "0.0005", others=[month(n, 800, "0.01") for n in range(1, 8)])) == []


def test_a_share_that_should_be_35_and_is_035_is_a_unit():
    shares = contract((column("share", "decimal(5,2)", unit="percent"),), (), ("share",))
    others = [month(n, middle={"share": Decimal("34.5")}) for n in (1, 2, 3)]
    found = findings(case(others=others, contract=shares, middle={"share": Decimal("0.35")}, filled={"share": 800}))
    assert codes(found) == ["UNIT"]
    assert found[0].column == "share"


def test_staff_told_in_hours_of_the_month_or_without_the_decimal_comma_is_a_unit():
    staff = dataset_contract("personnel")
    others = [month(n, middle={"fte": Decimal("14.2"), "absence_days": Decimal(18)}) for n in (1, 2, 3)]
    for told, held in (("1420", ["UNIT"]), ("2272", ["UNIT"]), ("16.9", [])):
        middle = {"fte": Decimal(told), "absence_days": Decimal(21)}
        assert codes(findings(case(others=others, contract=staff, middle=middle, filled={"fte": 30}))) == held


def test_a_level_that_a_person_released_is_not_asked_about_again():
    released = (hold_rule("VOLUME").id,)
    before = [month(n, 800) for n in range(3, 12)]
    assert codes(findings(case(400, others=[*before, month(1, 405), month(2, 410)]))) == ["VOLUME"]
    assert findings(case(400, others=[*before, month(1, 405), month(2, 410, released=released)])) == []


def test_a_drift_that_a_person_released_begins_anew():
    rows = hold_rule("DRIFT").examples["bad"]["earlier_rows"]
    released = (hold_rule("DRIFT").id,)
    others = [month(12 - n, y, released=released if n == 11 else ()) for n, y in enumerate(rows)]
    assert "DRIFT" not in codes(findings(case(1141, others=others)))


def test_a_column_that_always_had_one_value_may_go_on_so():
    others = [month(n, constant=("kind",), common={"kind": 1.0}) for n in (1, 2, 3)]
    assert findings(case(others=others, constant=("kind",))) == []
