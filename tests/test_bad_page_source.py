"""Bad input from a source of pages, through the function that a night calls: a fault is one line, nothing partial lands, and the last good rows stay.

Belongs here: the faults of tests/test_bad_source.py on pages and on robots.txt. A page of HTML is what is expected there, so another page is told by what it lacks.
Which labels and dates are refused is tested in tests/sources/national/innokyla.
"""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from sources.national import collect
from sources.national.innokyla import collect as room
from sources.national.innokyla.pages import listed_pages
from sources.national.settings import load_settings
from sources.simulator.calendar import business_time
from sources.simulator.national.innokyla import EDITED
from tests.broken_source import INNOKYLA, PAGE, QUICK, Office, Source
from tests.faultserver import answer, drip, gzip_bomb, raw, redirect, reset_after, silent, status

DAY = 2
LATER = business_time(DAY)
FEW = ("synteettinen-hanke-01", EDITED, "synteettinen-arviointi-01", "synteettinen-arviointi-03")
PLACES = {
    "robots": lambda seen: seen.target == "/robots.txt",
    "page": lambda seen: EDITED in seen.target,
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<!DOCTYPE html><html>"
# Fault → what answers, whether it is worth asking again, and a word of the line that tells it of a page.
LASTING = {
    "another page": (answer(PAGE, content_type="text/html"), False, "HVA-INN-0-004"),
    "a page of labels cut short": (answer(b"<h2>Perustiedot</h2><dl><dt>Luotu</dt>", content_type="text/html"), False, "HVA-INN-0-011"),
    "a page called JSON": (answer(PAGE), False, "expected text/html"),
    "JSON": (answer(b'{"error": "down"}'), False, "expected text/html"),
    "an empty page": (answer(b"", content_type="text/html"), False, "HVA-INN-0-004"),
    "a body that breaks off": (raw(HEAD), True, "broke off"),
    "a reset": (reset_after(HEAD), True, "broke off"),
    "too large": (answer(b"<p>a" * 300_000, content_type="text/html"), False, "the limit is"),
    "a bomb": (gzip_bomb(64), False, "the limit is"),
    "another encoding": (answer(b"x", content_type="text/html", Content_Encoding="br"), False, "Content-Encoding"),
    "500": (status(500), True, "status 500"),
    "503 with a wait too long": (status(503, Retry_After="86400"), False, "86400 s"),
    "429": (status(429), True, "status 429"),
    "404": (status(404), False, "status 404"),
    "403": (status(403), False, "status 403"),
    "silence": (silent(5), True, "silent"),
    "a byte at a time": (drip(HEAD, b"a" * 100, 0.2), False, "total deadline"),
    "a login": (redirect("/fi/user/login?destination=x"), False, "/fi/user/login, and no redirect"),
    "another host": (redirect("http://192.0.2.1/", 307), False, "192.0.2.1"),
    "a file": (redirect("file:///etc/passwd"), False, "no redirect is followed"),
    "the machine's own data": (redirect("http://169.254.169.254/latest"), False, "169.254.169.254"),
}  # fmt: skip
SLOW = ("silence", "a byte at a time")
DEFAULT = ("another page", "a login", "500")
CASES = [
    pytest.param(place, fault, marks=[] if fault in DEFAULT else [pytest.mark.slow], id=f"{place}-{fault}")
    for place in PLACES
    for fault in LASTING
    # Without a robots.txt everything is allowed.
    if (place, fault) != ("robots", "404")
]


@pytest.fixture(scope="module", autouse=True)
def _impatient():
    def quick(path, simulator_url):
        settings = load_settings(path, simulator_url)
        return replace(settings, http=replace(settings.http, **QUICK))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "load_settings", quick)
        listed = [page for page in listed_pages() if page.slug in FEW]
        patched.setattr(room, "pages_of", lambda *_: listed)
        yield


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """A home after one good night, and what the night with the edited page brings with nothing wrong."""
    office = Office(tmp_path_factory.mktemp("pages") / "home")
    first = office.well(INNOKYLA, business_time(0), day=0)
    assert (first.status, len(first.objects)) == ("new", len(FEW))
    usual = Office(shutil.copytree(office.home.root, tmp_path_factory.mktemp("usual") / "home"))
    outcome = usual.well(INNOKYLA, LATER, day=DAY)
    assert [name.rpartition("/")[2] for name in outcome.objects] == [EDITED]
    return office, outcome, usual.snapshots(INNOKYLA)


@pytest.fixture
def office(tmp_path, nights):
    return Office(shutil.copytree(nights[0].home.root, tmp_path / "home"))


@pytest.mark.parametrize(("place", "fault"), CASES)
def test_a_lasting_fault_is_one_line_nothing_of_it_lands_and_the_next_night_takes_the_page(
    office, nights, place, fault, monkeypatch
):
    step, is_tried_again, word = LASTING[fault]
    if fault in SLOW:
        monkeypatch.setitem(QUICK, "read_seconds", 0.5)
        monkeypatch.setitem(QUICK, "total_seconds", 1.5)
    before, files = office.snapshots(INNOKYLA), office.files()
    with Source(INNOKYLA, DAY) as server:
        server.breaks(PLACES[place], step)
        outcome = office.visit(INNOKYLA, server.base_url, LATER)
        asked = [seen.target for seen in server.seen]
    assert server.broken == (QUICK["attempts"] if is_tried_again else 1)
    assert (outcome.status, outcome.objects, outcome.rows) == ("failed", [], 0)
    assert outcome.reason.isprintable() and len(outcome.reason) < 400
    assert outcome.reason.startswith(f"127.0.0.1: page {EDITED} failed (" if place == "page" else "127.0.0.1:")
    assert place == "robots" or (word in outcome.reason and outcome.reason.endswith("; their last good rows stay"))
    assert place == "page" or set(asked) == {"/robots.txt"}, "without its rules the site is left alone"
    assert not any("login" in target for target in asked)
    assert (office.snapshots(INNOKYLA), office.files()) == (before, files)
    # Its turn comes again in a week.
    again = office.well(INNOKYLA, business_time(DAY + 7), day=DAY)
    assert again.objects == nights[1].objects
    assert office.snapshots(INNOKYLA).keys() == nights[2].keys()


PASSING = {
    "429 without a wait": (status(429), status(429)),
    "500, then 503": (status(500), status(503)),
    "a cut, then a reset": (raw(HEAD), reset_after(HEAD)),
}


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_tried_again_and_the_night_ends_as_if_nothing_had_happened(office, nights, place, fault):
    with Source(INNOKYLA, DAY) as server:
        server.breaks(PLACES[place], *PASSING[fault], for_ever=False)
        outcome = office.visit(INNOKYLA, server.base_url, LATER)
    _, usual, snapshots = nights
    assert outcome == replace(usual, requests_made=usual.requests_made + len(PASSING[fault]))
    assert office.snapshots(INNOKYLA) == snapshots


def test_the_wait_that_a_server_asks_for_is_kept(office):
    with Source(INNOKYLA, DAY) as server:
        server.breaks(PLACES["page"], status(429, Retry_After="1"), for_ever=False)
        assert office.visit(INNOKYLA, server.base_url, LATER).status == "new"
        refused, again = (seen.at for seen in server.seen if EDITED in seen.target)
    assert again - refused >= 1


def test_nobody_at_the_address_keeps_nothing_and_names_it(tmp_path):
    office = Office(tmp_path / "home")
    with Source(INNOKYLA, 0) as server:
        pass
    outcome = office.visit(INNOKYLA, server.base_url, LATER)
    assert outcome.status == "failed" and "no connection" in outcome.reason
    assert outcome.reason.startswith(f"127.0.0.1:{server.port}/robots.txt: ")
    assert office.snapshots(INNOKYLA) == {} and office.files() == set()
