"""Bad input from sources whose bodies are saved as they come: nothing partial lands, a fault is one line, and the last good figures stay.

Belongs here: the faults of tests/test_bad_source.py on those sources, and what only a saved body can meet. Which rows are refused is tested in tests/sources/national.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from sources.home import Home
from sources.http import Client, FetchError, HttpSettings
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national import collect
from sources.national.settings import load_settings
from sources.simulator.calendar import business_time
from tests.broken_source import KELA, LASTING, MENDS, PASSING, QUICK, SLOW, TREASURY, Office, Source, cut
from tests.faultserver import FaultServer, answer, gzip_bomb, redirect, status

pytestmark = pytest.mark.slow

NEXT_DAY = business_time(1)
# The request that a visit begins with, and that for a body of data.
PLACES = {
    (TREASURY, "listing"): lambda seen: seen.target.endswith("/aineistot"),
    (TREASURY, "data"): lambda seen: "/dokumentti/hyvaksytty/" in seen.target,
    (KELA, "listing"): lambda seen: "package_search" in seen.target,
    (KELA, "data"): lambda seen: seen.target.endswith("data.csv"),
}
ON_DATA = [place for place in PLACES if place[1] == "data"]


@pytest.fixture(scope="module", autouse=True)
def _impatient():
    def quick(path, simulator_url):
        settings = load_settings(path, simulator_url)
        quicker = replace(settings.http, **QUICK, saved_seconds=QUICK["total_seconds"])
        return replace(settings, http=quicker)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "load_settings", quick)
        yield


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """By source, a home after one good night, and what the next one brings with nothing wrong."""
    found = {}
    for source in {source for source, _ in PLACES}:
        office = Office(tmp_path_factory.mktemp(source) / "home")
        assert office.well(source, business_time(0), day=0).status == "new"
        usual = Office(shutil.copytree(office.home.root, tmp_path_factory.mktemp("usual") / "home"))
        outcome = usual.well(source, NEXT_DAY, day=1)
        assert outcome.status == "new"
        found[source] = office, outcome, contents(usual, source)
    return found


def contents(office: Office, source: str) -> list[tuple[str, str]]:
    """What is known of a source, in the order in which it came: object and digest of its rows. Ids differ with the port that a service echoes."""
    with Ledger(office.home.ledger) as ledger:
        bodies = [event.body for event in ledger.events("snapshot")]
    return sorted((b["object"], b["content_sha256"]) for b in bodies if b["source_code"] == source)


@pytest.mark.parametrize("place", PLACES, ids="-".join)
@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_is_one_line_and_nothing_of_it_lands(tmp_path, nights, place, fault, monkeypatch):
    source, _ = place
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    good, usual, found_well = nights[source]
    office = Office(shutil.copytree(good.home.root, tmp_path / "home"))
    before = office.snapshots(source)
    with Source(source, 1) as server:
        server.breaks(PLACES[place], step)
        outcome = office.visit(source, server.base_url, NEXT_DAY)
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert outcome.status == "failed"
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith("127.0.0.1")
    is_read = fault in ("an empty list", "a cut document") and place[1] == "data"
    assert is_read or (word in outcome.reason and outcome.reason.partition(" (and ")[0].rpartition("; ")[2] in MENDS)
    assert before.items() <= office.snapshots(source).items()
    assert not [name for name in office.files() if ".tmp-" in name]
    # The night after takes what this one could not, and ends as if nothing had happened.
    again = office.well(source, NEXT_DAY, day=1)
    assert {*outcome.objects, *again.objects} == set(usual.objects)
    assert again.status == "new" and again.reason == usual.reason
    assert set(contents(office, source)) >= set(found_well)


@pytest.mark.parametrize("place", ON_DATA, ids="-".join)
@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again_and_the_body_lands_once_and_whole(tmp_path, nights, place, fault, monkeypatch):
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 2)
    source, _ = place
    good, usual, found_well = nights[source]
    office = Office(shutil.copytree(good.home.root, tmp_path / "home"))
    with Source(source, 1) as server:
        server.breaks(PLACES[place], *PASSING[fault], for_ever=False)
        outcome = office.visit(source, server.base_url, NEXT_DAY)
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert contents(office, source) == found_well


@pytest.fixture
def landing(tmp_path):
    return Landing(Home.open(tmp_path / "home", "simulated").landing)


def save(landing: Landing, server: FaultServer, **settings) -> str:
    limits = {"attempts": 2, "backoff_seconds": 0.01, "calls": 1000, "window_seconds": 1} | settings
    with Client(HttpSettings(server.url, **limits)) as client, landing.incoming() as incoming:
        client.save("data", incoming)
        return landing.take(incoming).sha256


REFUSED = {
    "a bomb": (gzip_bomb(256), {}, "size"),
    "more than is allowed": (answer(b"[" + b"1," * 5000 + b"1]"), {"max_saved_bytes": 5000}, "size"),
    "another encoding": (answer(b"[1]", Content_Encoding="br"), {}, "encoding"),
    "no gzip": (answer(b"[1]", Content_Encoding="gzip"), {}, "encoding"),
    "a zip": (answer(b"PK\x03\x04" + b"x" * 100), {}, "shape"),
    "plain http": (redirect("http://169.254.169.254/latest"), {}, "redirect"),
    "a file": (redirect("file:///etc/passwd"), {}, "redirect"),
    "a loop": (redirect("/data"), {}, "redirect"),
    "503": (status(503), {}, "status"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_taken_leaves_the_landing_empty(landing, case):
    step, settings, reason = REFUSED[case]
    with FaultServer() as server:
        server.script("/data", step)
        with pytest.raises(FetchError) as refused:
            save(landing, server, **settings)
    assert refused.value.reason == reason
    assert [path for path in landing._open.rglob("*") if path.is_file()] == []


def test_an_attempt_that_broke_off_leaves_nothing_in_the_one_that_did_not(landing):
    with FaultServer() as server:
        server.script("/data", cut(b'["half'), answer(b'["whole"]'))
        sha256 = save(landing, server)
    assert landing.path(sha256).read_bytes() == b'["whole"]'


def test_a_disk_that_is_full_is_no_fault_of_the_server(landing, monkeypatch):
    from sources.landing import Incoming

    def full(self, piece):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Incoming, "write", full)
    with FaultServer() as server:
        server.script("/data", answer(b"[1]"))
        with pytest.raises(OSError, match="No space left"):
            save(landing, server)
        assert len(server.seen) == 1
