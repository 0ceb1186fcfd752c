"""A night of a full resend, in a process of its own: `python -m tests.resilience.full_resend HOME SEQUENCES`.

Belongs here: making the deliveries, taking them in and telling the memory held after each twenty. Does not belong here: how much that may be (test_full_resend.py).
Prints "deliveries-read MiB" for each sample (the last is of the end, reports and outlooks written), then "judged" and how many were accepted or held.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import short_night
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import counties
from sources.regional.intake import take_in
from sources.simulator.parcel import make_parcel
from sources.simulator.randomness import SEED

AT = datetime(2026, 11, 3, tzinfo=UTC)
MONTHS = ("2025-11", "2025-12", *(f"2026-{month:02d}" for month in range(1, 10)))


def held_mib() -> float:
    """What the process holds in memory now."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def main(root: Path, sequences: int) -> None:
    home, made = Home.open(root, "simulated"), AT - timedelta(days=1)
    for code in counties():
        for month in MONTHS:
            for sequence in range(1, sequences + 1):
                # A row more each time: none repeats another, and none takes rows away.
                short_night._put(home, make_parcel(code, month, sequence, made, SEED, n_rows=6 + sequence))

    def say(line: str) -> None:
        if found := re.match(r"(\d+) of \d+ deliveries read", line):
            print(found[1], f"{held_mib():.1f}")

    with Ledger(home.ledger) as ledger:
        outcome = take_in(home, ledger, Landing(home.landing), at=AT, say=say)
    print(len(outcome.deliveries) + 1, f"{held_mib():.1f}")
    print("judged", outcome.statuses["accepted"] + outcome.statuses["held"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
