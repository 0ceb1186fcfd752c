"""One visit to Kela with a file of many bytes, in a process of its own whose memory can be measured.

    python -m tests.resilience.large_source <home> <bytes>

Belongs here: a portal, in another process, that makes up its file while it sends it, and the visit. Does not belong here: what may be used (test_large_source.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.collect import collect_hosted
from sources.simulator.calendar import business_time
from sources.simulator.national.kela import COUNTY_PACKAGE, DATASET, ROOT, Kela
from sources.simulator.national.protocol import Request
from tests.faultserver import Exchange, FaultServer, answer

HEADER = b"kuntanumero;kunta;aikajakso;etuus;saajat;maksetut_etuudet_euroa;euroa_per_saaja;vuosi;kuukausi\n"
FILE = "/data/dataset/x/resource/y/download/data.csv"


def pieces(size: int) -> Iterator[bytes]:
    """The file: benefits without end, of every municipality and month."""
    yield HEADER
    sent, benefit = len(HEADER), 0
    while sent < size:
        lines = [
            f"{area};Kunta {area};kuukausi;Etuus numero {benefit};{area + month};{area * 97},5;{month},25;2024;{month}"
            for area in range(1, 1000)
            for month in range(1, 13)
        ]
        piece = ("\n".join(lines) + "\n").encode()
        sent, benefit = sent + len(piece), benefit + 1
        yield piece


class Portal(FaultServer):
    """The open data portal with one large file."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size, self._kela = size, Kela(0, 7)

    def answer(self, exchange: Exchange) -> None:
        seen = exchange.seen
        if seen.target == FILE:
            exchange.head(200, {"Content-Type": "text/csv", "Connection": "close"})
            for piece in pieces(self._size):
                exchange.send(piece)
            exchange.close()
            return
        if "package_search" in seen.target:
            file = {"id": "large-file", "url": self.url + FILE, "last_modified": "2026", "hash": "", "size": None}
            found = {"count": 1, "results": [{"name": DATASET, "resources": [file]}]}
            answer(json.dumps({"success": True, "result": found}).encode())(exchange)
            return
        reply = self._kela.respond(Request(seen.method, COUNTY_PACKAGE), self.url + ROOT)
        body = b"" if seen.method == "HEAD" else reply.body
        exchange.head(200, {"Content-Type": "application/json", "Content-Length": str(len(reply.body))})
        exchange.send(body)


def peak_mib() -> int:
    """The most resident memory that this program held. getrusage would count what its parent held when it started it."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) // 1024


def serve(size: int) -> None:
    """The portal until its parent closes the pipe; says its address first."""
    with Portal(size) as portal:
        print(portal.url, flush=True)
        sys.stdin.read()


@contextmanager
def portal_beside(size: int) -> Iterator[str]:
    """The address of a portal in a process of its own: its memory is not the visit's."""
    command = [sys.executable, "-c", f"from tests.resilience.large_source import serve; serve({size})"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as portal:
        yield portal.stdout.readline().strip()
        portal.stdin.close()


def main(root: Path, size: int) -> None:
    home = Home.open(root, "simulated")
    begun = time.monotonic()
    with portal_beside(size) as url, Ledger(home.ledger) as ledger:
        outcome = collect_hosted("kela", home, ledger, Landing(home.landing), url + ROOT, business_time(0))
    print(
        json.dumps(
            {
                "status": outcome.status,
                "reason": outcome.reason,
                "rows": outcome.rows,
                "peak_mib": peak_mib(),
                "seconds": round(time.monotonic() - begun, 1),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
