"""An environment for each peer, made once with venv and pip and kept outside git.

Belongs here: making it when its requirements changed, and telling what is in it. Does not belong here: running the peer (run.py).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "var" / "bench"


class NoEnvironment(RuntimeError):
    """pip could not make the environment; the message says why."""


def python_of(peer: str, say) -> Path:
    """The interpreter of the peer's environment; made on the first call. NoEnvironment when the packages cannot be installed."""
    requirements = HERE / peer / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    place = KEPT / peer
    stamp, python = place / "requirements.sha256", place / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    say(f"setting up the environment of {peer} in {place}, once; it takes a minute or two")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(place)],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(requirements)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoEnvironment(f"the environment of {peer} cannot be made: {done.stderr.strip()[-400:]}")
    stamp.write_text(wanted)
    return python


def versions(peer: str) -> str:
    """The peer's pinned packages in one line."""
    lines = (HERE / peer / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return ", ".join(line.replace("==", " ") for line in lines if line and not line.startswith("#"))
