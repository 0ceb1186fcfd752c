"""Deliveries that name keys alone: how the files of a delete are read and judged.

Belongs here: the part of a contract and of a dialect that a file with only the key columns is held against. Does not belong here: what becomes of the rows that
are named (apply.py).
"""

from __future__ import annotations

from dataclasses import replace

from sources.contract import Contract, Rule
from sources.regional.county import Dialect
from sources.regional.file_rules import file_rule

UNKNOWN_KEY = "UNKNOWN_KEY"
# What can be asked of a key by itself. A code that has ended may stand in a row that is to go.
_CHECKS = frozenset({"required", "type", "pattern", "codes", "no_identity_code", "unique"})

_MADE: dict[int, tuple[Contract, Contract]] = {}


def of_keys(contract: Contract) -> Contract:
    """The contract with its key columns alone, and the rules that are about them alone. The same contract gives the same object."""
    if id(contract) not in _MADE:
        rules = tuple(r for r in contract.rules if r.column in contract.key and r.check in _CHECKS)
        columns = tuple(c for c in contract.columns if c.name in contract.key)
        _MADE[id(contract)] = contract, replace(contract, columns=columns, rules=rules)
    return _MADE[id(contract)][1]


def dialect_of_keys(dialect: Dialect, contract: Contract) -> Dialect:
    """The sender's dialect with the headings of the key columns alone."""
    return replace(dialect, columns={sent: name for sent, name in dialect.columns.items() if name in contract.key})


def with_unknown_key(contract: Contract) -> Contract:
    """A contract of keys with one rule more, which looks at the slice in force: the key must be there."""
    told = file_rule(UNKNOWN_KEY)
    rule = Rule(told.id, contract.key[0], "known_key", {}, "record", "consistency", told.text, told.fix)
    return replace(contract, rules=(*contract.rules, rule))
