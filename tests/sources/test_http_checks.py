"""What comes instead of data is refused before anything lands."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from sources.http import Expect
from tests.faultserver import FaultServer, answer, gzip_bomb, raw
from tests.sources.quick_http import quick, refusal

HTML = b"<!DOCTYPE html><html><body>Service break</body></html>"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CSV = Expect(("text/csv",), "csv")


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


# Kind and shape


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json"])
def test_a_page_instead_of_json_is_refused_whatever_it_is_called(server, content_type):
    server.script("/vaerak/11re.px", answer(HTML, content_type=content_type))
    with quick(server) as client:
        error = refusal(client, "/vaerak/11re.px")
    assert error.reason == ("shape" if content_type == "application/json" else "content_type")
    assert f"127.0.0.1:{server.port}/vaerak/11re.px" in str(error)
    assert f"an HTML page of {len(HTML)} bytes" in str(error)
    assert "Service break" not in str(error)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "came"),
    [
        (b'{"id": ["alue", "sukupuoli"], "val', "JSON-like body of 34 bytes"),
        (b"", "empty body"),
        (b"\xef\xbb\xbf", "empty body"),
        (b"Bad Request", "text of 11 bytes"),
        (b'{"value": [NaN]}', "NaN is not JSON"),
        (b'["\xe4"]', "UnicodeDecodeError"),
        (b"[" * 100_000, "RecursionError"),
        (b"PK\x03\x04rest", "zip or xlsx"),
    ],
)
def test_cut_or_foreign_json_is_refused_saying_what_came(server, body, came):
    server.script("/data", answer(body))
    with quick(server) as client:
        error = refusal(client, "/data")
    assert error.reason == "shape"
    assert came in str(error)


def test_json_with_a_byte_order_mark_and_parameters_in_its_type_is_taken(server):
    server.script("/data", answer(b"\xef\xbb\xbf[1]", content_type="Application/JSON; charset=utf-8"))
    with quick(server) as client:
        assert client.get("/data").json == [1]


def test_a_reply_that_does_not_say_its_type_is_refused(server):
    server.script("/data", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]"))
    with quick(server) as client:
        assert "no content type" in str(refusal(client, "/data"))


@pytest.mark.parametrize("body", [b"[]", b" [ ] "])
def test_an_empty_list_is_refused_unless_it_may_be_the_answer(server, body):
    server.script("/data", answer(body))
    with quick(server) as client:
        assert "a list of 0" in str(refusal(client, "/data"))
        assert client.get("/data", expect=Expect(("application/json",), "json", min_rows=0)).json == []


def test_the_callers_own_check_refuses_in_its_words(server):
    server.script("/data", answer(b'{"error": "Too many values selected"}'))
    expect = Expect(("application/json",), "json", lambda cube: None if "value" in cube else "no member 'value'")
    with quick(server) as client:
        error = refusal(client, "/data", expect=expect)
    assert error.reason == "shape"
    assert "no member 'value'" in str(error)


def test_a_check_that_stumbles_over_the_shape_refuses_it(server):
    server.script("/data", answer(b'{"size": 3}'))
    with quick(server) as client:
        error = refusal(client, "/data", expect=Expect(("application/json",), "json", lambda cube: cube["size"][0]))
    assert error.reason == "shape"
    assert "TypeError" in str(error)


@pytest.mark.parametrize(
    "body",
    [HTML, b'{"error": "Parameter error"}', b"", b"region;year;value\r\n", b"region;year\n\n \n", b"a;b\n1;\x002\n"],
)
def test_what_is_no_table_is_refused_where_csv_is_expected(server, body):
    server.script("/data", answer(body, content_type="text/csv"))
    with quick(server) as client:
        assert refusal(client, "/data", expect=CSV).reason == "shape"


def test_a_csv_in_any_encoding_is_handed_over_as_bytes(server):
    body = "alue;väestö\r\nAkaa;1\r\n".encode("latin-1")
    server.script("/data", answer(body, content_type="text/csv; charset=iso-8859-1"))
    seen = []
    with quick(server) as client:
        assert client.get("/data", expect=Expect(("text/csv",), "csv", seen.append)).body == body
    assert seen == [body]


# Size


def test_a_body_announced_too_large_is_not_read(server):
    server.script("/data", answer(b"[" + b"1," * 5000 + b"1]"))
    with quick(server, max_bytes=1000) as client:
        error = refusal(client, "/data")
        assert client.counters.bytes == 0
    assert error.reason == "size"
    assert "1000" in str(error)


def test_a_body_that_grows_too_large_is_stopped(server):
    server.script("/data", raw(HEAD + b"\r\n" + b"[" + b"1," * 5_000_000))
    with quick(server, max_bytes=100_000) as client:
        error = refusal(client, "/data")
        assert client.counters.bytes < 300_000
    assert error.reason == "size"


@pytest.mark.parametrize(
    ("limits", "words"), [({"max_ratio": 100}, "100 times"), ({"max_bytes": 3_000_000, "max_ratio": 1e9}, "3000000")]
)
def test_a_gzip_bomb_is_stopped_in_little_memory(server, limits, words):
    server.script("/data", gzip_bomb(megabytes=1024))
    with quick(server, **limits) as client:
        tracemalloc.start()
        error = refusal(client, "/data")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert error.reason == "size"
    assert words in str(error)
    assert peak < 16 * 1024 * 1024


def test_a_gzip_body_that_unpacks_to_nothing_for_ever_is_stopped(server):
    server.script("/data", raw(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"") * 50_000))
    with quick(server, max_bytes=100_000) as client:
        assert refusal(client, "/data").reason == "size"


def test_small_bodies_may_pack_well(server):
    body = b"[" + b"0," * 300_000 + b"0]"
    server.script("/data", answer(gzip.compress(body), Content_Encoding="gzip"))
    with quick(server, max_ratio=10) as client:
        assert len(client.get("/data").json) == 300_001


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"[1]", "gzip"),
        (gzip.compress(b"[1]") + b"more", "gzip"),
        (b"[1]", "br"),
        (gzip.compress(gzip.compress(b"[1]")), "gzip, gzip"),
    ],
    ids=["plain said to be gzip", "more behind the gzip", "an encoding not asked for", "gzip twice"],
)
def test_a_wrong_content_encoding_is_named(server, body, encoding):
    server.script("/data", answer(body, Content_Encoding=encoding))
    with quick(server) as client:
        error = refusal(client, "/data")
    assert error.reason == "encoding"
    assert "gzip" in str(error) or "br" in str(error)
    assert len(server.seen) == 1
