"""What the repository knows about regional deliveries: the contract of each dataset and the senders.

Belongs here: reading datasets/*.yml, counties/*.yml and mappings/*.csv once per process. Does not belong here: what they mean (sources/contract.py, county.py, mapping.py).
Imports nothing heavy: definitions load it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sources.contract import Contract, load_contract
from sources.regional.county import County, load_counties
from sources.regional.mapping import load_mappings, with_mappings

_HERE = Path(__file__).parent


@cache
def dataset_contracts() -> dict[str, Contract]:
    """Every dataset's contract, by dataset name. ContractError at the first bad file."""
    return {path.stem: load_contract(path) for path in sorted((_HERE / "datasets").glob("*.yml"))}


def dataset_contract(name: str) -> Contract:
    """The contract of one dataset; KeyError if there is none of that name."""
    return dataset_contracts()[name]


@cache
def counties() -> dict[str, County]:
    """Every sender, by organiser code, its dialects with the codes that were mapped since. CountyError or MappingError at the first bad file."""
    agreed = load_counties(_HERE / "counties", dataset_contracts())
    return with_mappings(agreed, dataset_contracts(), load_mappings(_HERE / "mappings", dataset_contracts(), agreed))
