"""Settings for clients under test: the shape of the real ones, with waits short enough for a test."""

from __future__ import annotations

from typing import Any

import pytest

from sources.http import Client, FetchError, HttpSettings
from tests.faultserver import FaultServer

QUICK = {
    "connect_seconds": 2,
    "read_seconds": 2,
    "total_seconds": 5,
    "attempts": 3,
    "backoff_seconds": 0.01,
    "retry_after_cap_seconds": 5,
    "calls": 1000,
    "window_seconds": 1,
}


def quick(server: FaultServer | str, **changes: Any) -> Client:
    """A client for this server, or for this address."""
    url = server if isinstance(server, str) else server.url
    return Client(HttpSettings(url, **{**QUICK, **changes}))


def refusal(client: Client, url_or_path: str, *args: Any, **kwargs: Any) -> FetchError:
    """The FetchError of a GET that must fail; it is one line that names the host and a mend."""
    with pytest.raises(FetchError) as caught:
        client.get(url_or_path, *args, **kwargs)
    error = caught.value
    assert "\n" not in str(error)
    assert str(error).startswith(f"{error.host}/")
    assert "; " in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None
    return error
