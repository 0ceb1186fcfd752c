"""What goes into the client and what comes out of it.

Belongs here: settings of one source's connection, the validators of a conditional request, the reply, the counters.
Does not belong here: the rules that judge a reply (checks.py), the words of a failure (errors.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import metadata
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, Protocol

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from sources.errors import SotevarastoError

CONTACT_PLACEHOLDER = "contact not set"
DEFAULT_PORTS = {"http": 80, "https": 443}


class HttpSettingsError(SotevarastoError):
    """A source's connection settings cannot be used; the message names the setting and the mend."""


@cache
def user_agent(contact: str = CONTACT_PLACEHOLDER) -> str:
    """How the client names itself: project, version and whom the server's keeper can reach (an address or a page)."""
    try:
        version = metadata.version("sotevarasto")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"sotevarasto/{version} ({contact})"


def authority(url: Url) -> tuple[str, int | None]:
    """Host in lower case and port of a parsed URL, the scheme's own port when none is written."""
    return (url.host or "").lower(), url.port or DEFAULT_PORTS.get(url.scheme or "")


@dataclass(frozen=True)
class HttpSettings:
    """How one source is spoken to.

    `base_url` is what paths are joined to. `allowed_hosts` are the other hosts the source may name in redirects and lists of addresses: `host` (the scheme's own
    port) or `host:port`; the host of `base_url` is always one of them. The deadlines are in seconds: `connect_seconds` to open the connection, `read_seconds`
    between two bytes, `total_seconds` from the request to the last byte of one attempt. `max_bytes` bounds the body on the wire and unpacked, `max_ratio` how many
    times larger it may grow when unpacked; a body that is saved as it comes has `saved_seconds` and `max_saved_bytes` instead. A fetch is tried `attempts` times, waiting about `backoff_seconds`, then twice that, and so on. A Retry-After longer
    than `retry_after_cap_seconds` stops the fetch. No more than `calls` requests go to a host in any `window_seconds`. A redirect is followed unless
    `follows_redirects` is false: then it is an error that says where it leads.

    Errors: HttpSettingsError for an address that is not http(s), carries credentials or is link-local, and for a figure that is not positive.
    """

    base_url: str
    allowed_hosts: tuple[str, ...] = ()
    user_agent: str = user_agent()
    connect_seconds: float = 10
    read_seconds: float = 65
    total_seconds: float = 300
    max_bytes: int = 64 * 1024 * 1024
    saved_seconds: float = 3600
    max_saved_bytes: int = 2 * 1024 * 1024 * 1024
    max_ratio: float = 200
    attempts: int = 5
    backoff_seconds: float = 1
    retry_after_cap_seconds: float = 120
    calls: int = 30
    window_seconds: float = 60
    follows_redirects: bool = True

    def __post_init__(self) -> None:
        base, hosts = _readable(self.base_url), [_readable(f"http://{entry}") for entry in self.allowed_hosts]
        if base is None or base.scheme not in DEFAULT_PORTS or not base.host:
            raise HttpSettingsError("base_url is not an http or https address; write https://host/path")
        if None in hosts:
            raise HttpSettingsError(f"allowed_hosts of {base.host} cannot be read; write host or host:port")
        if base.auth or base.query or base.fragment:
            raise HttpSettingsError(
                f"base_url of {base.host} carries credentials, a query or a fragment; leave only https://host/path"
            )
        for url in filter(None, (base, *hosts)):
            if _is_link_local(url.host or ""):
                raise HttpSettingsError(f"{url.host} is a link-local address; name the source's public host")
        for name in (
            "connect_seconds",
            "read_seconds",
            "total_seconds",
            "max_bytes",
            "saved_seconds",
            "max_saved_bytes",
            "max_ratio",
            "attempts",
            "calls",
            "window_seconds",
        ):
            if not getattr(self, name) > 0:
                raise HttpSettingsError(f"{name} of {base.host} is {getattr(self, name)}; give a figure above zero")

    @cached_property
    def base(self) -> Url:
        """`base_url`, parsed."""
        return parse_url(self.base_url)

    @cached_property
    def authorities(self) -> frozenset[tuple[str, int | None]]:
        """Every (host, port) this source may be fetched from."""
        entries = (parse_url(f"{self.base.scheme}://{entry}") for entry in self.allowed_hosts)
        return frozenset(authority(url) for url in (self.base, *entries))


def _readable(address: str) -> Url | None:
    try:
        return parse_url(address)
    except LocationParseError:
        return None


def _is_link_local(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_link_local
    except ValueError:
        return False


class Sink(Protocol):
    """Where a body goes piece by piece. `restart` empties it: each attempt begins anew. `start` is the beginning of what came, `bytes` its length."""

    path: Path
    start: bytes
    bytes: int

    def restart(self) -> None: ...

    def write(self, piece: bytes) -> None: ...


@dataclass(frozen=True)
class Validators:
    """What the server said of the copy we hold; sent as If-None-Match and If-Modified-Since."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The request headers; empty when nothing is known."""
        pairs = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return {name: value for name, value in pairs if value}


@dataclass(frozen=True)
class Reply:
    """One whole, checked reply. `url` is where it came from after redirects, `body` the unpacked bytes (empty when `not_modified`)."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    not_modified: bool = False

    @property
    def etag(self) -> str | None:
        return self.headers.get("ETag")

    @property
    def last_modified(self) -> str | None:
        return self.headers.get("Last-Modified")

    @property
    def validators(self) -> Validators:
        """What to send next time to ask only for a change."""
        return Validators(self.etag, self.last_modified)

    @cached_property
    def json(self) -> Any:
        """The body as JSON, read once. Errors: ValueError when it is not JSON, NaN and Infinity included; RecursionError when it is nested without end."""
        return json.loads(self.body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Counters:
    """What a client has done so far: requests sent (refused ones and redirects too), retries, 429 replies, bytes of bodies on the wire, seconds waited for its turn
    or between attempts."""

    requests: int = 0
    retries: int = 0
    refused: int = 0
    bytes: int = 0
    waited_seconds: float = 0.0
