"""What is known of headings, codes and forms before a new sender comes: from the contracts, the reference lists and the files of other senders.

Belongs here: gathering it as data, with how many senders say so. Does not belong here: comparing it with a sample (headings.py, codes.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sources.contract import LANGUAGES, Column, Contract
from sources.reference import code_names
from sources.regional.county import County
from sources.regional.onboarding.words import plain

# Words for an absent value that any database or spreadsheet may write.
_NULLS = ("NULL", "null", "N/A", "n/a", "NA", "-", "--", "\\N", "None", "nan")


@dataclass(frozen=True)
class Knowledge:
    """`headings`: dataset → contract column → plain heading → how many senders use it, 0 where only the contract has it. `codes`: column → plain code →
    contract code → how many senders."""

    contracts: Mapping[str, Contract]
    headings: Mapping[str, Mapping[str, Counter[str]]]
    codes: Mapping[str, Mapping[str, Counter[str]]]
    formats: frozenset[str]
    null_values: tuple[str, ...]


def gather(contracts: Mapping[str, Contract], counties: Mapping[str, County], but: str = "") -> Knowledge:
    """All that the contracts and these senders tell; the sender `but` is left out, so that nobody's draft is made from its own file."""
    senders = [county for code, county in counties.items() if code != but]
    headings = {name: {c.name: _own_headings(c) for c in contract.columns} for name, contract in contracts.items()}
    codes: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for contract in contracts.values():
        for column in contract.columns:
            for code, names in _own_codes(column).items():
                for name in names:
                    codes[column.name][plain(name)][code] += 0
    dialects = [dialect for county in senders for dialect in county.dialects.values()]
    for dialect in dialects:
        for heading, column in dialect.columns.items():
            headings[dialect.dataset][column][plain(heading)] += 1
    for county in senders:
        told = {
            (column, plain(sent), code)
            for dialect in county.dialects.values()
            for column, mapping in dialect.codes.items()
            for sent, code in mapping.items()
        }
        for column, sent, code in sorted(told):
            codes[column][sent][code] += 1
    formats = {f for d in dialects for f in (d.timestamp_format, d.date_format) if f}
    nulls = sorted({value for d in dialects for value in d.null_values if value})
    return Knowledge(contracts, headings, codes, frozenset(formats), tuple(dict.fromkeys((*nulls, *_NULLS))))


def _own_headings(column: Column) -> Counter[str]:
    return Counter({plain(text): 0 for text in (column.name, *(column.label[language] for language in LANGUAGES))})


def _own_codes(column: Column) -> dict[str, tuple[str, ...]]:
    """Each code of the column with what it is called: its own word, or its names in the reference list."""
    if column.code_list is not None:
        return code_names(column.code_list)
    return {code: (code,) for code in column.codes or ()}
