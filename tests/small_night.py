"""A whole night made small: two senders of one month, one national source that answers, no waiting.

Run as `python -m tests.small_night [national] [arguments of sotevarasto]`, `nightly` when there are none; after `national` every national source is well. Real parts throughout: simulator, Dagster, dbt, release.
"""

import functools
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
SENDERS = ("16", "17")
NATIONAL = "national"
# Two indicators of each night's turn; the sixth is the one that the simulator restates.
FEW = (4, 5, 6, 127, 181, 191, 1080, 3764, 3766, 4559, 5033, 5502, 5587, 6411)


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


def make_small(is_national: bool = False) -> None:
    """Make the nights of this process small; with every national source well if `is_national`, Sotkanet with a part of its catalogue."""
    from sources.national import settings
    from sources.simulator import deliver
    from sources.simulator.national.protocol import Response
    from sources.simulator.national.server import NationalServer

    planned = deliver.plan
    settings.HttpSettings = functools.partial(settings.HttpSettings, backoff_seconds=0.01)
    deliver.plan = lambda day, seed: [
        d for d in planned(day, seed) if d.period == "2026-09" and d.organiser_code in SENDERS
    ]
    if is_national:
        from sources.national.sotkanet import catalogue, collect

        few = tuple(i for i in catalogue.catalogue() if i.indicator_id in FEW)
        catalogue.catalogue = collect.catalogue = lambda: few
        return
    broken = Response(500, b"Internal Server Error", "text/plain")
    for service in ("pxweb", "sotkanet", "sampo", "codeserver", "codelist", "treasury", "kela", "innokyla"):
        setattr(NationalServer, f"respond_{service}", lambda self, request: broken)


if __name__ == "__main__":
    from sotevarasto.cli import main

    is_national = sys.argv[1:2] == [NATIONAL]
    make_small(is_national)
    main(sys.argv[1 + is_national :] or ["nightly"])
