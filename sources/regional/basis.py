"""The basis of a judgement: the contract, the dialect and the mappings that a delivery was read and judged by.

Belongs here: writing it down once in the ledger under its fingerprint, and telling what changed between two of them and so which deliveries are worth another
judgement. Does not belong here: judging again (replay.py).

Whatever only adds codes touches only deliveries in whose quarantine one of these codes waits. Any other change may give any row another verdict or another value, and
touches every delivery that was judged before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.contract import Contract
from sources.ledger import Ledger, canonical
from sources.reference import ended
from sources.regional.county import Dialect

KIND = "basis"
_DIGITS = 16


@dataclass(frozen=True)
class Change:
    """What one basis has that another had not: `is_any` when rows may be read or judged otherwise, else `added`, column → values that are known now."""

    is_any: bool = False
    added: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.is_any or bool(self.added)


def basis_of(contract: Contract, dialect: Dialect) -> dict[str, Any]:
    """The basis as one document; what takes part is said in full where it is short, else by its hash."""
    from sources.regional.verdict import MAX_QUARANTINE_SHARE, MAX_UNCLOSED

    layout = (
        *(dialect.encoding, dialect.delimiter, dialect.decimal, dialect.timestamp_format, dialect.date_format),
        *(dialect.null_values, sorted(dialect.columns.items())),
    )
    return {
        "organiser_code": dialect.organiser_code,
        "dataset": contract.name,
        "contract_version": contract.version,
        "layout": _hash(layout, contract.key, MAX_QUARANTINE_SHARE, MAX_UNCLOSED),
        "columns": {
            c.name: _hash(c.type, c.required, c.pattern, c.minimum, c.maximum, c.identifying, c.allowed_codes)
            for c in contract.columns
        },
        "rules": {
            r.id: _hash(r.column, r.check, sorted(r.arguments.items()), r.severity, _ended(r.arguments))
            for r in contract.rules
        },
        "codes": {column: dict(codes) for column, codes in dialect.codes.items()},
    }


def note_basis(ledger: Ledger, contract: Contract, dialect: Dialect, at: datetime) -> str:
    """Write the basis into the ledger unless it stands there; returns its fingerprint."""
    document = basis_of(contract, dialect)
    fingerprint = fingerprint_of(document)
    if ledger.get(KIND, fingerprint) is None:
        ledger.append(KIND, fingerprint, document, at)
    return fingerprint


def fingerprint_of(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(dict(document)).encode()).hexdigest()[:_DIGITS]


def change(before: Mapping[str, Any], now: Mapping[str, Any]) -> Change:
    """What is otherwise now."""
    if any(before[part] != now[part] for part in ("layout", "columns", "rules")):
        return Change(is_any=True)
    added = {}
    for column in before["codes"].keys() | now["codes"].keys():
        then, codes = before["codes"].get(column), now["codes"].get(column)
        if then is None or codes is None or any(codes.get(value) != code for value, code in then.items()):
            return Change(is_any=True)
        if more := frozenset(codes) - frozenset(then):
            added[column] = more
    return Change(added=added)


def _ended(arguments: Mapping[str, Any]) -> list[str]:
    """The codes that have ended, of a list that a rule names."""
    return sorted(map(repr, ended(arguments["code_list"]).items())) if "code_list" in arguments else []


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:_DIGITS]
