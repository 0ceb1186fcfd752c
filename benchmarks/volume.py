"""The deliveries that are measured: many rows, all senders' dialects, twelve months, written once and kept, with the faults that were put into them.

Belongs here: the files of a benchmark. Does not belong here: measuring, and how the rows are made (sources/simulator/volume.py).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sources.simulator.parcel import Parcel
from sources.simulator.volume import parcels

PERIODS = tuple(f"2025-{month:02d}" for month in range(1, 13))
OUT = Path(__file__).parent / "out"


def deliveries(rows: int, out: Path = OUT) -> tuple[Path, list[dict]]:
    """The folder and its index, one entry a delivery: organiser_code, period, sequence, sample_share, files. Made on the first call for `rows`, one delivery in
    memory at a time; an interrupted writing begins again."""
    folder = out / f"deliveries-{rows}"
    if not folder.exists():
        print(f"writing {rows:,} synthetic rows to {folder} …", flush=True)
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        entries, faults = [], []
        for parcel in parcels(rows, PERIODS):
            entries.append(_written(unfinished, parcel, faults))
        (unfinished / "faults.json").write_text(json.dumps(faults), encoding="utf-8")
        (unfinished / "index.json").write_text(json.dumps(entries), encoding="utf-8")
        unfinished.rename(folder)
    return folder, json.loads((folder / "index.json").read_text(encoding="utf-8"))


def injected(folder: Path) -> set[tuple[str, int, str]]:
    """File, physical line and rule of every fault that was put in."""
    return {(name, line, rule) for name, line, rule in json.loads((folder / "faults.json").read_text(encoding="utf-8"))}


def size_mib(folder: Path, entries: list[dict]) -> float:
    """MiB of the files as they were sent."""
    return sum((folder / f["name"]).stat().st_size for e in entries for f in e["files"]) / 2**20


def _written(folder: Path, parcel: Parcel, faults: list[tuple[str, int, str]]) -> dict:
    manifest = parcel.manifest()
    code, period = manifest["organiser_code"], manifest["period"]
    files, names = [], {}
    for number, file in enumerate(parcel.files):
        name = names[file.name] = f"{code}-{period}-{number}.csv"
        (folder / name).write_bytes(file.data)
        readable = name
        if parcel.dialect.encoding == "cp1252":
            # DuckDB cannot read it; the other sides are given the same rows as UTF-8, outside the measured time.
            readable = f"{code}-{period}-{number}.utf8.csv"
            (folder / readable).write_text(file.data.decode("cp1252"), encoding="utf-8", newline="")
        files.append({"name": name, "readable": readable, "rows": file.rows})
    faults += [(names[f.file_name], f.line_number, f.rule_id) for f in parcel.truth.row_faults]
    return {
        "organiser_code": code,
        "period": period,
        "sequence": manifest["sequence"],
        "sample_share": manifest["sample_share"],
        "files": files,
    }
