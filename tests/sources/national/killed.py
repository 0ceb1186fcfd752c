"""A night of one source in a process of its own, killed at a durable step."""

import os
import subprocess
import sys
from pathlib import Path

_NIGHT = """
import contextlib, sys
from datetime import UTC, datetime
from pathlib import Path
from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.collect import collect_hosted
from sources.simulator.national import NationalServer
{setup}
home = Home.open(Path(sys.argv[1]), "simulated")
with {around}, Ledger(home.ledger) as ledger, NationalServer(day=0, seed=7) as server:
    collect_hosted("{source_code}", home, ledger, Landing(home.landing), server.{address}, datetime(2026, 11, 2, tzinfo=UTC))
"""


def kill_night(
    root: Path, point: str, source_code: str, address: str, setup: str = "", around: str = "contextlib.nullcontext()"
) -> None:
    """Let a source of sources/national/hosted.py ask the server's `address` on the home at `root` until it dies at `point`."""
    code = _NIGHT.format(source_code=source_code, address=address, setup=setup, around=around)
    environment = os.environ | {"PYTHONPATH": os.getcwd(), "SOTEVARASTO_KILL_AT": point}
    assert subprocess.run([sys.executable, "-c", code, str(root)], env=environment, check=False).returncode == -9
