"""A night of a full resend, in a process of its own: `python -m tests.resilience.full_resend HOME SEQUENCES`.

Belongs here: making the deliveries, taking them in and telling the memory held after each twenty. Does not belong here: how much that may be (test_full_resend.py).
Prints "deliveries-read MiB" for each sample (the last is of the end, reports and outlooks written), then "judged" and how many were accepted or held.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from benchmarks.desk import AT, resend
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.intake import take_in


def held_mib() -> float:
    """What the process holds in memory now."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def main(root: Path, sequences: int) -> None:
    home = Home.open(root, "simulated")
    resend(home, sequences)

    def say(line: str) -> None:
        if found := re.match(r"(\d+) of \d+ deliveries read", line):
            print(found[1], f"{held_mib():.1f}")

    with Ledger(home.ledger) as ledger:
        outcome = take_in(home, ledger, Landing(home.landing), at=AT, say=say)
    print(len(outcome.deliveries) + 1, f"{held_mib():.1f}")
    print("judged", outcome.statuses["accepted"] + outcome.statuses["held"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
