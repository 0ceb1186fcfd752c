"""The desk by itself: `delivery check` of one large file beside the floor, and what a small delivery costs from the inbox to its report.

`python -m benchmarks.desk check ROWS` and `python -m benchmarks.desk small DELIVERIES_PER_MONTH`. Belongs here: these two measurements. Does not belong here: the row path over
many senders (bench.py), what a night holds in memory (tests/resilience). Each side runs in a process of its own; imports are told apart.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import measure
from benchmarks.volume import OUT
from sources.home import Home

ORGANISER, PERIOD, DATASET = "07", "2026-08", "care_contacts"
MONTHS = ("2025-11", "2025-12", *(f"2026-{month:02d}" for month in range(1, 10)))
AT = datetime(2026, 11, 3, tzinfo=UTC)
HERE = Path(__file__).parents[1]


def check(rows: int) -> None:
    """Print both sides twice, by turns: the first run finds the file out of memory."""
    folder = OUT / f"desk-{rows}"
    if not folder.exists():
        # In a process of its own: what this one held would count as its children's.
        measure([sys.executable, "-m", "benchmarks.desk", "make", str(rows)], HERE)
    for _ in range(2):
        sides = {side: measure([sys.executable, "-m", "benchmarks.desk", side, str(rows)], HERE) for side in _SIDES}
        for side, run in sides.items():
            print(f"{side}: {json.dumps(run.answer)}, peak {run.peak_mib:.0f} MiB", flush=True)
        ratio = sides["ours"].answer["cpu"] / sides["floor"].answer["cpu"]
        print(f"CPU ÷ floor {ratio:.2f}", flush=True)


def small(sequences: int) -> None:
    """One night of 23 senders, eleven months and so many deliveries of each, made anew."""
    from sources.landing import Landing
    from sources.ledger import Ledger
    from sources.regional.intake import take_in

    root = OUT / "desk-home"
    shutil.rmtree(root, ignore_errors=True)
    home = Home.open(root, "simulated")
    resend(home, sequences)
    with Ledger(home.ledger) as ledger:
        seconds, cpu, outcome = _timed(lambda: take_in(home, ledger, Landing(home.landing), at=AT))
    count = len(outcome.deliveries)
    print(
        f"{count} deliveries: {seconds:.1f} s, {cpu:.1f} s of CPU; of each {1e3 * seconds / count:.1f} ms, {1e3 * cpu / count:.1f} ms of CPU"
    )
    shutil.rmtree(root)


def resend(home: Home, sequences: int) -> None:
    """Put so many small deliveries of each sender and month into the inbox."""
    from benchmarks.short_night import put
    from sources.regional.catalogue import counties
    from sources.simulator.parcel import make_parcel
    from sources.simulator.randomness import SEED

    for code in counties():
        for month in MONTHS:
            for sequence in range(1, sequences + 1):
                # A row more each time: none repeats another, and none takes rows away.
                put(home, make_parcel(code, month, sequence, AT - timedelta(days=1), SEED, n_rows=6 + sequence))


def make(rows: int) -> None:
    """Write the large file and its manifest."""
    from sources.simulator.parcel import make_parcel
    from sources.simulator.randomness import SEED

    folder = OUT / f"desk-{rows}"
    folder.mkdir(parents=True)
    parcel = make_parcel(ORGANISER, PERIOD, 1, AT - timedelta(days=50), SEED, n_rows=rows)
    # The floor takes the month from the end of the name.
    (file,) = parcel.files
    (folder / file.name).write_bytes(file.data)
    (folder / f"{ORGANISER}-{PERIOD}-0.csv").symlink_to(folder / file.name)
    (folder / parcel.manifest_name).write_bytes(parcel.manifest_bytes())


def _ours(folder: Path) -> dict[str, Any]:
    def prepared() -> Callable:
        from sources.regional import catalogue
        from sources.regional import check as desk

        contracts, counties = catalogue.dataset_contracts(), catalogue.counties()
        rules = desk.compile_rules(contracts[DATASET])
        desk.compile_rules = lambda contract: rules
        manifest = next(folder.glob("*.manifest.json"))
        files = [path for path in folder.glob("*.csv") if not path.is_symlink()]
        return lambda: desk.check(files, manifest, ORGANISER, OUT / "desk-report", contracts, counties, at=AT)

    before, before_cpu, run = _timed(prepared)
    seconds, cpu, checked = _timed(run)
    return _told(seconds, cpu, before, before_cpu) | {"status": checked.document["status"]}


def _floor(folder: Path) -> dict[str, Any]:
    def prepared() -> Callable:
        from benchmarks import floor

        name = f"{ORGANISER}-{PERIOD}-0.csv"
        entry = {"organiser_code": ORGANISER, "files": [{"readable": name}]}
        return lambda: floor.main(folder, [entry], OUT / "desk-floor")

    before, before_cpu, run = _timed(prepared)
    seconds, cpu, _ = _timed(run)
    return _told(seconds, cpu, before, before_cpu)


_SIDES: dict[str, Callable[[Path], dict[str, Any]]] = {"floor": _floor, "ours": _ours}


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    begun, cpu = time.perf_counter(), time.process_time()
    done = work()
    return time.perf_counter() - begun, time.process_time() - cpu, done


def _told(seconds: float, cpu: float, before: float, before_cpu: float) -> dict[str, float]:
    figures = {"seconds": seconds, "cpu": cpu, "imports and rules, seconds": before, "of CPU": before_cpu}
    return {name: round(value, 2) for name, value in figures.items()}


if __name__ == "__main__":
    what, size = sys.argv[1], int(sys.argv[2])
    if what in _SIDES:
        print(json.dumps(_SIDES[what](OUT / f"desk-{size}")))
    else:
        {"check": check, "small": small, "make": make}[what](size)
