"""Whole nights through the command line (Dagster, dbt, Great Expectations and all), killed at random moments and run again.

Belongs here: the second night of the simulator's calendar killed on a home that has a release, and what must hold after its rerun. Does not belong here: the
hundreds of short nights (kills.py).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.victim import REPOSITORY
from sources.durable import TEMP_PREFIX
from sources.home import Home
from sources.landing import Landing, missing_bytes
from sources.ledger import Ledger

_KEPT = ("receipt", "verdict", "snapshot", "release")


def start(home: Path, day: int) -> subprocess.Popen:
    """A night in a session of its own, so that all its processes can be killed at once."""
    return subprocess.Popen(
        [sys.executable, "-m", "sotevarasto", "nightly", "--day", str(day)],
        env=os.environ | {"SOTEVARASTO_HOME": str(home), "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def whole(home: Path, day: int) -> float:
    """One night to its end; returns its seconds. SystemExit when it ends otherwise than well."""
    begun = time.monotonic()
    night = start(home, day)
    said, _ = night.communicate()
    if night.returncode:
        sys.exit(f"the night of day {day} on {home} ended with {night.returncode}: {said[-2000:]}")
    return time.monotonic() - begun


def facts(root: Path) -> dict[str, Any]:
    """What a night that was killed and run again has in common with one that was not."""
    from warehouse.publish import current_release, release_heads

    home = Home(root)
    with Ledger(home.ledger) as ledger:
        events = sorted((e.kind, e.subject, e.at.isoformat()) for e in ledger.events() if e.kind in _KEPT)
        faults = [*ledger.verify(release_heads(home)), *missing_bytes(home, ledger), *Landing(home.landing).verify()]
    release = current_release(home)
    unfinished = [str(p.relative_to(root)) for p in root.rglob(f"{TEMP_PREFIX}*")]
    return {
        "events": events,
        "tables": {t["name"]: (t["rows"], t["hash"]) for t in release.tables},
        "inbox": sorted(str(p.relative_to(home.inbox)) for p in home.inbox.rglob("*") if p.is_file()),
        "left over": unfinished + [p.name for p in home.build.iterdir()],
        "faults": faults,
        "runs in progress": runs_in_progress(home),
    }


def runs_in_progress(home: Home) -> int:
    """How many runs Dagster's history calls started, looked up without Dagster."""
    with sqlite3.connect(f"file:{home.dagster / 'history' / 'runs.db'}?mode=ro", uri=True) as runs:
        found = runs.execute("SELECT count(*) FROM runs WHERE status IN ('STARTING', 'STARTED', 'CANCELING')")
        return found.fetchone()[0]


def killed_nights(folder: Path, nights: int, seed: str) -> list[str]:
    """Kill that many whole nights and run each again; returns what did not hold."""
    from warehouse.read import open_release

    before = folder / "before"
    print(f"\nwhole nights: day 0 took {whole(before, 0):.0f} s", flush=True)
    untouched = Path(shutil.copytree(before, folder / "untouched", symlinks=True))
    seconds = whole(untouched, 1)
    expected = facts(untouched)
    print(f"day 1 undisturbed took {seconds:.0f} s, {len(expected['tables'])} tables", flush=True)
    faults = [f"undisturbed: {name}" for name in ("left over", "faults", "runs in progress") if expected[name]]
    for number in range(nights):
        home = Path(shutil.copytree(before, folder / f"night-{number}", symlinks=True))
        moment = random.Random(f"{seed}-night-{number}").uniform(0.1, 0.97) * seconds
        night = start(home, 1)
        time.sleep(moment)
        os.killpg(night.pid, signal.SIGKILL)
        night.communicate()
        with open_release(Home(home)) as con:
            con.execute("SELECT count(*) FROM mart.minimum_dataset").fetchone()
        again = whole(home, 1)
        found = facts(home)
        different = [name for name, value in expected.items() if found[name] != value]
        faults += [f"night killed after {moment:.0f} s: {name} differ" for name in different]
        told = f"differs in {', '.join(different)}" if different else "ends the same"
        print(
            f"night {number + 1} of {nights} killed after {moment:.0f} s, run again in {again:.0f} s: {told}",
            flush=True,
        )
        shutil.rmtree(home)
    return faults
