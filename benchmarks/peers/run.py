"""Running a peer once on a volume of deliveries.

Belongs here: its environment, its plan, its command. Does not belong here: what it does (usual/, dlt/).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.measure import Run, measure
from benchmarks.peers.environment import HERE, python_of
from benchmarks.peers.plan import write_plan
from benchmarks.volume import OUT, deliveries

PEERS = {"usual": "Dagster multiprocess, pandas, pandera, GX, dbt", "dlt": "dlt + dbt"}
_QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "PYTHONUTF8": "1",
    "PYTHONPATH": "",
    "PYTHONNOUSERSITE": "1",
}


def measure_peer(peer: str, rows: int, say, out: Path = OUT) -> Run:
    """Run the peer in its environment from an empty folder, which is removed afterwards. NoEnvironment or BenchmarkError when it cannot."""
    python = python_of(peer, say)
    folder, entries = deliveries(rows, out)
    work = out / f"peer-{peer}"
    write_plan(folder, entries, work)
    try:
        return measure(
            [str(python), str(HERE / peer / "pipeline.py"), str(work)],
            work,
            _QUIET | {"HOME": os.environ.get("HOME", str(work))},
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)
