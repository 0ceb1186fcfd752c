"""A delivery in memory, before it lies in an inbox: its data files, its manifest, and what is true of it.

Belongs here: making a parcel of a sender's month, the manifest, the truth beside it. Does not belong here: when it is sent (calendar.py), putting it
into the inbox (deliver.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from sources.regional.catalogue import counties, dataset_contract
from sources.regional.county import Dialect
from sources.simulator import costs, events
from sources.simulator.events import SAMPLE_SHARE, Correction
from sources.simulator.randomness import generator
from sources.simulator.row_faults import RowFault, with_row_faults
from sources.simulator.senders import Sender, senders
from sources.simulator.themes import THEMES, corrected_theme
from sources.simulator.writer import encoded, header_of, text_columns


@dataclass(frozen=True)
class ParcelFile:
    """One data file; `rows` counts its records, faulty ones too."""

    name: str
    data: bytes
    rows: int


@dataclass(frozen=True)
class Truth:
    """What the pipeline should find. `expected_status` is accepted, rejected, duplicate or held; `expected_rule` the id of the rule that rejects or holds.

    `row_faults` are the faults of quarantined lines; a line may have several. `rows` counts the lines received: records,
    and what stands in quarantine without being one. `rows_quarantined` counts faulty lines. `mode` is the manifest's; of an accepted delivery `is_unchanged` says that
    its month is as it was, `is_late_after_lock` that the month was locked before it came.
    """

    organiser_code: str
    dataset: str
    period: str
    sequence: int
    expected_status: str
    expected_rule: str | None
    rows: int
    row_faults: tuple[RowFault, ...] = ()
    correction: Correction | None = None
    fault: str | None = None
    mode: str = "full"
    is_unchanged: bool = False
    is_late_after_lock: bool = False

    @property
    def rows_quarantined(self) -> int:
        return len({(f.file_name, f.line_number) for f in self.row_faults})

    def to_json(self) -> str:
        return json.dumps(
            asdict(self) | {"rows_quarantined": self.rows_quarantined}, ensure_ascii=False, indent=1, sort_keys=True
        )


@dataclass(frozen=True)
class Parcel:
    """A delivery: `sample_share` of the residents are in it; `files` and the fields of the manifest; `stated` overrides what the manifest would say of the files or of itself (for faults)."""

    dataset: str
    organiser_code: str
    period: str
    sequence: int
    created_at: datetime
    sample_share: float
    files: tuple[ParcelFile, ...]
    truth: Truth
    stated: dict[str, Any] = field(default_factory=dict)

    @property
    def sender(self) -> Sender:
        return senders()[self.organiser_code]

    @property
    def dialect(self) -> Dialect:
        return dialect_of(self.organiser_code, self.dataset)

    @property
    def manifest_name(self) -> str:
        return f"{self.files[0].name.rpartition('.')[0]}.manifest.json"

    def manifest(self) -> dict[str, Any]:
        """The manifest as it is sent; its origin says that the figures are synthetic."""
        files = [
            {"name": f.name, "bytes": len(f.data), "sha256": hashlib.sha256(f.data).hexdigest(), "rows": f.rows}
            | self.stated.get("file", {})
            for f in self.files
        ]
        return {
            "manifest_version": "1.0",
            "organiser_code": self.organiser_code,
            "dataset": self.dataset,
            "contract_version": dataset_contract(self.dataset).version,
            "period": self.period,
            "sequence": self.sequence,
            "mode": self.truth.mode,
            "created_at": self.created_at.isoformat(timespec="seconds"),
            "sample_share": f"{self.sample_share:g}",
            "origin": "synthetic",
            "files": files,
            "empty_reason": None,
        } | {name: value for name, value in self.stated.items() if name != "file"}

    def manifest_bytes(self) -> bytes:
        return (json.dumps(self.manifest(), ensure_ascii=False, indent=2) + "\n").encode()

    def expecting(self, status: str, rule_id: str | None = None) -> Parcel:
        """The parcel with another verdict to expect."""
        return replace(self, truth=replace(self.truth, expected_status=status, expected_rule=rule_id))

    def with_data(self, data: bytes, rows: int | None = None) -> Parcel:
        """The parcel with other bytes in its first file, and a manifest that agrees with them."""
        first = replace(self.files[0], data=data, rows=self.files[0].rows if rows is None else rows)
        return replace(self, files=(first, *self.files[1:]))


def dialect_of(organiser_code: str, dataset: str = events.DATASET) -> Dialect:
    """How this sender writes a dataset."""
    return counties()[organiser_code].dialects[dataset]


def make_parcel(
    organiser_code: str,
    period: str,
    sequence: int,
    created_at: datetime,
    seed: int,
    revision: int = 1,
    has_row_faults: bool = True,
    n_rows: int | None = None,
    dataset: str = events.DATASET,
    sample_share: float = SAMPLE_SHARE,
) -> Parcel:
    """A good delivery of a sender's month. `revision` n is the month after n − 1 corrections; the sender's usual row faults may be left out.

    `n_rows` and `sample_share` are of contacts; costs come whole, a dataset of the themes as its module says.
    """
    sender, dialect = senders()[organiser_code], dialect_of(organiser_code, dataset)
    if dataset == costs.DATASET:
        sample_share = 1
        frame, correction = costs.corrected_costs(organiser_code, period, revision, seed)
    elif dataset in THEMES:
        sample_share = THEMES[dataset][1]
        frame, correction = corrected_theme(dataset, organiser_code, period, revision, seed)
    else:
        frame, correction = events.corrected_rows(organiser_code, period, revision, n_rows, seed, sample_share)
    share = sender.row_fault_share if has_row_faults else 0.0
    stamp = f"{created_at:%Y%m%d}"
    files, faults = [], []
    for part in range(sender.parts):
        rows = _part(frame, part, sender.parts)
        name = sender.file_name(dataset, period, sequence, stamp, part + 1)
        # The first file's line 1 is the header, so record n stands on line n + 1.
        rng = generator(seed, organiser_code, dataset, period, revision, "row faults", part)
        lines, found = with_row_faults(rng, rows, text_columns(rows, dialect), dialect, share, name)
        files.append(ParcelFile(name, encoded([header_of(dialect), *lines], dialect, sender), len(lines)))
        faults += found
    truth = Truth(
        organiser_code=organiser_code,
        dataset=dataset,
        period=period,
        sequence=sequence,
        expected_status="accepted",
        expected_rule=None,
        rows=sum(f.rows for f in files),
        row_faults=tuple(faults),
        correction=correction,
    )
    return Parcel(dataset, organiser_code, period, sequence, created_at, sample_share, tuple(files), truth)


def _part(frame: pl.DataFrame, part: int, parts: int) -> pl.DataFrame:
    size = -(-frame.height // parts)
    return frame.slice(part * size, size)
