"""A national source that breaks: the simulator behind a server that breaks some requests of a visit, and a home whose nights visit it.

Belongs here: the servers of every source, what breaks, and reading back what a visit kept. Does not belong here: which fault is thrown where, and what must come of it (test_bad_source.py,
test_bad_saved_source.py, test_bad_page_source.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.collect import collect_hosted
from sources.national.outcome import SourceOutcome
from sources.simulator.national.classifications import ROOT as CLASSIFICATIONS_ROOT
from sources.simulator.national.code_servers import CODELIST_ROOT, CSAPI_ROOT
from sources.simulator.national.kela import ROOT as KELA_ROOT
from sources.simulator.national.protocol import Request
from sources.simulator.national.pxweb import ROOT as PXWEB_ROOT
from sources.simulator.national.sampo import ROOT as SAMPO_ROOT
from sources.simulator.national.server import NationalServer
from sources.simulator.national.sotkanet import ROOT as SOTKANET_ROOT
from sources.simulator.national.treasury import ROOT as TREASURY_ROOT
from tests.faultserver import (
    Exchange,
    FaultServer,
    Seen,
    Step,
    answer,
    drip,
    gzip_bomb,
    raw,
    redirect,
    reset_after,
    silent,
    status,
)

SEED = 7
# Late enough for every map to be compared whole again; by then a year of the population is restated.
LATER_DAY = 31
# Waits short enough for a test, in place of those of a night.
QUICK = {
    "connect_seconds": 2,
    "read_seconds": 10,
    "total_seconds": 30,
    "attempts": 3,
    "backoff_seconds": 0.01,
    "retry_after_cap_seconds": 5,
}
POPULATION, MAPS, SOTKANET, SAMPO = "statfin_population", "statfin_classification", "sotkanet", "sampo"
CODES, LISTS, TREASURY, KELA, INNOKYLA = "codeserver", "codelist", "treasury", "kela", "innokyla"
PROJECTION, KEY_FIGURES = "statfin_projection", "statfin_key_figures"
# What a person may be told to do about a fault.
MENDS = {
    "try again later",
    "try again after that",
    "ask for less or more slowly",
    "see the address and the query",
    "see the address, or try again when the server is well",
    "try again later or raise total_seconds",
    "try again later or raise read_seconds",
    "if this is true data, raise max_ratio",
    "see whether a proxy stands between",
    "see allowed_hosts in its settings",
    "see the source's settings",
    "see the address in the settings",
}
PAGE = b"<!DOCTYPE html><html><body>Huoltokatko</body></html>"


def cut(body: bytes = b'{"class": "dataset", "value": [1, 2, 3') -> Step:
    """A body that ends before the length that was announced."""
    return raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + body)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[1, 2"
# Fault → what answers, whether it is worth asking again, and a word of the line that tells it.
LASTING = {
    "a page": (answer(PAGE, content_type="text/html"), False, "HTML page"),
    "a page called JSON": (answer(PAGE), False, "HTML page"),
    "an empty body": (answer(b""), False, "empty body"),
    "an empty list": (answer(b"[]"), False, "a list of 0"),
    "a cut document": (answer(b'{"class": "dataset", "value": [1, 2, 3'), False, "JSON"),
    "a body that breaks off": (cut(), True, "broke off"),
    "a reset": (reset_after(HEAD), True, "broke off"),
    "500": (status(500), True, "status 500"),
    "503 with a wait too long": (status(503, Retry_After="86400"), False, "86400 s"),
    "429": (status(429), True, "status 429"),
    "429 with a wait too long": (status(429, Retry_After="86400"), False, "86400 s"),
    "403": (status(403), False, "status 403"),
    "silence": (silent(5), True, "silent"),
    "a byte at a time": (drip(HEAD, b", 3" * 100, 0.2), False, "total deadline"),
    "a bomb": (gzip_bomb(64), False, "unpacks to more than"),
    "another encoding": (answer(b"[1]", Content_Encoding="br"), False, "'br'"),
    "a file": (redirect("file:///etc/passwd", 307), False, "file"),
    "a link-local host": (redirect("http://169.254.169.254/latest", 307), False, "169.254.169.254"),
    "another host": (redirect("http://192.0.2.1/", 307), False, "192.0.2.1"),
}
SLOW = ("silence", "a byte at a time")
PASSING = {
    "429 without a wait": (status(429), status(429)),
    "500, then 503": (status(500), status(503)),
    "a cut, then a reset": (cut(), reset_after(HEAD)),
    "silence": (silent(5),),
}


class Source(FaultServer):
    """One national service of the simulator; `faults` answer the first requests that `where` picks, the last of them all later ones if it is `for_ever`."""

    def __init__(self, source: str, day: int) -> None:
        super().__init__()
        self._national = NationalServer(day, SEED)
        self._national.base_url_classifications = self.url + CLASSIFICATIONS_ROOT
        self._national.base_url_treasury = self.url + TREASURY_ROOT
        self._national.base_url_kela = self.url + KELA_ROOT
        served = {
            POPULATION: (PXWEB_ROOT, self._national.respond_pxweb),
            PROJECTION: (PXWEB_ROOT, self._national.respond_pxweb),
            KEY_FIGURES: (PXWEB_ROOT, self._national.respond_pxweb),
            MAPS: (CLASSIFICATIONS_ROOT, self._national.respond_classifications),
            SOTKANET: (SOTKANET_ROOT, self._national.respond_sotkanet),
            SAMPO: (SAMPO_ROOT, self._national.respond_sampo),
            CODES: (CSAPI_ROOT, self._national.respond_codeserver),
            LISTS: (CODELIST_ROOT, self._national.respond_codelist),
            TREASURY: (TREASURY_ROOT, self._national.respond_treasury),
            KELA: (KELA_ROOT, self._national.respond_kela),
            INNOKYLA: ("", self._national.respond_innokyla),
        }
        root, self._respond = served[source]
        self.base_url = self.url + root
        self.where: Callable[[Seen], bool] = lambda seen: False
        self.faults: list[Step] = []
        self.for_ever = True
        self.broken = 0

    def breaks(self, where: Callable[[Seen], bool], *faults: Step, for_ever: bool = True) -> None:
        self.where, self.faults, self.for_ever = where, list(faults), for_ever

    def answer(self, exchange: Exchange) -> None:
        self.seen.append(exchange.seen)
        if self.faults and self.where(exchange.seen):
            self.broken += 1
            last = len(self.faults) == 1 and self.for_ever
            (self.faults[0] if last else self.faults.pop(0))(exchange)
            return
        seen = exchange.seen
        headers = {name.lower(): value for name, value in seen.headers.items()}
        reply = self._respond(Request(seen.method, seen.target, headers, seen.body))
        if seen.method == "HEAD":
            length = {"Content-Length": str(len(reply.body)), "Content-Type": reply.content_type}
            exchange.head(reply.status, length | dict(reply.headers))
            return
        answer(reply.body, reply.status, reply.content_type, **reply.headers)(exchange)


class Office:
    """A home, and a night's visits."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root, "simulated")

    def visit(self, source: str, address: str, at: datetime) -> SourceOutcome:
        with Ledger(self.home.ledger) as ledger:
            return collect_hosted(source, self.home, ledger, Landing(self.home.landing), address, at)

    def well(self, source: str, at: datetime, day: int = LATER_DAY) -> SourceOutcome:
        """A visit to a source that is well."""
        with Source(source, day) as server:
            return self.visit(source, server.base_url, at)

    def snapshots(self, source: str) -> dict[str, str]:
        """The snapshots of a source: id → SHA-256 of its Parquet file as it lies there."""
        with Ledger(self.home.ledger) as ledger:
            assert ledger.verify([]) == []
            found = [e for e in ledger.events("snapshot") if e.body["source_code"] == source]
        paths = {e.subject: self.home.parquet / e.body["parquet"]["path"] for e in found}
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}

    def files(self) -> set[str]:
        """Everything that was kept: landed bytes, Parquet files, and what a fault may have left half."""
        kept = (p for folder in (self.home.landing, self.home.parquet) for p in folder.rglob("*") if p.is_file())
        return {str(p.relative_to(self.home.root)) for p in kept}
