"""A whole night made small: two senders of one month, one national source that answers, no waiting.

Run as `python -m tests.small_night [arguments of sotevarasto]`, `nightly` when there are none. Real parts throughout: simulator, Dagster, dbt, release.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SENDERS = ("16", "17")


def run(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """The small night on `home`, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tests.small_night", *arguments],
        capture_output=True,
        text=True,
        env=environment_of(home) | environment,
        cwd=REPOSITORY,
        check=False,
    )


def environment_of(home: Path) -> dict[str, str]:
    """This process's environment, pointed at `home`."""
    return {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"} | {"SOTEVARASTO_HOME": str(home)}


def make_small() -> None:
    """Make the nights of this process small."""
    from sources.national import settings
    from sources.simulator import deliver
    from sources.simulator.national.protocol import Response
    from sources.simulator.national.server import NationalServer

    planned = deliver.plan
    settings.HttpSettings = functools.partial(settings.HttpSettings, backoff_seconds=0.01)
    deliver.plan = lambda day, seed: [
        d for d in planned(day, seed) if d.period == "2026-09" and d.organiser_code in SENDERS
    ]
    broken = Response(500, b"Internal Server Error", "text/plain")
    for service in ("pxweb", "sotkanet", "sampo", "codeserver", "codelist", "treasury", "kela", "innokyla"):
        setattr(NationalServer, f"respond_{service}", lambda self, request: broken)


if __name__ == "__main__":
    from sotevarasto.cli import main

    make_small()
    main(sys.argv[1:] or ["nightly"])
