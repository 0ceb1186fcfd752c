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


PROXY_LOGIN_MEND = (
    "the proxy of the environment asks for a login: mend HTTPS_PROXY or HTTP_PROXY, or name the host in NO_PROXY"
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
        kept = {
            "status": self.status,
            "detail": self.detail,
            "transient": self.transient,
            "retry_after": self.retry_after,
        }
        return FetchError(self.place, self.reason, self.what, self.mend, attempts=attempts, **kept)


def one_line(text: str) -> str:
    """The text on one line, without characters that a terminal would act on."""
    return "".join(character if character.isprintable() else " " for character in text)


# The first kind found anywhere in the chain decides, so the narrower ones come first. What follows: reason, what, mend, whether trying again can help.
_FAULTS: tuple[tuple[tuple[type[BaseException], ...], str, str, str, bool], ...] = (
    ((zlib.error,), "encoding", "the body is called gzip and is not", "see whether a proxy stands between", False),
    (
        (ssl.SSLCertVerificationError,),
        "tls",
        "its certificate was refused: {certificate}",
        "ask its keeper to renew it, or point REQUESTS_CA_BUNDLE at your own authority",
        False,
    ),
    (
        (ssl.SSLError, requests.exceptions.SSLError),
        "tls",
        "no secure connection could be agreed",
        "see whether the host speaks https, and whether a proxy stands between",
        True,
    ),
    (
        (requests.exceptions.ProxyError, urllib3.exceptions.ProxyError),
        "proxy",
        "the proxy of the environment gave no connection",
        "mend HTTPS_PROXY or HTTP_PROXY, or name the host in NO_PROXY",
        True,
    ),
    (
        (socket.gaierror, urllib3.exceptions.NameResolutionError),
        "dns",
        "its name has no address",
        "see the host's spelling and this machine's name service",
        True,
    ),
    (
        (urllib3.exceptions.NewConnectionError,),
        "connect",
        "no connection: {system}",
        "see whether the host is up and the port right",
        True,
    ),
    (
        (urllib3.exceptions.ConnectTimeoutError, requests.exceptions.ConnectTimeout),
        "timeout",
        "no connection in time ({limits})",
        "see the network, a firewall or IPv6 without a route",
        True,
    ),
    (
        (urllib3.exceptions.ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError),
        "timeout",
        "the server fell silent ({limits})",
        "try again later or raise read_seconds",
        True,
    ),
    (
        (
            http.client.IncompleteRead,
            http.client.RemoteDisconnected,
            urllib3.exceptions.IncompleteRead,
            ConnectionError,
        ),
        "cut",
        "the answer broke off before its end",
        "try again later",
        True,
    ),
)
_PROXY_LOGIN = "Tunnel connection failed: 407"


def explain(problem: BaseException, place: Place, limits: str, *, total_passed: bool) -> FetchError:
    """What requests, urllib3, zlib or the socket raised, in our words.

    `limits` says which deadlines were in force; `total_passed` that the attempt's total deadline has run out. The result keeps no tie to `problem`: its text holds
    whole addresses, and whoever prints a chain of exceptions would print them.
    """
    if total_passed:
        what = f"no whole answer before the total deadline ({limits})"
        return FetchError(place, "timeout", what, "try again later or raise total_seconds")
    chain = list(_chain(problem))
    if any(_PROXY_LOGIN in str(link) for link in chain):
        return FetchError(place, "proxy", "status 407", PROXY_LOGIN_MEND, status=407)
    facts = {
        "limits": limits,
        "certificate": next(
            (link.verify_message for link in chain if isinstance(link, ssl.SSLCertVerificationError)), ""
        ),
        "system": next((link.strerror for link in chain if isinstance(link, OSError) and link.errno), "refused"),
    }
    for kinds, reason, what, mend, transient in _FAULTS:
        if any(isinstance(link, kinds) for link in chain):
            return FetchError(place, reason, what.format(**facts), mend, transient=transient)
    what = f"what came is not HTTP ({type(chain[-1]).__name__})"
    return FetchError(
        place, "protocol", what, "see whether the port is right and a proxy stands between", transient=True
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
