"""What runs beside the nights: the Dagster UI with the report pages (`dev`, `webserver`), and Dagster's daemon (`daemon`).

Belongs here: starting them on loopback with the home's own settings, and ending them together. Does not belong here: pages (expectations/pages.py), definitions and
settings of Dagster (orchestration/).
"""

from __future__ import annotations

import contextlib
import errno
import functools
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home

UI_PORT, PAGES_PORT = 3000, 3001
REPOSITORY = Path(__file__).parent.parent
_WORKSPACE = ("-w", str(REPOSITORY / "workspace.yaml"))


class PortTaken(SotevarastoError):
    """Another program listens where this one should."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 is taken, perhaps by another `make dev`: end it (`ss -ltnp sport = :{port}` names it), then run the same command again"
        )


class _Pages(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        """Quiet: the terminal belongs to the UI."""


def pages_server(home: Home, port: int) -> http.server.ThreadingHTTPServer:
    """A server of the home's report pages on loopback, not started yet; port 0 is any free one. PortTaken if it is not free."""
    handler = functools.partial(_Pages, directory=str(home.reports))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(port) from None
        raise


def serve(command: str) -> int:
    """Run the UI (`dagster dev`: with daemon, or `dagster-webserver`: alone) until it ends, with the home's reports on a second port. Returns its exit code."""
    home = _prepared()
    _refuse_taken(UI_PORT)
    with _served(pages_server(home, PAGES_PORT)):
        click.echo(
            f"Dagster UI: http://127.0.0.1:{UI_PORT}   report pages: http://127.0.0.1:{PAGES_PORT}   home: {home.root}   (Ctrl-C ends both)"
        )
        words = {"dev": ("dagster", "dev"), "webserver": ("dagster-webserver",)}[command]
        return _run([*words, *_WORKSPACE, "-h", "127.0.0.1", "-p", str(UI_PORT)])


def daemon() -> int:
    """Run Dagster's daemon until it ends: the inbox sensor, queued runs, run monitoring, freshness. Returns its exit code."""
    _prepared()
    return _run(["dagster-daemon", "run", *_WORKSPACE])


def _prepared() -> Home:
    from orchestration.dagster_home import make_storage, prepare_dagster_home

    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    prepare_dagster_home(home)
    make_storage(home)
    return home


def _refuse_taken(port: int) -> None:
    """PortTaken before Dagster starts: it would end in a stack of its own."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port) from None
            raise


@contextlib.contextmanager
def _served(pages: http.server.ThreadingHTTPServer) -> Iterator[None]:
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        pages.shutdown()
        pages.server_close()


def _run(words: list[str]) -> int:
    """Run one of Dagster's programs as a child; whoever ends this process ends the child too."""
    program = Path(sys.executable).parent / words[0]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    child = subprocess.Popen([str(program), *words[1:]], cwd=REPOSITORY, env=environment)
    signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(signal.SIGTERM))
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the terminal has told the child as well
