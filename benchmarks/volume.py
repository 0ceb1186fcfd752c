"""The deliveries that are measured: many rows, all senders' dialects, twelve months, written once and kept.

Belongs here: the files of a benchmark. Does not belong here: measuring, and how the rows are made (sources/simulator/volume.py).
"""

from __future__ import annotations

import json
from pathlib import Path

from sources.simulator.volume import parcels

PERIODS = tuple(f"2025-{month:02d}" for month in range(1, 13))
OUT = Path(__file__).parent / "out"


def deliveries(rows: int) -> tuple[Path, list[dict]]:
    """The folder and its index, one entry a delivery: organiser_code, period, sequence, sample_share, rows, files. Made on the first call for `rows`."""
    folder = OUT / f"deliveries-{rows}"
    index = folder / "index.json"
    if not index.exists():
        print(f"writing {rows:,} synthetic rows to {folder} …", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        entries = [_written(folder, parcel) for parcel in parcels(rows, PERIODS)]
        index.write_text(json.dumps(entries), encoding="utf-8")
    return folder, json.loads(index.read_text(encoding="utf-8"))


def _written(folder: Path, parcel) -> dict:
    manifest = parcel.manifest()
    code, period = manifest["organiser_code"], manifest["period"]
    names = []
    for number, file in enumerate(parcel.files):
        name = f"{code}-{period}-{number}.csv"
        (folder / name).write_bytes(file.data)
        readable = name
        if parcel.dialect.encoding == "cp1252":
            # DuckDB cannot read it; the floor is given the same rows as UTF-8, outside the measured time.
            readable = f"{code}-{period}-{number}.utf8.csv"
            (folder / readable).write_text(file.data.decode("cp1252"), encoding="utf-8", newline="")
        names.append({"name": name, "readable": readable, "rows": file.rows})
    return {
        "organiser_code": code,
        "period": period,
        "sequence": manifest["sequence"],
        "sample_share": manifest["sample_share"],
        "files": names,
    }
