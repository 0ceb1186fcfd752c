"""Codes that wait for a mapping: values that a sender writes and its dialect does not know, each with the nearest value that it does know.

Belongs here: the likeness. Does not belong here: counting them (dq.unmapped_code), mapping them (mapping.py): a likeness is a proposal for a person, never a mapping.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sources.contract import Contract
from sources.identity_code import MASK
from sources.regional.county import County


class Unmapped(NamedTuple):
    """A value and the nearest known one: how it is sent, the contract's code for it, and how like the two are, 1 to 100 (null where nothing known is like it)."""

    organiser_code: str
    dataset: str
    column_name: str
    rule_id: str
    value_as_sent: str
    nearest_value: str | None
    nearest_code: str | None
    nearest_score: int | None


def code_rules(contracts: Mapping[str, Contract]) -> dict[str, tuple[str, str]]:
    """Rule id → (dataset, column) of every rule that holds a value against a list of codes."""
    return {
        rule.id: (name, rule.column)
        for name, contract in contracts.items()
        for rule in contract.rules
        if rule.check == "codes"
    }


def with_nearest(
    values: Iterable[tuple[str, str, str]], contracts: Mapping[str, Contract], counties: Mapping[str, County]
) -> list[Unmapped]:
    """For each (sender, rule id, value as sent) the nearest known value; what is empty or was masked is left out."""
    from rapidfuzz import process

    rules = code_rules(contracts)
    found = []
    for organiser_code, rule_id, value in values:
        if not value or MASK in value or rule_id not in rules or organiser_code not in counties:
            continue
        dataset, column = rules[rule_id]
        known = _known(contracts[dataset], counties[organiser_code], column)
        # Without accents' ways of writing and case, as a person compares.
        nearest = process.extractOne(_plain(value), {sent: _plain(sent) for sent in known})
        is_like = nearest is not None and int(nearest[1]) > 0
        told = (nearest[2], known[nearest[2]], int(nearest[1])) if is_like else (None, None, None)
        found.append(Unmapped(organiser_code, dataset, column, rule_id, value, *told))
    return found


def _known(contract: Contract, county: County, column: str) -> dict[str, str]:
    dialect = county.dialects.get(contract.name)
    codes = dialect.codes.get(column) if dialect else None
    return dict(sorted((codes or {code: code for code in contract.column(column).allowed_codes or ()}).items()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
