"""How often the client asks, and what it does when the server says wait."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from sources.errors import SotevarastoError
from sources.http.limits import HostWindow, retry_after_seconds
from tests.faultserver import FaultServer, answer, redirect, status
from tests.sources.quick_http import quick, refusal

OK = answer(b'["whole"]')


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


def _at(seconds_from_now: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds_from_now), usegmt=True)


# Retry-After


def test_retry_after_in_seconds_is_waited(server):
    server.script("/data", status(429, Retry_After="1"), OK)
    with quick(server) as client:
        assert client.get("/data").json == ["whole"]
        assert client.counters.waited_seconds >= 1
    assert server.seen[1].at - server.seen[0].at >= 1


def test_retry_after_as_a_date_is_waited_by_the_servers_own_clock(server):
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    later = format_datetime(yesterday + timedelta(seconds=1), usegmt=True)
    server.script("/data", status(503, Date=format_datetime(yesterday, usegmt=True), Retry_After=later), OK)
    with quick(server) as client:
        client.get("/data")
    assert server.seen[1].at - server.seen[0].at >= 1


@pytest.mark.parametrize("value", [None, "soon", "-5", "", "0"])
def test_without_a_readable_retry_after_the_backoff_holds(server, value):
    server.script("/data", status(429) if value is None else status(429, Retry_After=value), OK)
    with quick(server, backoff_seconds=0.05) as client:
        assert client.get("/data").json == ["whole"]
    assert 0.05 <= server.seen[1].at - server.seen[0].at < 4


def test_a_date_gone_by_is_not_waited_for(server):
    server.script("/data", status(429, Retry_After=_at(-3600)), OK)
    with quick(server) as client:
        assert client.get("/data").json == ["whole"]
    assert server.seen[1].at - server.seen[0].at < 4


@pytest.mark.parametrize("wait", ["86400", "date", "9" * 400])
@pytest.mark.parametrize("code", [429, 503])
def test_a_longer_wait_than_the_cap_stops_at_once_and_says_why(server, wait, code):
    server.script("/data", status(code, Retry_After=_at(86400) if wait == "date" else wait), OK)
    started = time.monotonic()
    with quick(server) as client:
        error = refusal(client, "/data")
    assert time.monotonic() - started < 4
    assert (error.reason, error.status) == ("rate" if code == 429 else "status", code)
    assert "longer than the 5 s" in str(error)
    assert error.retry_after > 86000
    assert len(server.seen) == 1


def test_a_server_that_keeps_refusing_is_left_alone_after_the_attempts(server):
    server.script("/data", status(429, Retry_After="0"))
    with quick(server) as client:
        error = refusal(client, "/data")
        assert client.counters.refused == 3
    assert (error.reason, error.status, error.retry_after) == ("rate", 429, 0)


def test_retry_after_holds_back_every_client_of_the_host(server):
    server.script("/data", status(429, Retry_After="1"), OK)
    server.script("/other", OK)
    with quick(server) as first, quick(server) as second:
        asking = threading.Thread(target=first.get, args=("/data",))
        asking.start()
        while not first.counters.refused:
            time.sleep(0.01)
        second.get("/other")
        asking.join()
    assert all(seen.at - server.seen[0].at >= 1 for seen in server.seen[1:])


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "\u0667"}, None),
        ({"Retry-After": "Wed, 01 Apr 2026 05:00:30 GMT", "Date": "Wed, 01 Apr 2026 05:00:00 GMT"}, 30),
        ({"Retry-After": "Wed, 01 Apr 2026 05:00:30 -0000", "Date": "Wed, 01 Apr 2026 05:00:00 GMT"}, 30),
        ({"Retry-After": "Wednesday, 01-Apr-26 05:00:30 GMT", "Date": "Wed, 01 Apr 2026 05:00:00 GMT"}, 30),
        ({"Retry-After": "Wed, 01 Apr 2026 04:00:00 GMT", "Date": "Wed, 01 Apr 2026 05:00:00 GMT"}, 0),
        ({"Retry-After": "Wed, 99 Apr 2026 04:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    assert retry_after_seconds(headers) == seconds


# The sliding window


# Only lower bounds: how soon a call may leave is ours to keep, how late it does is the machine's.


def test_calls_over_the_limit_wait_for_the_window_to_pass(server):
    server.script("/data", OK)
    with quick(server, calls=4, window_seconds=0.3) as client:
        started = time.monotonic()
        for _ in range(9):
            client.get("/data")
        assert time.monotonic() - started >= 0.6
        assert client.counters.waited_seconds > 0


def test_the_window_slides_rather_than_starting_anew():
    window = HostWindow(calls=4, window_seconds=0.4)
    window.acquire()
    time.sleep(0.3)
    started = time.monotonic()
    for _ in range(3):
        window.acquire()
    window.acquire()  # free again once the first is 0.4 s old; the three are younger
    window.acquire()
    assert time.monotonic() - started >= 0.4


def test_calls_below_the_limit_do_not_wait():
    window = HostWindow(calls=40, window_seconds=60)
    assert [window.acquire() for _ in range(40)] == [0] * 40


def test_refused_calls_retries_and_redirects_count_like_any_other(server):
    server.script("/refused", status(429, Retry_After="0"), status(500), OK)
    server.script("/moved", redirect("/data"))
    server.script("/data", OK)
    with quick(server, calls=2, window_seconds=0.3) as client:
        started = time.monotonic()
        client.get("/refused")
        client.get("/moved")
        assert time.monotonic() - started >= 0.6
    assert len(server.seen) == 5


def test_a_limit_read_from_the_server_holds_at_once_for_calls_already_made(server):
    server.script("/data", OK)
    with quick(server) as client:
        started = time.monotonic()
        for _ in range(3):
            client.get("/data")
        client.set_rate(3, 0.4)
        client.get("/data")
        assert time.monotonic() - started >= 0.4


def test_clients_and_threads_of_one_host_share_its_window(server):
    server.script("/data", OK)
    few = {"calls": 3, "window_seconds": 0.4}  # of both: the limit is that of whoever asks the host first
    with quick(server, **few) as first, quick(server, **few) as second:
        threads = [threading.Thread(target=client.get, args=("/data",)) for client in (first, second) * 3]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - started >= 0.4
    assert len(server.seen) == 6


def test_waiting_for_a_turn_does_not_use_up_the_total_deadline(server):
    server.script("/moved", redirect("/data"))
    server.script("/data", OK)
    with quick(server, calls=1, window_seconds=1, total_seconds=0.8) as client:
        assert client.get("/moved").json == ["whole"]


@pytest.mark.parametrize(("calls", "seconds"), [(0, 60), (-1, 60), (40, 0), (float("nan"), 60)])
def test_a_limit_that_cannot_be_kept_is_refused(calls, seconds):
    with pytest.raises(SotevarastoError, match="rate limit"):
        HostWindow(calls, seconds)
