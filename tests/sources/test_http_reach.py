"""Where the client goes, whom it trusts on the way, and what it never tells."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sources.http import FetchError
from tests.faultserver import FaultServer, answer, drip, raw, redirect, reset_after, status
from tests.sources.quick_http import quick, refusal

OK = answer(b'["whole"]')


@pytest.fixture
def server():
    with FaultServer() as running:
        yield running


@pytest.fixture
def elsewhere():
    with FaultServer() as running:
        running.script("/data", OK)
        yield running


# Redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(server, code):
    server.script("/old", redirect("/new?lang=fi#part", code))
    server.script("/new", OK)
    with quick(server) as client:
        reply = client.get("/old")
    assert (reply.json, reply.url) == (["whole"], f"{server.url}/new?lang=fi")


def test_a_redirect_written_in_utf_8_is_understood(server):
    server.script("/old", raw("HTTP/1.1 301 Moved\r\nLocation: /väestö\r\n\r\n".encode()))
    server.script("/v%C3%A4est%C3%B6", OK)
    with quick(server) as client:
        assert client.get("/old").json == ["whole"]


def test_a_redirect_to_another_host_of_the_settings_is_followed(server, elsewhere):
    server.script("/old", redirect(f"{elsewhere.url}/data"))
    with quick(server, allowed_hosts=(f"127.0.0.1:{elsewhere.port}",)) as client:
        assert client.get("/old").json == ["whole"]
        assert client.get(f"{elsewhere.url}/data").json == ["whole"]


@pytest.mark.parametrize(
    "target",
    [
        "{elsewhere}/data",
        "//localhost:{port}/data",
        "http://evil.example/data",
        "http://127.0.0.1:{port}@evil.example/data",
        "http://user:pass@127.0.0.1:{port}/data",
        "http://evil.example\\@127.0.0.1:{port}/data",
        "http://127.0.0.1/data",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/latest",
        "http://[fe80::1]/data",
        "http://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/data",
        "javascript:alert(1)",
        "data:application/json,[1]",
        "http://[bad",
    ],
)
def test_a_redirect_anywhere_else_is_refused_and_not_followed(server, elsewhere, target):
    server.script("/old", redirect(target.format(elsewhere=elsewhere.url, port=server.port)))
    server.script("/data", OK)
    with quick(server) as client:
        error = refusal(client, "/old")
    assert error.reason == "redirect"
    assert error.host == f"127.0.0.1:{server.port}"
    assert "pass@" not in str(error)
    assert [seen.target for seen in server.seen] == ["/old"]
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://evil.example/data", "ftp://127.0.0.1/x", "http://127.0.0.1:1/data"]
)
def test_an_address_outside_the_settings_is_refused_like_a_redirect_there(server, address):
    with quick(server) as client:
        error = refusal(client, address)
    assert error.reason == "url"
    assert client.counters.requests == 0


def test_a_loop_of_redirects_ends(server):
    server.script("/a", redirect("/b"))
    server.script("/b", redirect("/a"))
    with quick(server) as client:
        error = refusal(client, "/a")
    assert error.reason == "redirect"
    assert len(server.seen) == 6


def test_a_redirects_own_body_is_never_read(server):
    server.script("/old", raw(b"HTTP/1.1 302 Found\r\nLocation: /new\r\n\r\n" + b"x" * 10_000_000))
    server.script("/new", OK)
    with quick(server) as client:
        assert client.get("/old").json == ["whole"]
        assert client.counters.bytes == len(b'["whole"]')


def test_a_query_keeps_its_body_through_307_and_is_not_turned_into_a_get(server):
    server.script("/kept", redirect("/new", 307))
    server.script("/dropped", redirect("/new", 302))
    server.script("/new", OK)
    with quick(server) as client:
        client.post("/kept", json={"query": []})
        assert (server.seen[-1].method, server.seen[-1].body) == ("POST", b'{"query": []}')
        with pytest.raises(FetchError, match="drops it"):
            client.post("/dropped", json={"query": []})


# TLS


class Authority:
    """A certificate authority of our own, whose certificate lies in `bundle`."""

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        self._folder = folder
        now = dt.datetime.now(dt.UTC)
        certificate = self._signed(self._name, self._key, now - dt.timedelta(days=9), now + dt.timedelta(days=9), None)
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, *, host: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
        """A server's side for `host`, valid until `days` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        certificate = self._signed(x509.Name([]), key, until - dt.timedelta(days=3), until, host)
        path = self._folder / "server.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, since: dt.datetime, until: dt.datetime, host: str | None
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if host is not None:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
            builder = builder.add_extension(names, critical=bool(not name.rdns))
        return builder.sign(self._key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path, monkeypatch):
    trusted = Authority(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted.bundle))
    return trusted


def test_a_certificate_of_a_trusted_authority_is_taken_and_data_flows(authority):
    with FaultServer(tls=authority.context()) as server, quick(server) as client:
        server.script("/data", OK)
        assert client.get("/data").json == ["whole"]


@pytest.mark.parametrize(
    ("certificate", "why"),
    [({"days": -1}, "expired"), ({"host": "127.0.0.9"}, "127.0.0.1")],
    ids=["expired", "wrong host"],
)
def test_a_bad_certificate_is_refused_at_once_saying_why(authority, certificate, why):
    with FaultServer(tls=authority.context(**certificate)) as server, quick(server) as client:
        server.script("/data", OK)
        error = refusal(client, "/data")
        assert (error.reason, server.connections, server.seen) == ("tls", 1, [])
    assert why in str(error)


def test_an_unknown_authority_is_refused_and_no_setting_turns_that_off(authority, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    for name in ("CURL_CA_BUNDLE", "PYTHONHTTPSVERIFY"):
        monkeypatch.setenv(name, "" if "BUNDLE" in name else "0")
    with FaultServer(tls=authority.context()) as server, quick(server) as client:
        server.script("/data", OK)
        assert refusal(client, "/data").reason == "tls"
        assert server.seen == []


def test_https_is_not_left_for_http(authority, elsewhere):
    with FaultServer(tls=authority.context()) as server:
        server.script("/old", redirect(f"{elsewhere.url}/data"))
        with quick(server, allowed_hosts=(f"127.0.0.1:{elsewhere.port}",)) as client:
            error = refusal(client, "/old")
            assert refusal(client, f"{elsewhere.url}/data").reason == "url"
    assert error.reason == "redirect"
    assert "https to http" in str(error)
    assert elsewhere.seen == []


def test_https_asked_of_a_server_without_it_is_named(server):
    with quick(server.url.replace("http:", "https:"), attempts=1) as client:
        assert refusal(client, "/data").reason == "tls"


def test_a_byte_at_a_time_under_tls_is_stopped_too(authority):
    with FaultServer(tls=authority.context()) as server, quick(server, total_seconds=0.4) as client:
        server.script("/data", drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b"1" * 1000, 0.05))
        assert "total deadline" in str(refusal(client, "/data"))


# Proxies

PROXY_NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def no_proxies(monkeypatch):
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("no_proxy", [None, "example.org"])
def test_loopback_is_reached_directly_whatever_proxy_the_environment_names(server, no_proxies, host, no_proxy):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        no_proxies.setenv(name, "http://127.0.0.1:1")
    if no_proxy:
        no_proxies.setenv("NO_PROXY", no_proxy)
    server.script("/data", OK)
    with quick(f"http://{host}:{server.port}") as client:
        assert client.get("/data").json == ["whole"]


def test_another_host_is_asked_through_the_proxy_of_the_environment(server, no_proxies):
    no_proxies.setenv("HTTP_PROXY", f"http://user:open-sesame@127.0.0.1:{server.port}")
    server.script("http://data.example/api/data", OK)
    with quick("http://data.example/api") as client:
        assert client.get("/data").json == ["whole"]
    assert server.seen[0].headers["Proxy-Authorization"] is not None


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_login_is_told_in_one_line_without_it(server, no_proxies, scheme):
    no_proxies.setenv(f"{scheme}_proxy", f"http://user:open-sesame@127.0.0.1:{server.port}")
    server.script("http://data.example/data", status(407))
    server.script("data.example:443", status(407))
    with quick(f"{scheme}://data.example") as client:
        error = refusal(client, "/data")
    assert (error.reason, error.host, len(server.seen)) == ("proxy", "data.example", 1)
    assert "407" in str(error)
    assert "sesame" not in str(error)


def test_a_proxy_that_is_down_is_told_apart_from_the_host(no_proxies):
    no_proxies.setenv("HTTPS_PROXY", "http://user:open-sesame@127.0.0.1:1")
    with quick("https://data.example") as client:
        error = refusal(client, "/data")
    assert (error.reason, error.host) == ("proxy", "data.example")
    assert "sesame" not in str(error)


# Secrets


@pytest.mark.parametrize(
    "fault",
    [
        status(403),
        status(503),
        answer(b"no key open-sesame&more for you", 401, "text/plain"),
        answer(b"<html>open-sesame</html>", content_type="text/html"),
        redirect("http://evil.example/?key=open-sesame"),
        reset_after(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n["),
        raw(b"nonsense\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n[1]"),
    ],
)
def test_the_value_of_a_query_is_in_no_error_and_no_log(server, fault, caplog):
    server.script("/data", fault)
    with caplog.at_level(logging.DEBUG), quick(server, attempts=2) as client:
        error = refusal(client, "/data", {"key": "open-sesame&more"})
    assert "urllib3" in caplog.text
    assert "sesame" not in f"{error} {error!r} {error.detail} {caplog.text}"


def test_a_host_that_cannot_be_reached_is_told_without_the_query(no_proxies):
    with quick("http://127.0.0.1:1", attempts=1) as client:
        assert "sesame" not in str(refusal(client, "/data", {"key": "open-sesame"}))
