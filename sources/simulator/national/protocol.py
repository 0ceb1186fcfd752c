"""What the two services share: a request as they see it, a reply as they send it.

Belongs here: reading the query string, and the few replies in each service's own words. Does not belong here: sockets (server.py) and content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """One request. `target` is the path and query as sent, percent signs included; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def segments(self) -> list[str]:
        """The parts of the path, each decoded on its own, so that %23 stays inside its part."""
        return [unquote(part) for part in urlsplit(self.target).path.split("/") if part]

    @property
    def query_text(self) -> str:
        return urlsplit(self.target).query

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        return {name: values[-1] for name, values in parse_qs(self.query_text).items()}


@dataclass(frozen=True)
class Response:
    """One reply, ready to be sent."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def json_response(document: Any, status: int = 200, **headers: str) -> Response:
    """A reply in JSON, without a space between its parts, names in their own letters."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return Response(status, body, "application/json; charset=utf-8", headers)
