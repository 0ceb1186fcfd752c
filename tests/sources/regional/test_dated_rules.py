"""A rule judges the months in which it is in force, and no other: not in the mask, not in pandera's own validation, not in the counts."""

from dataclasses import replace
from datetime import date

import pytest
from small import CONTEXT, SMALL, connection, file, judge, sound

from sources.contract import Contract
from sources.regional.judge import validate_accepted
from sources.regional.rules import compile_rules


def dated(**dates) -> Contract:
    """The small contract with every rule but the one on uniqueness in force between these days."""
    rules = tuple(replace(r, arguments={**r.arguments, "period": "period"}, **dates) for r in SMALL.rules)
    return replace(SMALL, rules=rules)


BAD = file(
    sound(1),
    "??;x;1,00;03.08.2026 09:00",
    ";x;1,00;03.08.2026 09:00",
    "a4;x;999,00;x",
    "a5;x;x;03.08.2026 09:00",
    sound(1),
)


@pytest.mark.parametrize(
    ("dates", "is_in_force"),
    [
        ({"effective_from": date(2026, 8, 1)}, True),
        ({"effective_from": date(2026, 8, 2)}, False),
        ({"effective_to": date(2026, 8, 1)}, True),
        ({"effective_to": date(2026, 7, 31)}, False),
        ({"effective_from": date(2026, 1, 1), "effective_to": date(2026, 12, 31)}, True),
    ],
)
def test_a_rule_judges_the_months_that_begin_while_it_is_in_force_and_no_other(tmp_path, dates, is_in_force):
    contract = dated(**dates)
    loose = replace(CONTEXT, is_empty_explained=True)
    judged = judge(tmp_path, BAD, of=contract, rules=compile_rules(contract), context=loose)
    usual = judge(tmp_path, BAD, context=loose)
    assert judged.faults == (usual.faults if is_in_force else {})
    assert {count["failed"] for count in judged.judgement.rule_counts if not is_in_force} <= {0}
    assert any(count["applicable"] for count in judged.judgement.rule_counts) == is_in_force


def test_pandera_itself_passes_rows_that_a_dated_rule_does_not_judge(tmp_path):
    for dates, passed in (({"effective_from": date(2026, 9, 1)}, True), ({"effective_from": date(2026, 8, 1)}, False)):
        contract = dated(**dates)
        later = dated(effective_from=date(2027, 1, 1))
        staged = judge(tmp_path, BAD, of=later, rules=compile_rules(later))
        assert staged.judgement.rows_accepted == 6
        check = validate_accepted(connection(1), contract, [staged.judgement.staged])
        assert check.passed == passed, check.failures
