"""Which addresses may be fetched.

Belongs here: joining a path to the base, where a redirect leads, and the rules that refuse an address. Does not belong here: fetching it (client.py).
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from sources.http.errors import FetchError, Place
from sources.http.model import DEFAULT_PORTS, HttpSettings, authority

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_SEE_SETTINGS = "see the source's settings"
UNREADABLE = ("points at an address that cannot be read", _SEE_SETTINGS)


def absolute(settings: HttpSettings, url_or_path: str) -> str:
    """The address that a caller means: one with a scheme as it is, anything else below `base_url`."""
    if _ABSOLUTE.match(url_or_path):
        return url_or_path
    return f"{settings.base_url.rstrip('/')}/{url_or_path.lstrip('/')}"


def place_of(settings: HttpSettings, url: str) -> Place:
    """The place an error names: the address's own, or the source's where it has none."""
    base = Place.of(settings.base_url)
    try:
        place = Place.of(url)
    except LocationParseError:
        return base
    return place if place.host else base


def next_url(url: str, location: str, place: Place) -> str:
    """Where a redirect from `url` leads. Errors: FetchError 'redirect' when it cannot be read."""
    written = location.encode("latin-1", "replace").decode(
        "utf-8", "replace"
    )  # http.client reads Latin-1, servers write UTF-8
    try:
        return urljoin(url, written).partition("#")[0]
    except ValueError:
        unreadable = FetchError(place, "redirect", *UNREADABLE)
    raise unreadable


def scheme_objection(url: str) -> tuple[str, str] | None:
    """Why an address of this scheme is never fetched, and the mend; None when it is http or https."""
    scheme = url.partition(":")[0].lower()
    if scheme in DEFAULT_PORTS:
        return None
    return f"points at a {scheme[:20]}: address", f"only http and https are fetched; {_SEE_SETTINGS}"


def objection(settings: HttpSettings, url: str) -> tuple[str, str] | None:
    """Why this source may not fetch `url`, and the mend; None when it may. `url` must be the one that will be sent, not one it is still made from."""
    target = parse_url(url)
    if target.auth:
        return "points at an address with credentials", _SEE_SETTINGS
    if authority(target) not in settings.authorities:
        return (
            f"points at {Place.of(url).host}, which is not among the source's hosts",
            "see allowed_hosts in its settings",
        )
    if settings.base.scheme == "https" and target.scheme != "https":
        return "leads from https to http", _SEE_SETTINGS
    return None


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = parse_url(url).host or ""
    return host in ("localhost", "[::1]") or host.startswith("127.")


def query_values(url: str) -> tuple[str, ...]:
    """The values of the query, as written and as meant: a server may repeat them in what it says, and one may be a key."""
    written = [part.partition("=")[2] for part in (parse_url(url).query or "").split("&")]
    return tuple(value for value in {*written, *map(unquote_plus, written)} if len(value) >= 4)
