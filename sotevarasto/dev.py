"""`sotevarasto dev`: the Dagster UI on the home that the nights fill, and the report pages beside it.

Belongs here: starting both on loopback and ending both. Does not belong here: pages (expectations/pages.py) and definitions (orchestration/).
"""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import click

from sources.home import Home, current_profile, default_home

UI_PORT, PAGES_PORT = 3000, 3001


class _Pages(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args) -> None:
        """Quiet: the terminal belongs to the UI."""


def pages_server(home: Home, port: int = PAGES_PORT) -> http.server.ThreadingHTTPServer:
    """A server of the home's report pages on loopback, not started yet; port 0 is any free one."""
    handler = functools.partial(_Pages, directory=str(home.reports))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def serve() -> None:
    """Run `dagster dev` until it ends, with the home's reports served on a second loopback port."""
    from orchestration.dagster_home import prepare_dagster_home

    profile = current_profile()
    home = Home.open(default_home(profile), profile)
    prepare_dagster_home(home)
    pages = pages_server(home)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    click.echo(
        f"Dagster UI: http://127.0.0.1:{UI_PORT}   report pages: http://127.0.0.1:{PAGES_PORT}   home: {home.root}   (Ctrl-C ends both)"
    )
    dagster = Path(sys.executable).parent / "dagster"
    repository = Path(__file__).parent.parent
    command = [str(dagster), "dev", "-w", str(repository / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(UI_PORT)]
    try:
        subprocess.run(command, cwd=repository, env=os.environ | {"PYTHONWARNINGS": "ignore"}, check=False)
    except KeyboardInterrupt:
        pass
    finally:
        pages.shutdown()
