"""Deadlines on the socket itself.

Belongs here: the total deadline of an attempt, the requests session that keeps it, what urllib3 may log. Does not belong here: retries, redirects, rates (client.py).

requests and urllib3 time the wait between two pieces of data only, so a server that sends one byte a second holds a reader for as long as it likes: in the status line,
a header, a chunk's size or the body. All of them pass through the file object of http.client's response, so that is where the deadline is kept: no thread, no signal.
"""

from __future__ import annotations

import http.client
import io
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Deadline:
    """The end of one attempt: `total_seconds` from now; a single wait for data takes at most `read_seconds`."""

    def __init__(self, total_seconds: float, read_seconds: float) -> None:
        self._until = time.monotonic() + total_seconds
        self._read_seconds = read_seconds

    @property
    def passed(self) -> bool:
        return self.remaining <= 0

    @property
    def remaining(self) -> float:
        return self._until - time.monotonic()

    @property
    def next_wait(self) -> float:
        """Seconds that the next wait for data may take. Errors: TimeoutError when the deadline has passed."""
        if self.passed:
            raise TimeoutError("the total deadline has passed")
        return max(0.001, min(self._read_seconds, self.remaining))

    def extend(self, seconds: float) -> None:
        """Time that went by waiting for our own turn does not count."""
        self._until += seconds

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Connections answered inside keep this deadline."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Deadline] = ContextVar("deadline")


class _DeadlineReader(io.RawIOBase):
    """A socket's reader that allows each wait only what is left of the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.next_wait)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """http.client calls this class for answers, and for a proxy's answer to CONNECT."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        deadline = _current.get(None)
        if deadline is not None:
            self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock, deadline))


class _HTTPConnection(HTTPConnection):
    response_class = _Response


class _HTTPSConnection(HTTPSConnection):
    response_class = _Response


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _WithoutQuery(logging.Filter):
    """urllib3 logs whole addresses; what follows the '?' can be a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_QUERY.sub("?…", part) if isinstance(part, str) else part for part in record.args)
        return True


_QUERY = re.compile(r"\?\S+")
for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_WithoutQuery())


class Session(requests.Session):
    """requests' session without memory of its own: no cookies, no redirects followed behind the client's back, TLS always verified."""

    def __init__(self, user_agent: str) -> None:
        super().__init__()
        adapter = _Adapter()
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip"})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: otherwise requests reads a redirect's body whole, without limits, to prepare a next request that is not used."""
