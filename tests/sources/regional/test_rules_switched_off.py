"""A rule that is switched off is missed: the examples show each rule at work, not another one in its place."""

from dataclasses import replace

import pytest
import test_cost_rules
import typed
from small import judge

from sources.regional.catalogue import dataset_contract
from sources.regional.rules import CompiledRules, compile_rules

KNOWN = {
    "care_contacts": (typed.BASE, typed.DIALECT, dict),
    "costs": (test_cost_rules.BASE, test_cost_rules.DIALECT, test_cost_rules.as_sent),
}


def silent(folder, rules: CompiledRules) -> list[str]:
    """The row rules that do not fire on their own bad examples."""
    base, dialect, as_sent = KNOWN[rules.contract.name]
    lines = [list(base)]
    for rule in rules.contract.row_rules:
        row = base | as_sent(rule.example_bad)
        lines.append([row[name] for name in base])
    content = ("\n".join(";".join(line) for line in lines) + "\n").encode()
    found = judge(folder, content, dialect=dialect, of=rules.contract, rules=rules).faults
    return [r.id for n, r in enumerate(rules.contract.row_rules, 2) if r.id not in found.get(n, ())]


@pytest.mark.parametrize("name", KNOWN)
def test_the_example_of_a_rule_that_is_switched_off_shows_it(name, tmp_path):
    rules = compile_rules(dataset_contract(name))
    assert silent(tmp_path, rules) == []
    for rule_id in rules.verdicts:
        kept = {r: sql for r, sql in rules.verdicts.items() if r != rule_id}
        assert silent(tmp_path, replace(rules, verdicts=kept)) == [rule_id]
