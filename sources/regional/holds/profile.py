"""The profile of a slice: the few numbers about its accepted rows that a later delivery is held against.

Belongs here: working them out, many slices in one query, and their form in the ledger. Does not belong here: what follows from them (judge.py). A profile holds
counts, a middle value of each quantity and hashes of whole rows; never a value of a row, so that it may stand in the ledger for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Column, Contract
from sources.regional.harmoniser import identifier, quoted

if TYPE_CHECKING:
    import duckdb

# The smallest hashes of a slice's rows: two slices share as large a part of them as they share of all their rows.
SKETCH = 24
_TEMPORAL = ("date", "timestamp")


@dataclass(frozen=True)
class Profile:
    """Of the accepted rows of one slice: how many; by column how many are filled, which columns hold one value throughout, the share of the commonest code (coded
    columns), and the middle size of what has a unit (values other than 0, without their sign); and the smallest hashes of rows, times and key left out."""

    rows: int
    filled: Mapping[str, int] = field(default_factory=dict)
    constant: tuple[str, ...] = ()
    common: Mapping[str, float] = field(default_factory=dict)
    middle: Mapping[str, Decimal] = field(default_factory=dict)
    sketch: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For the ledger; numbers that are not whole are text."""
        return {
            "rows": self.rows,
            "filled": dict(self.filled),
            "constant": list(self.constant),
            "common": {name: f"{share:.6f}" for name, share in self.common.items()},
            "middle": {name: str(value) for name, value in self.middle.items()},
            "sketch": [f"{number:016x}" for number in self.sketch],
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Profile:
        return cls(
            rows=body["rows"],
            filled=body["filled"],
            constant=tuple(body["constant"]),
            common={name: float(share) for name, share in body["common"].items()},
            middle={name: Decimal(value) for name, value in body["middle"].items()},
            sketch=tuple(int(number, 16) for number in body["sketch"]),
        )


def profiles(con: duckdb.DuckDBPyConnection, contract: Contract, slices: Iterable[Path]) -> dict[Path, Profile]:
    """The profile of each slice, all of them in one pass. A slice without accepted rows gets one of no rows. duckdb.Error when a file cannot be read."""
    paths = {str(path): path for path in slices}
    if not paths:
        return {}
    found = con.execute(_query(contract, paths)).fetchall()
    result = dict.fromkeys(paths.values(), Profile(0))
    for name, *values in found:
        result[paths[name]] = _profile(contract, values)
    return result


def _coded(contract: Contract) -> list[Column]:
    return [c for c in contract.columns if c.allowed_codes is not None]


def _measured(contract: Contract) -> list[Column]:
    return [c for c in contract.columns if c.unit is not None]


def _query(contract: Contract, paths: Iterable[str]) -> str:
    """filename, rows, sketch, then of each column: filled, constant; of each coded column: common; of each measured column: middle."""
    parts = [
        f"count({identifier(c.name)}), coalesce(min({identifier(c.name)}) = max({identifier(c.name)}), false)"
        for c in contract.columns
    ]
    parts += [f"list_max(map_values(histogram({identifier(c.name)})))" for c in _coded(contract)]
    parts += [
        f"median(abs({identifier(c.name)})) filter (where {identifier(c.name)} <> 0)::varchar"
        for c in _measured(contract)
    ]
    listed = ", ".join(quoted(path) for path in paths)
    return f"""
        select filename, count(*), list_sort(list_distinct(min(md5_number_lower({_content(contract)}), {4 * SKETCH})))[:{SKETCH}], {", ".join(parts)}
        from read_parquet([{listed}], filename = true, hive_partitioning = false)
        where rule_mask = 0 group by filename order by filename"""


def _content(contract: Contract) -> str:
    """One text of what a row says apart from its key and its times. Where the whole row but its amounts is key, the key is what it says."""
    plain = [c for c in contract.columns if c.type not in _TEMPORAL]
    said = [c for c in plain if c.name not in contract.key]
    if not any(c.unit is None for c in said):
        said = plain
    return "concat_ws('|', " + ", ".join(f"coalesce({identifier(c.name)}::varchar, '')" for c in said) + ")"


def _profile(contract: Contract, values: list[Any]) -> Profile:
    rows, sketch, *rest = values
    names, coded, measured = contract.column_names, _coded(contract), _measured(contract)
    pairs = list(zip(names, rest[: 2 * len(names) : 2], rest[1 : 2 * len(names) : 2], strict=True))
    filled = {name: count for name, count, _ in pairs}
    rest = rest[2 * len(names) :]
    common = {c.name: n / filled[c.name] for c, n in zip(coded, rest, strict=False) if n}
    middle = {c.name: Decimal(v) for c, v in zip(measured, rest[len(coded) :], strict=True) if v is not None}
    return Profile(rows, filled, tuple(name for name, _, same in pairs if same), common, middle, tuple(sketch or ()))
