"""The command line on a home, as the scheduler and a person run it, and with no network where the machine allows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def sotevarasto(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"} | {"SOTEVARASTO_HOME": str(home)} | environment
    return subprocess.run(
        [sys.executable, "-m", "sotevarasto", *arguments],
        capture_output=True,
        text=True,
        env=env,
        cwd=REPOSITORY,
        check=False,
    )


NO_NETWORK = ["unshare", "-rn", sys.executable, "-c"]
# Inside the namespace even loopback is down at first: bring it up (SIOCSIFFLAGS, IFF_UP), then become the night.
LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 1)); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


def can_isolate() -> bool:
    """Whether this machine lets an ordinary process make a network namespace of its own."""
    try:
        return (
            subprocess.run([*NO_NETWORK, LOOPBACK_UP, "-c", "pass"], capture_output=True, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def isolated(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    """The command with no network but loopback."""
    command = [*NO_NETWORK, LOOPBACK_UP, "-m", "sotevarasto", *arguments]
    env = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"} | {"SOTEVARASTO_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=REPOSITORY, check=False)


def summary(home: Path) -> dict:
    return json.loads((home / "reports" / "last_night.json").read_text(encoding="utf-8"))


def ask(home: Path, query: str) -> list[dict]:
    done = sotevarasto(home, "sql", "--format", "json", query)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
