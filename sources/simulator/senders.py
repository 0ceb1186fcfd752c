"""Who sends in the simulation, and the habits of each that its county file does not tell.

Belongs here: reading senders.yml. Does not belong here: how a sender writes values (its file in sources/regional/counties).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}


@dataclass(frozen=True)
class Sender:
    """One sender's habits; the fields are explained in senders.yml. `contact_prefix` None means UUIDs; `files` has a pattern for each dataset."""

    organiser_code: str
    files: dict[str, str]
    line_end: str
    unit_prefix: str
    byte_order_mark: bool = False
    contact_prefix: str | None = None
    catchment: tuple[str, ...] = ()
    row_fault_share: float = 0.0
    parts: int = 1

    def file_name(self, dataset: str, period: str, sequence: int, stamp: str, part: int = 1) -> str:
        """The name of a data file of a dataset; `stamp` is the day of its creation as YYYYMMDD, `part` counts from 1."""
        yyyymm = period.replace("-", "")
        return self.files[dataset].format(period=period, yyyymm=yyyymm, sequence=sequence, stamp=stamp, part=part)


@cache
def senders() -> dict[str, Sender]:
    """All senders by organiser code, in the order of codes."""
    document = yaml.safe_load(Path(__file__).with_name("senders.yml").read_text(encoding="utf-8"))
    return {code: _sender(code, traits) for code, traits in sorted(document.items())}


def _sender(code: str, traits: dict) -> Sender:
    line_end = LINE_ENDS[traits.pop("line_end")]
    catchment = tuple(traits.pop("catchment", ()))
    return Sender(organiser_code=code, line_end=line_end, catchment=catchment, **traits)
