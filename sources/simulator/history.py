"""Puts a long history of few rows into a simulated home's inbox: `python -m sources.simulator.history <home>`; the next night takes it in.

Belongs here: the entry for a person. Does not belong here: what is sent (calendar.py, deliver.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sources.home import Home
from sources.simulator.deliver import deliver_history
from sources.simulator.randomness import SEED


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and deliver; prints one line."""
    parser = argparse.ArgumentParser(prog="python -m sources.simulator.history", description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path, help="a simulated home; made if it is not there")
    parser.add_argument("--organisers", nargs="+", default=["01"], metavar="CODE", help="who sends it (01)")
    parser.add_argument(
        "--months", type=int, default=37, help="how many months there are then, up to October 2026 (37)"
    )
    given = parser.parse_args(arguments)
    home = Home.open(given.home, "simulated")
    sent = deliver_history(home.inbox, SEED, home.root / "simulator", given.organisers, given.months)
    print(f"{len(sent)} deliveries put in the inbox (synthetic)")


if __name__ == "__main__":
    main()
