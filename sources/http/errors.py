"""The words of a failed fetch.

Belongs here: FetchError, where it happened (Place), and turning what requests, urllib3 and the socket raise into one line without secrets.
Does not belong here: deciding when to try again (client.py).
"""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import urllib3.exceptions
from urllib3.util import parse_url

from sources.errors import SotevarastoError

REASONS = (
    *("url", "redirect", "dns", "connect", "proxy", "tls", "timeout", "cut", "protocol"),  # nothing usable came
    *("rate", "status", "size", "encoding", "content_type", "shape"),  # something came that we refuse
)


@dataclass(frozen=True)
class Place:
    """Where a request went: host (with its port when it is not the scheme's own) and path. Never the query or the user part: they can hold secrets."""

    host: str
    path: str

    @classmethod
    def of(cls, url: str) -> Place:
        """Errors: ValueError (urllib3's LocationParseError) when it is not an address."""
        parsed = parse_url(url)
        port = f":{parsed.port}" if parsed.port else ""
        return cls(f"{parsed.host or ''}{port}", (parsed.path or "/")[:200])


class FetchError(SotevarastoError):
    """A fetch that gave nothing to use. The message is one line: host and path, what came, the mend.

    `host` is the host asked (with a port of its own); `reason` is one of REASONS; `status` the HTTP status if there was one; `detail` the beginning of what the server
    said with an error status; `transient` whether trying again can help; `retry_after` the seconds the server asked us to wait.
    """

    def __init__(
        self,
        place: Place,
        reason: str,
        what: str,
        mend: str,
        *,
        status: int | None = None,
        detail: str = "",
        transient: bool = False,
        retry_after: float | None = None,
        attempts: int = 1,
    ) -> None:
        self.place, self.reason, self.what, self.mend = place, reason, what, mend
        self.status, self.detail, self.transient, self.retry_after = status, detail, transient, retry_after
        tried = f" ({attempts} attempts)" if attempts > 1 else ""
        super().__init__(one_line(f"{place.host}{place.path}: {what}{tried}; {mend}"))

    @property
    def host(self) -> str:
        return self.place.host

    def after(self, attempts: int) -> FetchError:
        """The same failure, saying how many times it was tried."""
        return FetchError(
            self.place, self.reason, self.what, self.mend, status=self.status, detail=self.detail, transient=self.transient, retry_after=self.retry_after,
            attempts=attempts,
        )  # fmt: skip


def one_line(text: str) -> str:
    """The text on one line, without characters that a terminal would act on."""
    return "".join(character if character.isprintable() else " " for character in text)


def explain(problem: BaseException, place: Place, limits: str, *, total_passed: bool) -> FetchError:
    """What requests, urllib3 or the socket raised, in our words.

    `limits` says which deadlines were in force; `total_passed` that the attempt's total deadline has run out. The result keeps no tie to `problem`: its text holds
    whole addresses, and whoever prints a chain of exceptions would print them.
    """
    if total_passed:
        return FetchError(
            place,
            "timeout",
            f"no whole answer before the total deadline ({limits})",
            "try again later or raise total_seconds",
        )
    chain = list(_chain(problem))

    def find(*kinds: type[BaseException]) -> BaseException | None:
        return next((link for link in chain if isinstance(link, kinds)), None)

    def error(reason: str, what: str, mend: str, transient: bool = True) -> FetchError:
        return FetchError(place, reason, what, mend, transient=transient)

    if find(zlib.error):
        return error("encoding", "the body is called gzip and is not", "see whether a proxy stands between", False)
    if certificate := find(ssl.SSLCertVerificationError):
        why = certificate.verify_message or "it does not fit the host"
        return error(
            "tls",
            f"its certificate was refused: {why}",
            "ask its keeper to renew it, or point REQUESTS_CA_BUNDLE at your own authority",
            False,
        )
    if find(ssl.SSLError, requests.exceptions.SSLError):
        return error(
            "tls",
            "no secure connection could be agreed",
            "see whether the host speaks https, and whether a proxy stands between",
        )
    if find(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        login = any("407" in str(link) for link in chain)
        what = (
            "the proxy of the environment asks for a login (407)"
            if login
            else "the proxy of the environment cannot be reached"
        )
        return error("proxy", what, "mend HTTPS_PROXY / HTTP_PROXY or name the host in NO_PROXY", not login)
    if find(socket.gaierror, urllib3.exceptions.NameResolutionError):
        return error("dns", "its name has no address", "see the host's spelling and this machine's name service")
    if find(requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError) and not find(
        urllib3.exceptions.NewConnectionError
    ):
        return error(
            "timeout", f"no connection in time ({limits})", "see the network, a firewall or IPv6 without a route"
        )
    if refused := find(urllib3.exceptions.NewConnectionError):
        cause = next((link.strerror for link in chain if isinstance(link, OSError) and link.errno), None)
        return error(
            "connect",
            f"no connection: {cause or type(refused).__name__}",
            "see whether the host is up and the port right",
        )
    if find(urllib3.exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError):
        return error("timeout", f"the server fell silent ({limits})", "try again later or raise read_seconds")
    if find(http.client.IncompleteRead, urllib3.exceptions.IncompleteRead):
        return error("cut", "the answer broke off before its end", "try again later")
    if find(ConnectionError, http.client.RemoteDisconnected):
        return error("cut", "the server closed the connection mid-answer", "try again later")
    if find(requests.exceptions.InvalidURL, urllib3.exceptions.LocationParseError):
        return error("url", "this is not an address that can be asked", "see the source's settings", False)
    return error(
        "protocol",
        f"what came is not HTTP ({type(chain[-1]).__name__})",
        "see whether the port is right and a proxy stands between",
    )


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """The exception and everything it wraps: causes, contexts, arguments, urllib3's `reason`."""
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
