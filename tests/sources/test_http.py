"""The client against a server that behaves, and against one whose connection breaks or drags."""

from __future__ import annotations

import gzip
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sources.http import Client, Expect, FetchError, HttpSettings, Validators, user_agent
from sources.http.model import HttpSettingsError
from tests.faultserver import FaultServer, answer, drip, raw, reset_after, silent, status
from tests.sources.quick_http import quick, refusal

OK = answer(b'["whole"]')


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


# A server that behaves


def test_a_request_says_who_asks_and_what_is_taken(server):
    server.script("/data", OK)
    with quick(server, user_agent=user_agent("data@example.org")) as client:
        client.get("/data", {"lang": "fi"}, Expect(("application/json", "text/json"), "json"))
    sent = server.seen[0]
    assert sent.target == "/data?lang=fi"
    assert sent.headers["User-Agent"].startswith("sotevarasto/")
    assert "data@example.org" in sent.headers["User-Agent"]
    assert sent.headers["Accept"] == "application/json, text/json"


def test_a_reply_gives_status_address_headers_bytes_and_json(server):
    server.script("/data", answer(b'{"a": 1}', ETag='"v1"', Last_Modified="Wed, 01 Apr 2026 05:00:00 GMT"))
    with quick(server) as client:
        reply = client.get("data")
    assert (reply.status, reply.url, reply.body, reply.json) == (200, f"{server.url}/data", b'{"a": 1}', {"a": 1})
    assert reply.validators == Validators('"v1"', "Wed, 01 Apr 2026 05:00:00 GMT")
    assert not reply.not_modified


def test_paths_are_joined_below_the_base_and_keep_their_escapes(server):
    server.script("/PxWeb/api/v1/fi/", OK)
    server.script("/PxWeb/api/v1/fi/a%23b/maps", OK)
    with quick(f"{server.url}/PxWeb/api/v1/fi") as client:
        client.get("/?config")
        client.get("a%23b/maps?format=json")
        client.get(f"{server.url}/PxWeb/api/v1/fi/a%23b/maps")
    assert [seen.target for seen in server.seen] == [
        "/PxWeb/api/v1/fi/?config",
        "/PxWeb/api/v1/fi/a%23b/maps?format=json",
        "/PxWeb/api/v1/fi/a%23b/maps",
    ]


def test_a_raw_fragment_is_refused_because_the_server_would_never_see_it(server):
    with quick(server) as client:
        error = refusal(client, "/correspondenceTables/a#b/maps")
    assert error.reason == "url"
    assert "%23" in str(error)
    assert server.seen == []


def test_a_post_carries_its_query_as_json_and_is_sent_again_when_it_fails(server):
    server.script("/table.px", status(503), OK)
    with quick(server) as client:
        assert client.post("/table.px", json={"query": [], "response": {"format": "json-stat2"}}).json == ["whole"]
    assert [seen.method for seen in server.seen] == ["POST", "POST"]
    assert {seen.body for seen in server.seen} == {b'{"query": [], "response": {"format": "json-stat2"}}'}
    assert server.seen[0].headers["Content-Type"] == "application/json"


def test_a_gzip_body_is_unpacked_also_in_several_members(server):
    packed = gzip.compress(b'["wh') + gzip.compress(b'ole"]')
    server.script("/data", answer(packed, Content_Encoding="gzip"))
    with quick(server) as client:
        assert client.get("/data").json == ["whole"]
    assert client.counters.bytes == len(packed)


def test_a_connection_is_kept_for_the_next_request_and_no_cookie_is(server):
    server.script("/data", answer(b'["whole"]', Set_Cookie="session=abc"))
    with quick(server) as client:
        for _ in range(3):
            client.get("/data")
    assert server.connections == 1
    assert all(seen.headers["Cookie"] is None for seen in server.seen)


def test_a_conditional_request_sends_both_validators_and_may_be_answered_not_modified(server):
    server.script("/data", answer(b"", 304))
    with quick(server) as client:
        reply = client.get("/data", validators=Validators('"v1"', "Wed, 01 Apr 2026 05:00:00 GMT"))
    assert reply.not_modified
    assert (reply.status, reply.body) == (304, b"")
    assert server.seen[0].headers["If-None-Match"] == '"v1"'
    assert server.seen[0].headers["If-Modified-Since"] == "Wed, 01 Apr 2026 05:00:00 GMT"


def test_not_modified_without_being_asked_is_no_answer(server):
    server.script("/data", answer(b"", 304))
    with quick(server) as client:
        assert refusal(client, "/data").status == 304


def test_counters_tell_what_was_done(server):
    server.script("/data", status(429, Retry_After="0"), status(500), answer(b"[1]"))
    with quick(server) as client:
        client.get("/data")
        counters = client.counters
    assert (counters.requests, counters.retries, counters.refused, counters.bytes) == (3, 2, 1, 3)
    assert counters.waited_seconds > 0


# A server that fails and recovers, or does not


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_a_passing_status_is_tried_again_after_a_growing_wait(server, code):
    server.script("/data", status(code), status(code), OK)
    with quick(server, backoff_seconds=0.05) as client:
        assert client.get("/data").json == ["whole"]
    first, second, third = (seen.at for seen in server.seen)
    assert second - first >= 0.05
    assert third - second >= 0.1


def test_jitter_keeps_two_clients_from_coming_back_together(server):
    server.script("/data", status(503))
    waited = set()
    for _ in range(2):
        with quick(server) as client:
            refusal(client, "/data")
            waited.add(client.counters.waited_seconds)
    assert len(waited) == 2


def test_a_lasting_status_stops_after_the_attempts_and_says_so(server):
    server.script("/data", status(503))
    with quick(server) as client:
        error = refusal(client, "/data")
    assert (error.reason, error.status, len(server.seen)) == ("status", 503, 3)
    assert "3 attempts" in str(error)


def test_a_refused_query_is_not_repeated_and_shows_what_the_server_said(server):
    server.script("/data", answer(b"Bad Request", 400, "text/plain"))
    with quick(server) as client:
        error = refusal(client, "/data")
    assert (error.status, error.detail, len(server.seen)) == (400, "Bad Request", 1)
    assert "Bad Request" in str(error)


def test_a_partial_or_empty_success_is_no_answer(server):
    server.script("/206", answer(b"[1]", 206))
    server.script("/204", answer(b"", 204))
    with quick(server) as client:
        assert refusal(client, "/206").status == 206
        assert refusal(client, "/204").status == 204


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BROKEN = {
    "reset in the status line": reset_after(b"HTTP/1.1 2"),
    "reset mid-body": reset_after(HEAD + b"Content-Length: 9\r\n\r\n[1,"),
    "body shorter than its Content-Length": raw(HEAD + b"Content-Length: 9\r\n\r\n[1,2]"),
    "chunk cut in its data": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n[1,2]"),
    "chunks without the last one": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n"),
    "chunk size that is no number": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[1,2]\r\n0\r\n\r\n"),
    "gzip body that breaks off": raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"[1,2]")[:-6]),
    "closed without a word": raw(b""),
    "not HTTP": raw(b"220 mail.example ESMTP\r\n"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_fetched_again_whole(server, fault):
    server.script("/data", BROKEN[fault], OK)
    with quick(server) as client:
        assert client.get("/data").json == ["whole"]
    assert len(server.seen) == 2


@pytest.mark.parametrize("fault", BROKEN)
def test_an_answer_that_stays_broken_gives_one_line_and_no_bytes(server, fault):
    server.script("/data", BROKEN[fault])
    with quick(server) as client:
        error = refusal(client, "/data")
    assert error.reason == ("protocol" if fault == "not HTTP" else "cut")
    assert len(server.seen) == 3


# A server that drags

DRAGGING = {
    "status line": drip(b"", b"HTTP/1.1 200 OK\r\n" * 50, 0.05),
    "headers": drip(HEAD, b"X-Padding: " + b"x" * 1000, 0.05),
    "body": drip(HEAD + b"Content-Length: 1000\r\n\r\n", b"1" * 1000, 0.05),
    "chunk size": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 1000, 0.05),
    "chunk": drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1000\r\n", b"1" * 1000, 0.05),
    "error body": drip(b"HTTP/1.1 400 Bad\r\nContent-Length: 1000\r\n\r\n", b"", 60),
}


@pytest.mark.parametrize("part", [part for part in DRAGGING if part != "error body"])
def test_a_byte_at_a_time_is_stopped_by_the_total_deadline(server, part):
    server.script("/data", DRAGGING[part])
    started = time.monotonic()
    with quick(server, read_seconds=10, total_seconds=0.4) as client:
        error = refusal(client, "/data")
    assert error.reason == "timeout"
    assert "total" in str(error)
    assert 0.35 < time.monotonic() - started < 20  # to its end it would drag on for 50 s
    assert len(server.seen) == 1  # whoever drags once will drag again: not tried a second time


def test_an_error_status_is_told_even_when_its_body_never_comes(server):
    server.script("/data", drip(b"HTTP/1.1 400 Bad\r\nContent-Length: 1000\r\n\r\n", b"x", 60))
    with quick(server, read_seconds=1) as client:
        assert refusal(client, "/data").status == 400


def test_a_dragging_server_does_not_hold_up_other_fetches(server):
    server.script("/slow", DRAGGING["body"])
    server.script("/data", OK)
    with quick(server, total_seconds=3) as client, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.get, "/slow")
        while not server.seen:
            time.sleep(0.01)
        assert client.get("/data").json == ["whole"]
        assert not slow.done()
        with pytest.raises(FetchError):
            slow.result()


def test_a_silent_server_is_asked_again_after_the_read_deadline(server):
    server.script("/data", silent(), drip(HEAD + b"Content-Length: 9\r\n\r\n[1", b"", 0), OK)
    started = time.monotonic()
    # A busy machine may answer too late as well: then it is asked once more.
    with quick(server, read_seconds=0.2, attempts=20) as client:
        assert client.get("/data").json == ["whole"]
    assert time.monotonic() - started < 50 and len(server.seen) >= 3


def test_a_server_that_stays_silent_is_named_with_the_deadlines(server):
    server.script("/data", silent())
    with quick(server, read_seconds=0.1, attempts=2) as client:
        error = refusal(client, "/data")
    assert (error.reason, len(server.seen)) == ("timeout", 2)
    assert "read 0.1 s" in str(error)


def test_a_connection_that_is_never_taken_is_given_up_after_the_connect_deadline():
    with socket.socket() as deaf, socket.socket() as filler, socket.socket() as second_filler:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for sock in (
            filler,
            second_filler,
        ):  # the queue of a listener that never accepts is full: the next SYN gets no answer
            sock.setblocking(False)
            sock.connect_ex(deaf.getsockname())
        started = time.monotonic()
        with quick(f"http://127.0.0.1:{deaf.getsockname()[1]}", connect_seconds=0.2, attempts=2) as client:
            error = refusal(client, "/data")
    assert error.reason == "timeout"
    assert "connect 0.2 s" in str(error)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_port_where_nobody_listens_is_named(host):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with quick(f"http://{host}:{port}") as client:
        error = refusal(client, "/data")
        assert client.counters.requests == 3
    assert (error.reason, error.host) == ("connect", f"{host}:{port}")


def test_a_name_without_an_address_is_named(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with quick("http://no-such-host.invalid/api", attempts=2) as client:
        error = refusal(client, "/data")
    assert (error.reason, error.host) == ("dns", "no-such-host.invalid")


# Settings


@pytest.mark.parametrize(
    "bad",
    [
        {"base_url": "ftp://data.example"},
        {"base_url": "/srv/data"},
        {"base_url": "https://user:secret@data.example"},
        {"base_url": "http://169.254.169.254/latest"},
        {"allowed_hosts": ("169.254.169.254",)},
        {"allowed_hosts": ("[fe80::1]",)},
        {"attempts": 0},
        {"total_seconds": 0},
    ],
)
def test_settings_that_cannot_be_kept_are_refused_in_one_line(bad):
    with pytest.raises(HttpSettingsError) as caught:
        HttpSettings(**{"base_url": "https://data.example", **bad})
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_every_setting_has_a_default_but_the_address():
    with Client(HttpSettings("https://data.example/api")) as client:
        assert client.counters.requests == 0
