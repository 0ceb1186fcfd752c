"""A loopback HTTP server that misbehaves on demand, on real sockets.

Belongs here: the server and the faults of a network or of a server's software. Does not belong here: what a source's protocol says (sources/simulator/).

    with FaultServer() as server:
        server.script("/data", status(503), answer(b"[1]"))   # first call 503, every later one 200
        requests.get(server.url + "/data")
        server.seen[0].headers["User-Agent"]
"""

from __future__ import annotations

import os
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any, Self


@dataclass(frozen=True)
class Seen:
    """One request as it came: `target` is the request line's, `at` monotonic seconds."""

    method: str
    target: str
    headers: Message
    body: bytes
    at: float


@dataclass
class Exchange:
    """One request being answered. Steps write raw bytes: nothing is added or mended on the way."""

    seen: Seen
    server: FaultServer
    handler: BaseHTTPRequestHandler = field(repr=False)

    def send(self, data: bytes) -> None:
        self.handler.wfile.write(data)

    def head(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in (headers or {}).items())]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def pause(self, seconds: float) -> None:
        """Waits, less long when the server is stopped."""
        self.server.stopping.wait(seconds)

    def close(self) -> None:
        """Ends the connection in good order after this answer."""
        self.handler.close_connection = True

    def reset(self) -> None:
        """Breaks the connection with RST, now."""
        sock = self.handler.connection
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(sock.detach())
        self.close()


Step = Callable[[Exchange], None]


def answer(body: bytes = b"", status: int = 200, content_type: str = "application/json", **headers: str) -> Step:
    """A whole answer. Header names are given with underscores: `Retry_After="3"`."""

    def step(exchange: Exchange) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        exchange.head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **named})
        exchange.send(body)

    return step


def status(code: int, **headers: str) -> Step:
    """A status with a short body of plain text."""
    return answer(f"status {code}".encode(), code, "text/plain", **headers)


def redirect(location: str, code: int = 302) -> Step:
    return answer(b"", code, Location=location)


def raw(data: bytes) -> Step:
    """These bytes and nothing else, then the end of the connection."""

    def step(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.close()

    return step


def silent(seconds: float = 60) -> Step:
    """No answer at all."""

    def step(exchange: Exchange) -> None:
        exchange.pause(seconds)
        exchange.close()

    return step


def drip(start: bytes, drops: bytes, every_seconds: float) -> Step:
    """`start` at once, then one byte at a time (a slow loris)."""

    def step(exchange: Exchange) -> None:
        exchange.send(start)
        for drop in drops:
            exchange.pause(every_seconds)
            if exchange.server.stopping.is_set():
                break
            exchange.send(bytes([drop]))
        exchange.close()

    return step


def reset_after(start: bytes) -> Step:
    """`start`, then RST."""

    def step(exchange: Exchange) -> None:
        exchange.send(start)
        exchange.pause(0.05)  # a RST overtakes what the reader has not taken yet
        exchange.reset()

    return step


def gzip_bomb(megabytes: int) -> Step:
    """Zeros in one gzip stream, about a thousand times smaller on the wire; sent in pieces that unpack to 64 MB each."""

    def step(exchange: Exchange) -> None:
        stream = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        zeros = b"0" * 1024 * 1024
        exchange.head(200, {"Content-Type": "application/json", "Content-Encoding": "gzip", "Connection": "close"})
        for _ in range(megabytes // 64):
            exchange.send(b"".join(stream.compress(zeros) for _ in range(64)))
        exchange.send(stream.flush())
        exchange.close()

    return step


class FaultServer:
    """Answers each path by its script: the n-th request gets the n-th step, later ones the last; a path without a script gets 404.

    `seen` lists the requests of every path in the order they came, `connections` counts the connections. With `tls` it speaks https.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._scripts: dict[str, Iterator[Step]] = {}
        self._lock = threading.Lock()
        self._tls = tls
        self._server = _Server(host, self)
        self.host, self.port = host, int(self._server.server_address[1])
        self.url = f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def script(self, path: str, *steps: Step) -> None:
        """Sets the steps of a path, named without its query and as it stands in the request line (percent-encoded; a proxied request's is a whole address)."""
        with self._lock:
            self._scripts[path] = _then_last(steps)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def secured(self, sock: socket.socket) -> socket.socket:
        """The connection with TLS where the server speaks it; the handshake happens in the connection's own thread."""
        self.connections += 1
        return self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False) if self._tls else sock

    def answer(self, exchange: Exchange) -> None:
        with self._lock:
            self.seen.append(exchange.seen)
            script = self._scripts.get(exchange.seen.target.partition("?")[0])
            step = next(script) if script else status(404)
        step(exchange)


def _then_last(steps: tuple[Step, ...]) -> Iterator[Step]:
    yield from steps
    while True:
        yield steps[-1]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, host: str, owner: FaultServer) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.owner = owner
        super().__init__((host, 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        sock, address = super().get_request()
        return self.owner.secured(sock), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a client that goes away is what most of these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def parse_request(self) -> bool:
        """Any method goes to the script."""
        parsed = super().parse_request()
        setattr(self, f"do_{self.command}", self._answer)
        return parsed

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(self.command, self.path, self.headers, body, time.monotonic())
        owner: FaultServer = self.server.owner  # type: ignore[attr-defined]
        owner.answer(Exchange(seen, owner, self))

    def log_message(self, *_: object) -> None:
        """The tests read `seen` instead."""
