"""Bad input from national sources, through the functions that a night calls: a fault ends in one line, and the last good figures stay.

The simulator stands behind a server that breaks one request of a visit, on real sockets. Which replies the parsers refuse is tested in tests/sources/national.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national import collect
from sources.national.outcome import SourceOutcome
from sources.national.settings import load_settings
from sources.simulator.calendar import business_time
from sources.simulator.national.classifications import ROOT as CLASSIFICATIONS_ROOT
from sources.simulator.national.code_servers import CODELIST_ROOT, CSAPI_ROOT
from sources.simulator.national.kela import ROOT as KELA_ROOT
from sources.simulator.national.protocol import Request
from sources.simulator.national.pxweb import ROOT as PXWEB_ROOT
from sources.simulator.national.sampo import ROOT as SAMPO_ROOT
from sources.simulator.national.server import NationalServer
from sources.simulator.national.sotkanet import ROOT as SOTKANET_ROOT
from sources.simulator.national.sotkanet_figures import RESTATED_ID
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
from tests.sources.national.sotkanet.conftest import few_indicators

SEED = 7
FIRST = business_time(0)
# Late enough for every map to be compared whole again; by then a year of the population is restated.
LATER_DAY = 31
LATER = business_time(LATER_DAY)
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
# The last years of the projection are tried: twenty more are the same again.
FIRST_PROJECTED = 2043
REGISTER = "6.202.2008/conceptcodes?"
# Those that a fault is thrown at place by place; Sotkanet is asked indicator by indicator and has tests of its own below.
WHOLE = (POPULATION, MAPS, SAMPO, CODES, LISTS, PROJECTION, KEY_FIGURES)
# One protocol in the default set, every one in the longer set.
EACH = [pytest.param(s, marks=[] if s == POPULATION else [pytest.mark.slow]) for s in WHOLE]
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


def is_first(seen: Seen) -> bool:
    """The request that a visit begins with."""
    is_register = REGISTER in seen.target and "page=1" in seen.target
    firsts = ("config", "correspondenceTables?", "api/hoitoonpaasy.json", "/codes/?")
    return is_register or any(part in seen.target for part in firsts)


def is_data(seen: Seen) -> bool:
    """The request for the figures of one year."""
    is_map = "content=data" in seen.target and "20230101%23" in seen.target
    is_register = REGISTER in seen.target and "page=2" in seen.target
    datas = ("fact_hoitoonpaasy_esh01.json?", "/codes/?")
    is_year = any(year in seen.body for year in (b'"2021"', b'"2044"'))
    return is_year or is_map or is_register or any(part in seen.target for part in datas)


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
            return collect.collect_hosted(source, self.home, ledger, Landing(self.home.landing), address, at)

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


@pytest.fixture(scope="module", autouse=True)
def _impatient():
    """The settings that a night uses, with waits short enough for a test."""

    def quick(path: Path, simulator_url: str | None):
        settings = load_settings(path, simulator_url)
        if settings.source_code == PROJECTION:
            settings = replace(settings, first_year=FIRST_PROJECTED)
        return replace(settings, http=replace(settings.http, **QUICK))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "load_settings", quick)
        yield


@pytest.fixture(scope="module")
def first_night(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("first") / "home")
    assert {office.well(source, FIRST, day=0).status for source in WHOLE} == {"new"}
    return office


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, first_night):
    """The later night with nothing wrong: of each source its outcome and its snapshots."""
    office = Office(shutil.copytree(first_night.home.root, tmp_path_factory.mktemp("undisturbed") / "home"))
    outcomes = {source: office.well(source, LATER) for source in WHOLE}
    assert {source: o.status for source, o in outcomes.items()} == {
        **{POPULATION: "new", MAPS: "unchanged", SAMPO: "new"},
        **{CODES: "new", LISTS: "unchanged", PROJECTION: "unchanged", KEY_FIGURES: "new"},
    }
    return {source: (outcome, office.snapshots(source)) for source, outcome in outcomes.items()}


@pytest.fixture
def office(tmp_path, first_night):
    return Office(shutil.copytree(first_night.home.root, tmp_path / "home"))


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
PLACES = {"first request": is_first, "data": is_data}


@pytest.mark.parametrize("source", EACH)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_fails_the_source_in_one_line_and_its_last_good_figures_stay(
    office, source, place, fault, monkeypatch
):
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    before, files = office.snapshots(source), office.files()
    with Source(source, LATER_DAY) as server:
        server.breaks(PLACES[place], step)
        outcome = office.visit(source, server.base_url, LATER)
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert (outcome.status, outcome.objects, outcome.rows) == ("failed", [], 0)
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith(f"127.0.0.1:{server.port}/")
    assert word in outcome.reason
    assert outcome.reason.rpartition("; ")[2] in MENDS
    assert office.snapshots(source) == before
    assert office.files() == files


@pytest.mark.parametrize(
    ("source", "mend"),
    [
        (POPULATION, "check the base address"),
        (PROJECTION, "check the base address"),
        (KEY_FIGURES, "check the base address"),
        (MAPS, "see whether the service still speaks v2"),
        (SAMPO, "renamed? See what the publisher says (and 1 more)"),
        (CODES, "renamed? See what the publisher says"),
        (LISTS, "renamed? See what the publisher says"),
    ],
)
def test_another_document_than_the_one_asked_for_fails_the_source_too(office, source, mend):
    before = office.snapshots(source)
    with Source(source, LATER_DAY) as server:
        server.breaks(is_first, answer(b'{"error": "down for maintenance"}'))
        outcome = office.visit(source, server.base_url, LATER)
    assert (outcome.status, outcome.objects) == ("failed", [])
    assert outcome.reason.isprintable() and outcome.reason.startswith("127.0.0.1: ")
    assert outcome.reason.endswith(mend)
    assert office.snapshots(source) == before


@pytest.mark.parametrize(("broken", "other"), [(POPULATION, MAPS), (MAPS, POPULATION), (SAMPO, MAPS)])
def test_a_source_that_fails_leaves_the_other_as_it_would_be_without_it(office, undisturbed, broken, other):
    with Source(broken, LATER_DAY) as server:
        server.breaks(is_first, status(500))
        assert office.visit(broken, server.base_url, LATER).status == "failed"
    assert (office.well(other, LATER), office.snapshots(other)) == undisturbed[other]


PASSING = {
    "429 without a wait": (status(429), status(429)),
    "500, then 503": (status(500), status(503)),
    "a cut, then a reset": (cut(), reset_after(HEAD)),
    "silence": (silent(5),),
}


@pytest.mark.parametrize("source", EACH)
@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again_and_the_visit_ends_as_if_nothing_had_happened(
    office, undisturbed, source, fault, monkeypatch
):
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 2)
    with Source(source, LATER_DAY) as server:
        server.breaks(is_data, *PASSING[fault], for_ever=False)
        outcome = office.visit(source, server.base_url, LATER)
    usual, snapshots = undisturbed[source]
    assert server.broken == len(PASSING[fault])
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert office.snapshots(source) == snapshots


@pytest.mark.parametrize("source", EACH)
def test_the_wait_that_a_server_asks_for_is_kept(office, undisturbed, source):
    with Source(source, LATER_DAY) as server:
        server.breaks(is_first, status(429, Retry_After="1"), for_ever=False)
        outcome = office.visit(source, server.base_url, LATER)
        refused, again = (seen.at for seen in server.seen if is_first(seen))
    assert outcome.status == undisturbed[source][0].status
    assert again - refused >= 1


def test_the_night_after_takes_what_the_failed_one_could_not(office, undisturbed):
    with Source(POPULATION, LATER_DAY) as server:
        server.breaks(is_data, status(500))
        office.visit(POPULATION, server.base_url, LATER)
    outcome = office.well(POPULATION, LATER + timedelta(days=1))
    assert (outcome.status, outcome.objects) == ("new", undisturbed[POPULATION][0].objects)


@pytest.mark.parametrize("source", EACH)
def test_a_first_night_with_nobody_at_the_address_keeps_nothing_and_names_it(tmp_path, source):
    office = Office(tmp_path / "home")
    with Source(source, 0) as server:
        pass
    outcome = office.visit(source, server.base_url, FIRST)
    assert outcome.status == "failed"
    assert outcome.reason.startswith(f"127.0.0.1:{server.port}/") and "no connection" in outcome.reason
    assert office.snapshots(source) == {}
    assert office.files() == set()


# Sotkanet is asked indicator by indicator: the fault of one is its own.
NEXT_DAY = business_time(1)
ITS_PLACES = {
    "description": lambda seen: f"indicators/{RESTATED_ID}" in seen.target,
    "data": lambda seen: f"indicator={RESTATED_ID}&" in seen.target,
}


@pytest.fixture(scope="module")
def sotkanet_night(tmp_path_factory):
    """A home after one good night of a part of the catalogue, and the next night with nothing wrong."""
    with few_indicators():
        office = Office(tmp_path_factory.mktemp("sotkanet") / "home")
        assert office.well(SOTKANET, FIRST, day=0).status == "new"
        usual = Office(shutil.copytree(office.home.root, tmp_path_factory.mktemp("usual") / "home"))
        outcome = usual.well(SOTKANET, NEXT_DAY, day=1)
        assert (outcome.status, len(outcome.objects)) == ("new", 2)
        yield office, outcome, usual.snapshots(SOTKANET)


@pytest.fixture
def sotkanet_office(tmp_path, sotkanet_night):
    return Office(shutil.copytree(sotkanet_night[0].home.root, tmp_path / "home"))


@pytest.mark.parametrize("place", ITS_PLACES)
@pytest.mark.parametrize("fault", [name for name in LASTING if name != "an empty list"])
def test_a_lasting_fault_of_one_indicator_is_told_by_its_id_and_the_next_night_takes_it(
    sotkanet_office, sotkanet_night, place, fault, monkeypatch
):
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    before, usual = sotkanet_office.snapshots(SOTKANET), sotkanet_night[1]
    with Source(SOTKANET, 1) as server:
        server.breaks(ITS_PLACES[place], step)
        outcome = sotkanet_office.visit(SOTKANET, server.base_url, NEXT_DAY)
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert outcome.status == "failed"
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith(f"127.0.0.1: indicator {RESTATED_ID} failed (127.0.0.1:{server.port}/")
    assert word in outcome.reason and outcome.reason.endswith("their last good rows stay")
    # What it says of itself may have come before its data failed; nothing else did.
    assert outcome.objects == ([] if place == "description" else [f"sotkanet_indicator/{RESTATED_ID}"])
    assert before.items() <= sotkanet_office.snapshots(SOTKANET).items()
    again = sotkanet_office.well(SOTKANET, NEXT_DAY, day=1)
    assert {*outcome.objects, *again.objects} == set(usual.objects)
    assert sotkanet_office.snapshots(SOTKANET) == sotkanet_night[2]


@pytest.mark.parametrize("fault", [name for name in PASSING if name not in SLOW])
def test_a_passing_fault_of_one_indicator_is_tried_again(sotkanet_office, sotkanet_night, fault):
    _, usual, snapshots = sotkanet_night
    with Source(SOTKANET, 1) as server:
        server.breaks(ITS_PLACES["data"], *PASSING[fault], for_ever=False)
        outcome = sotkanet_office.visit(SOTKANET, server.base_url, NEXT_DAY)
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert sotkanet_office.snapshots(SOTKANET) == snapshots
