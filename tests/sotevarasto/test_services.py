"""The services of a machine: the UI answers, the daemon is healthy, and ending the command ends all that it started."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from sources.home import Home

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
HEALTH = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """UI and daemon on one home, on ports of their own; yields the two processes and the two ports."""
    home = Home.open(tmp_path_factory.mktemp("services") / "home", "simulated")
    (home.reports / "index.html").write_text("<p>the index</p>", encoding="utf-8")
    ports = {"UI_PORT": free_port(), "PAGES_PORT": free_port()}
    kept = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"}
    running = {}
    for command in ("webserver", "daemon"):
        code = f"from sotevarasto import dev; vars(dev).update({ports!r}); from sotevarasto.cli import main; main([{command!r}])"
        log = (home.logs / command).open("wb")
        running[command] = subprocess.Popen(
            [sys.executable, "-c", code],
            env=kept | {"SOTEVARASTO_HOME": str(home.root)},
            cwd=REPOSITORY,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield running, ports
    for process in running.values():
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def get(port: int, path: str = "/", data: bytes | None = None) -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return reply.read()


def eventually(question, seconds: float = 90):
    """The first answer that is true; the last refusal when there is none in time."""
    until = time.monotonic() + seconds
    while True:
        try:
            if answer := question():
                return answer
            refusal = AssertionError("it never became true")
        except OSError as error:
            refusal = error
        if time.monotonic() > until:
            raise refusal
        time.sleep(0.5)


def test_the_ui_and_the_pages_answer(services):
    _, ports = services
    assert b"<html" in eventually(lambda: get(ports["UI_PORT"]))
    assert get(ports["PAGES_PORT"], "/index.html") == b"<p>the index</p>"


def test_the_daemon_is_healthy_in_all_its_parts(services):
    _, ports = services

    def healthy() -> set[str]:
        told = json.loads(get(ports["UI_PORT"], "/graphql", json.dumps({"query": HEALTH}).encode()))
        parts = told["data"]["instance"]["daemonHealth"]["allDaemonStatuses"]
        return {p["daemonType"] for p in parts} if all(p["healthy"] for p in parts if p["required"]) else set()

    assert {"MONITORING", "SENSOR", "SCHEDULER", "FRESHNESS_DAEMON"} <= eventually(healthy)


def test_ending_the_commands_ends_all_that_they_started(services):
    running, ports = services
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    for name, process in running.items():
        assert process.wait(timeout=60) is not None, name
        eventually(lambda group=process.pid: not _members(group), 60)
    with pytest.raises(OSError, match="refused"):
        get(ports["PAGES_PORT"])


def _members(group: int) -> list[str]:
    """The processes of a group that still live."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True, check=False
    ).stdout
    return [line for line in listed.splitlines() if "Z" not in line.split()[1]]
