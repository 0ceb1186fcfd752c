"""How many of the faults that were put in the rules find, and how many of those they find were put in.

Belongs here: comparing verdicts with the simulator's truth. Does not belong here: making either. The simulator puts faults in by the contract's words and the
rules judge by its checks, so agreement says that reading and judging lose nothing, not that the contract is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from sources.contract import Contract
from sources.regional.catalogue import dataset_contract
from sources.regional.file_rules import file_rule
from sources.regional.rules import LINE_RULES, CompiledRules, line_bit

Fault = tuple[str, int, str]


@dataclass(frozen=True)
class Agreement:
    """Faults put in, faults found, and those that are both; a fault is a rule broken on a physical line of a file."""

    injected: int
    found: int
    both: int

    @property
    def recall(self) -> float:
        return self.both / self.injected if self.injected else 1.0

    @property
    def precision(self) -> float:
        return self.both / self.found if self.found else 1.0


def agreement(staged: Path, injected: set[Fault]) -> Agreement:
    """Compare the staged slices in a folder with the truth."""
    found = found_faults(staged, dataset_contract("care_contacts"))
    return Agreement(len(injected), len(found), len(found & injected))


def found_faults(staged: Path, contract: Contract) -> set[Fault]:
    """Every broken rule of the staged slices."""
    rules = CompiledRules(contract, {})
    bits = [(b.rule_id, b.word, b.bit) for b in rules.bits] + [(file_rule(c).id, 0, line_bit(c)) for c in LINE_RULES]
    with duckdb.connect() as con:
        rows = con.execute(
            f"select file_name, line_number, {', '.join(rules.mask_columns)} from read_parquet('{staged}/*.parquet') where rule_mask <> 0"
        ).fetchall()
    return {(name, line, rule) for name, line, *masks in rows for rule, word, bit in bits if masks[word] >> bit & 1}
