"""A night of Innokylä over real loopback: robots.txt first, a seventh of the pages, what is asked again and what is kept. The stand-in's pages are hand-made."""

import json
import shutil
import time
from dataclasses import replace

import pytest

from sources.landing import erase
from sources.national.innokyla import collect
from sources.national.innokyla.collect import PAGE, SETTINGS
from sources.national.innokyla.pages import listed_pages
from sources.national.innokyla.robots import AGENT, MOST_DELAY
from sources.national.settings import load_settings
from sources.simulator.national import NationalServer
from sources.simulator.national.innokyla import AUTHOR, EDITED, LABEL, NEW
from sources.simulator.national.protocol import Response
from tests.sources.national.conftest import FIRST_NIGHT, SEED, BentServer, desk_in

EDITED_OBJECT, NEW_OBJECT = f"{PAGE}/operating_model/{EDITED}", f"{PAGE}/operating_model/{NEW}"
SYNTHETIC = [page for page in listed_pages() if page.verification == "synthetic"]


FEW = [
    next(p for p in SYNTHETIC if p.slug == slug)
    for slug in ("synteettinen-hanke-01", EDITED, "synteettinen-arviointi-01")
]


def targets(server) -> list[str]:
    return [target for _, target in server.seen]


@pytest.fixture(scope="module")
def first_innokyla_night(tmp_path_factory):
    """A home after the first night, made once and copied."""
    made = desk_in(tmp_path_factory.mktemp("innokyla") / "home")
    with NationalServer(day=0, seed=SEED) as server:
        outcome = made.innokyla(server)
    made.ledger.close()
    assert (outcome.status, outcome.reason, outcome.rows) == ("new", None, len(SYNTHETIC) - 1)
    assert outcome.requests_made == outcome.requests_minimum == len(SYNTHETIC)
    assert targets(server)[0] == "/robots.txt" and "/robots.txt" not in targets(server)[1:]
    return made.home.root


@pytest.fixture
def collected(tmp_path, first_innokyla_night):
    """A home of its own after the first night."""
    found = desk_in(shutil.copytree(first_innokyla_night, tmp_path / "collected"))
    yield found
    found.ledger.close()


@pytest.fixture
def few(monkeypatch):
    """The list is three pages long, one of each kind."""
    monkeypatch.setattr(collect, "pages_of", lambda *_: FEW)


def test_the_first_night_reads_robots_and_then_every_listed_page_into_a_row_each(collected):
    desk = collected
    body = desk.snapshots(EDITED_OBJECT)[0]
    assert body["address"] == f"simulated://innokyla.fi/fi/toimintamalli/{EDITED}"
    assert (body["licence"], body["origin"], body["source_updated"]) == ("not verified", "synthetic", "2026-09-11")
    row = desk.rows(body).row(0, named=True)
    assert (row["development_kind"], row["slug"]) == ("operating_model", EDITED)
    assert (row["county_code"], row["programme_goal"]) == ("05", "cost_growth")
    assert (f"{row['created_on']}", f"{row['modified_on']}") == ("2024-03-16", "2026-09-11")
    assert row["development_name"] == "Synteettinen toimintamalli 7" and row["parent_name"] is None
    kinds = {body["object"].split("/")[1] for body in desk.snapshots()}
    assert kinds == {"project", "operating_model", "evaluation"}


def test_the_author_and_the_free_text_of_a_page_reach_no_file_of_the_home(collected):
    with NationalServer(day=0, seed=SEED) as server:
        pages = [server.respond_innokyla(_request(f"/fi/kokonaisuus/{p.slug}")) for p in SYNTHETIC[:7]]
    assert all(LABEL.encode() in page.body and AUTHOR.encode() in page.body for page in pages)
    kept = [path for path in collected.home.root.rglob("*") if path.is_file()]
    assert len(kept) > 2 * len(SYNTHETIC) - 2
    assert [
        path for path in kept if b"Mallikas" in path.read_bytes() or b"Lis\xc3\xa4tietoja" in path.read_bytes()
    ] == []
    extract = json.loads(collected.landing.path(collected.snapshots(EDITED_OBJECT)[0]["sha256"]).read_bytes())
    assert set(extract) == {"facts", "not_kept", "page"}


def _request(target: str, **headers: str):
    from sources.simulator.national.protocol import Request

    return Request("GET", target, headers)


def test_a_quiet_night_asks_for_a_seventh_and_keeps_nothing(collected):
    before = len(collected.snapshots())
    asked = []
    for day in range(1, 8):
        with NationalServer(day=0, seed=SEED) as server:
            outcome = collected.innokyla(server, day)
        # The page that is listed on day 2 is not there while the site stands still.
        asked += [target for target in targets(server)[1:] if NEW not in target]
        assert outcome.requests_made <= 6 and outcome.objects == []
    assert sorted(asked) == sorted(set(asked)) and len(asked) == len(SYNTHETIC) - 1
    assert len(collected.snapshots()) == before


def test_the_version_that_the_server_named_is_sent_and_believed_for_a_month(collected):
    sent = []

    def note(request, response):
        sent.append((request.target, request.headers.get("if-none-match"), response.status))
        return response

    with BentServer(note) as server:
        for day in range(1, 8):
            collected.innokyla(server, day)
    named = {target: status for target, etag, status in sent if etag}
    assert named and set(named.values()) == {304}
    assert {status for _, etag, status in sent if etag is None} == {200, 404}
    with BentServer(note) as server:
        sent.clear()
        for day in range(30, 44):
            assert collected.innokyla(server, day).objects == []
    assert {target for target, etag, _ in sent if etag is None} >= set(named), "compared whole once a month"


def test_a_server_that_says_unchanged_of_a_changed_page_is_found_out_within_the_month(collected):
    slug = next(p.slug for p in SYNTHETIC if p.turn % 2 == 0)

    def lie(request, response):
        if slug not in request.target:
            return response
        if request.headers.get("if-none-match"):
            return Response(304, b"", "text/html")
        return replace(response, body=response.body.replace(b"Keksitty kuvaus", b"Toinen kuvaus"))

    with BentServer(lie) as server:
        assert all(collected.innokyla(server, day).objects == [] for day in range(1, 29))
        later = [name for day in range(29, 44) for name in collected.innokyla(server, day).objects]
    assert [name.rpartition("/")[2] for name in later] == [slug]


def test_an_edited_and_a_new_page_are_kept_on_the_night_that_has_them(collected):
    with NationalServer(day=2, seed=SEED) as server:
        outcome = collected.innokyla(server, day=2)
    assert (outcome.status, outcome.objects) == ("new", [EDITED_OBJECT, NEW_OBJECT])
    old, new = (collected.rows(body).row(0, named=True) for body in collected.snapshots(EDITED_OBJECT))
    assert f"{old['modified_on']}" == "2026-09-11" and f"{new['modified_on']}" == "2026-11-03"
    assert new["short_description"].endswith("Kuvausta on täydennetty.")


def test_what_the_list_says_of_a_page_is_part_of_its_row(collected, monkeypatch):
    moved = [replace(p, county_code="06") if p.slug == EDITED else p for p in SYNTHETIC]
    monkeypatch.setattr(collect, "pages_of", lambda *_: moved[:-1])
    with NationalServer(day=0, seed=SEED) as server:
        outcome = collected.innokyla(server, day=2)
    assert outcome.objects == [EDITED_OBJECT]
    assert [collected.rows(b)["county_code"][0] for b in collected.snapshots(EDITED_OBJECT)] == ["05", "06"]


def test_rows_are_made_again_from_the_landing_to_the_same_bytes(collected):
    files = {path: path.read_bytes() for path in (collected.home.parquet / PAGE).iterdir()}
    for path in files:
        path.unlink()
    with NationalServer(day=0, seed=SEED) as server:
        collected.innokyla(server, day=1)
    assert {path: path.read_bytes() for path in (collected.home.parquet / PAGE).iterdir()} == files


def test_a_page_that_was_erased_stays_erased_and_stops_no_other(collected):
    body = collected.snapshots(EDITED_OBJECT)[0]
    erase(collected.home, collected.ledger, body["sha256"], "asked for", "a test", FIRST_NIGHT)
    with NationalServer(day=0, seed=SEED) as server:
        assert collected.innokyla(server, day=1).status == "unchanged"
    assert not (collected.home.parquet / body["parquet"]["path"]).exists()


ROBOTS = {
    "everything": (b"User-agent: *\nDisallow: /\n", 3),
    "one kind": (b"User-agent: *\nDisallow: /fi/toimintamalli/\n", 1),
    "by a wildcard": (b"User-agent: *\nDisallow: /*/kokonaisuus/*-01\n", 1),
    "us alone": (f"User-agent: {AGENT}\nDisallow: /\n\nUser-agent: *\nDisallow:\n".encode(), 3),
    "another": (b"User-agent: Googlebot\nDisallow: /\n", 0),
    "nothing": (b"", 0),
}


def with_robots(response: Response):
    return BentServer(lambda request, r: response if request.target == "/robots.txt" else r)


@pytest.mark.parametrize("case", ROBOTS)
def test_a_path_that_robots_disallows_is_not_fetched_and_is_told(desk, few, case):
    text, disallowed = ROBOTS[case]
    with with_robots(Response(200, text, "text/plain; charset=utf-8")) as server:
        outcome = desk.innokyla(server)
    assert len(targets(server)) == 1 + len(FEW) - disallowed
    assert len(outcome.objects) == len(FEW) - disallowed
    assert (outcome.status == "failed") == (disallowed > 0)
    assert disallowed == 0 or "HVA-INN-0-001: The service's robots.txt disallows the page" in outcome.reason


@pytest.mark.parametrize("status", [404, 410])
def test_a_site_without_robots_is_read(desk, few, status):
    with with_robots(Response(status, b"Not found", "text/plain")) as server:
        assert desk.innokyla(server).status == "new"


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (Response(401, b"", "text/plain"), "status 401"),
        (Response(403, b"", "text/plain"), "status 403"),
        (Response(500, b"", "text/plain"), "status 500"),
        (Response(200, b"<html>Tervetuloa</html>", "text/html"), "HTML page"),
        (Response(302, b"", "text/plain", {"Location": "/fi/user/login"}), "no redirect is followed"),
        (Response(200, b"User-agent: *\nCrawl-delay: 3600\n", "text/plain"), "HVA-INN-0-002"),
        (Response(200, b"User-agent: *\nRequest-rate: 1/1h\n", "text/plain"), "HVA-INN-0-002"),
    ],
)
def test_a_robots_that_cannot_be_read_or_kept_to_leaves_the_site_alone(desk, few, response, told):
    with with_robots(response) as server:
        outcome = desk.innokyla(server)
    assert (outcome.status, outcome.objects) == ("failed", []) and told in outcome.reason
    assert set(targets(server)) == {"/robots.txt"}


def test_the_wait_that_robots_asks_for_is_kept(desk, few):
    def note(request, response):
        delay = b"User-agent: *\nCrawl-delay: 0.3\n"
        return Response(200, delay, "text/plain") if request.target == "/robots.txt" else response

    with BentServer(note) as server:
        begun = time.monotonic()
        assert desk.innokyla(server).status == "new"
        # The whole visit is timed: where requests arrive, a late first one would shorten the wait that is seen.
        assert time.monotonic() - begun >= 3 * 0.3
    assert len(server.seen) == 4
    assert MOST_DELAY >= 1


def test_live_settings_are_one_page_a_second_small_and_without_redirects():
    http = load_settings(SETTINGS, None).http
    assert (http.calls, http.window_seconds, http.follows_redirects) == (1, 1, False)
    assert http.max_bytes == 1_000_000 and http.base_url == "https://innokyla.fi"


def bend_one(response_of):
    """One page bent: the one that is edited later."""
    return lambda request, r: response_of(r) if EDITED in request.target else r


@pytest.mark.parametrize(
    ("response_of", "told"),
    [
        (lambda r: replace(r, body=r.body.replace(b">Luotu<", b">Luontip\xc3\xa4iv\xc3\xa4<")), "HVA-INN-0-011"),
        (lambda r: replace(r, body=r.body.replace(b"16.03.2024", b"2024-03-16")), "HVA-INN-0-014"),
        (lambda r: replace(r, body=r.body[:900]), "HVA-INN-0-011"),
        (lambda r: replace(r, body=b""), "HVA-INN-0-004"),
        (lambda r: replace(r, body=r.body + b" " * 1_000_000), "the limit is 1000000"),
        (lambda r: replace(r, content_type="text/html; charset=utf-16"), "HVA-INN-0-003"),
        (lambda r: replace(r, content_type="text/html; charset=hex"), "HVA-INN-0-003"),
        (lambda r: replace(r, content_type="application/json"), "expected text/html"),
        (lambda _: Response(302, b"", "text/html", {"Location": "/fi/user/login?x=secret"}), "/fi/user/login"),
        (lambda _: Response(301, b"", "text/html", {"Location": "/fi/toimintamalli/toinen"}), "/fi/toimintamalli/toinen"),
        (lambda _: Response(404, b"<html>Ei</html>", "text/html"), "status 404"),
        (lambda _: Response(403, b"<html>Ei</html>", "text/html"), "status 403"),
        (lambda r: replace(r, body=r.body.replace(b"Synteettinen toimintamalli 7", b"")), "HVA-INN-0-013"),
    ],
)  # fmt: skip
def test_a_bad_page_is_told_by_its_slug_and_the_others_are_kept(desk, few, response_of, told):
    with BentServer(bend_one(response_of)) as server:
        outcome = desk.innokyla(server)
    assert outcome.status == "failed" and len(outcome.objects) == len(FEW) - 1
    assert outcome.reason.startswith(f"127.0.0.1: page {EDITED} failed (") and told in outcome.reason
    assert outcome.reason.endswith("; their last good rows stay")
    assert outcome.reason.isprintable() and len(outcome.reason) < 400 and "secret" not in outcome.reason
    assert not any("user/login" in target for target in targets(server)), "no redirect is followed"
    with NationalServer(day=0, seed=SEED) as server:
        assert desk.innokyla(server, day=1).objects == [EDITED_OBJECT], "the next night takes it, whosever turn it is"


def test_a_new_label_is_told_and_the_page_is_taken(desk, few):
    field = (
        b'<div class="field"><div class="field__label">Kohderyhm\xc3\xa4</div><div class="field__item">x</div></div>'
    )
    bend = bend_one(lambda r: replace(r, body=r.body.replace(b'<div class="fields">', b'<div class="fields">' + field)))
    with BentServer(bend) as server:
        outcome = desk.innokyla(server)
    assert outcome.status == "new" and len(outcome.objects) == len(FEW)
    assert outcome.reason.startswith(f"{EDITED}: HVA-INN-0-012: ") and outcome.reason.endswith("'Kohderyhmä'")


def test_a_site_that_is_down_is_left_for_the_next_night(desk):
    down = Response(503, b"", "text/plain")
    with BentServer(lambda request, r: r if request.target == "/robots.txt" else down) as server:
        outcome = desk.innokyla(server)
    assert len(set(targets(server))) == 1 + collect.MOST_UNANSWERED
    assert f"{len(SYNTHETIC) - 1 - collect.MOST_UNANSWERED} more were not asked tonight" in outcome.reason
    assert desk.snapshots() == [] and len(outcome.reason) < 400
