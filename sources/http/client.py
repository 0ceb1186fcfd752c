"""The client: one fetch from address to checked reply.

Belongs here: addresses and redirects that may be followed, attempts and the waiting between them, the counters.
Does not belong here: the parts it joins (see the package's docstring), what a source's reply means.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

import requests
import urllib3.exceptions
from requests.structures import CaseInsensitiveDict
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random
from urllib3.util import parse_url

from sources.http.address import (
    UNREADABLE,
    absolute,
    is_loopback,
    next_url,
    objection,
    place_of,
    query_values,
    scheme_objection,
)
from sources.http.body import SinkFault, excerpt, read_body, save_body
from sources.http.checks import JSON, Expect, check_reply, check_saved
from sources.http.errors import PROXY_LOGIN_MEND, FetchError, Place, explain
from sources.http.limits import HostWindow, retry_after_seconds, window_for
from sources.http.model import Counters, HttpSettings, Reply, Sink, Validators, authority
from sources.http.transport import Deadline, Session

MAX_REDIRECTS = 5
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_T = TypeVar("_T")


@dataclass(frozen=True)
class _Call:
    """One fetch as asked for: everything that stays the same from attempt to attempt."""

    method: str
    url: str
    place: Place
    headers: Mapping[str, str]
    json: Any
    expect: Expect
    conditional: bool
    sink: Sink | None


class Client:
    """Fetches from one source. A context manager; may be used from several threads.

    A reply is either whole, of the expected kind and shape, or there is a FetchError. Its deadlines, limits and allowed hosts are those of `settings`; the rate limit is
    shared with every other client of this process that asks the same host.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self.settings = settings
        self._session = Session(settings.user_agent)
        self._lock = threading.Lock()
        self._counters = Counters()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    @property
    def counters(self) -> Counters:
        """What has been done so far."""
        with self._lock:
            return self._counters

    def set_rate(self, calls: int, window_seconds: float) -> None:
        """The limit of the host of `base_url` from now on, as read from its own configuration; the calls already made count against it."""
        window_for(authority(self.settings.base), calls, window_seconds).set_rate(calls, window_seconds)

    def get(
        self,
        url_or_path: str,
        params: Mapping[str, Any] | None = None,
        expect: Expect = JSON,
        validators: Validators | None = None,
    ) -> Reply:
        """GET an address of an allowed host, or a path below `base_url`.

        With `validators` the reply may be `not_modified`; a server can say so wrongly, so leave them out now and then. Errors: FetchError.
        """
        return self._fetch("GET", url_or_path, params, None, expect, validators or Validators())

    def post(self, url_or_path: str, json: Any, expect: Expect = JSON) -> Reply:
        """POST a query as JSON. It is sent again like a GET when an attempt fails, so it must not change anything at the server. Errors: FetchError."""
        return self._fetch("POST", url_or_path, None, json, expect, Validators())

    def head(self, url_or_path: str, expect: Expect = JSON) -> Reply:
        """What a server says of an address without sending it: the headers, unchecked, and no body. Errors: FetchError."""
        return self._fetch("HEAD", url_or_path, None, None, expect, Validators())

    def save(
        self, url_or_path: str, sink: Sink, params: Mapping[str, Any] | None = None, expect: Expect = JSON
    ) -> Reply:
        """GET into `sink` as it comes, for a body too large for memory; the reply's own body is empty. Of `expect`, `parse` and `min_rows` are not looked at.

        Errors: FetchError; the sink then holds what came, for its owner to throw away.
        """
        return self._fetch("GET", url_or_path, params, None, expect, Validators(), sink)

    def _fetch(
        self,
        method: str,
        url_or_path: str,
        params: Mapping[str, Any] | None,
        json: Any,
        expect: Expect,
        validators: Validators,
        sink: Sink | None = None,
    ) -> Reply:
        wanted = absolute(self.settings, url_or_path)
        place = place_of(self.settings, wanted)
        if "#" in url_or_path:
            # Sent raw it is a fragment, which never reaches the server: it would answer about something else, and well.
            raise FetchError(place, "url", "the address holds a raw '#'", "write it as %23")
        headers = {"Accept": ", ".join(expect.content_types), **validators.headers}
        prepared = self._prepare(method, wanted, headers, json, place, "url", params)
        url = str(prepared.url)
        call = _Call(method, url, Place.of(url), headers, json, expect, bool(validators.headers), sink)
        retrying = Retrying(
            stop=stop_after_attempt(self.settings.attempts),
            wait=self._wait_before_next,
            retry=retry_if_exception(lambda error: isinstance(error, FetchError) and error.transient),
            retry_error_callback=_give_up,
            sleep=self._sleep,
        )
        reply: Reply = retrying(self._attempt, call)
        return reply

    def _attempt(self, call: _Call) -> Reply:
        """One try: request, redirects, body, checks, all before one deadline."""
        total = self.settings.total_seconds if call.sink is None else self.settings.saved_seconds
        deadline = Deadline(total, self.settings.read_seconds)
        url, place = call.url, call.place
        for _ in range(MAX_REDIRECTS + 1):
            request = self._prepare(call.method, url, call.headers, call.json, place, "redirect")
            url, place = str(request.url), Place.of(str(request.url))
            deadline.extend(self._take_turn(url))
            response = self._guarded(lambda: self._send(request, deadline), place, deadline)  # noqa: B023 - called at once
            with closing(response):
                if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                    return self._read(response, call, place, deadline)
            if call.method == "POST" and response.status_code not in (307, 308):
                what = f"the query was redirected with status {response.status_code}, which drops it"
                raise FetchError(place, "redirect", what, "see the address in the settings")
            url = next_url(url, response.headers["Location"], place)
            if not self.settings.follows_redirects:
                led = place_of(self.settings, url)
                what = f"status {response.status_code} leads to {led.host}{led.path}, and no redirect is followed"
                raise FetchError(place, "redirect", what, "see the address in the settings")
        what = f"more than {MAX_REDIRECTS} redirects, ending at {place.host}{place.path}"
        raise FetchError(call.place, "redirect", what, "see the address in the settings")

    def _send(self, request: requests.PreparedRequest, deadline: Deadline) -> requests.Response:
        url = str(request.url)
        # A stand-in on this machine must be reached directly also where the environment names a proxy.
        proxies = {"no_proxy": (parse_url(url).host or "").strip("[]")} if is_loopback(url) else {}
        environment = self._session.merge_environment_settings(url, proxies, True, True, None)
        self._count(requests=1)
        with deadline.kept():
            return self._session.send(
                request,
                allow_redirects=False,
                timeout=(min(self.settings.connect_seconds, deadline.next_wait), deadline.next_wait),
                **environment,
            )

    def _read(self, response: requests.Response, call: _Call, place: Place, deadline: Deadline) -> Reply:
        """The reply of a last response, checked. Errors: FetchError."""
        headers = CaseInsensitiveDict(response.headers)
        if response.status_code == 304 and call.conditional:
            return Reply(304, str(response.url), headers, b"", not_modified=True)
        if response.status_code != 200:
            raise self._refused(response, place)
        if call.method == "HEAD":
            return Reply(200, str(response.url), headers, b"")
        source = (response.raw, headers, self.settings, place, lambda n: self._count(bytes=n))
        if call.sink is not None:
            sink = call.sink
            try:
                self._guarded(lambda: save_body(*source, sink), place, deadline)
            except SinkFault as fault:
                raise fault.error from None
            saved = Reply(200, str(response.url), headers, b"")
            check_saved(saved, sink, call.expect, place)
            return saved
        body = self._guarded(lambda: read_body(*source), place, deadline)
        reply = Reply(200, str(response.url), headers, body)
        check_reply(reply, call.expect, place)
        return reply

    def _refused(self, response: requests.Response, place: Place) -> FetchError:
        """What a status other than 200 means for the fetch."""
        status, url = response.status_code, str(response.url)
        detail = excerpt(response.raw, response.headers, query_values(url))
        asked = retry_after_seconds(response.headers) if status in RETRIED_STATUSES else None
        transient, reason = status in RETRIED_STATUSES, "status"
        what = f"status {status}: {detail!r}" if detail else f"status {status}"
        mend = "try again later" if status >= 500 else "see the address and the query"
        if status == 429:
            self._count(refused=1)
            reason, mend = "rate", "ask for less or more slowly"
        elif status == 407:
            reason, mend = "proxy", PROXY_LOGIN_MEND
        if asked is not None and asked > self.settings.retry_after_cap_seconds:
            transient, mend = False, "try again after that"
            what = f"status {status}, asks to wait {asked:.0f} s, longer than the {self.settings.retry_after_cap_seconds:g} s we wait"
        elif asked:
            self._window(url).pause(asked)
        return FetchError(
            place, reason, what, mend, status=status, detail=detail, transient=transient, retry_after=asked
        )

    def _guarded(self, work: Callable[[], _T], place: Place, deadline: Deadline) -> _T:
        try:
            return work()
        except (requests.RequestException, urllib3.exceptions.HTTPError, zlib.error, OSError) as problem:
            limits = f"connect {self.settings.connect_seconds:g} s, read {self.settings.read_seconds:g} s, total {self.settings.total_seconds:g} s"
            error = explain(problem, place, limits, total_passed=deadline.passed)
        raise error  # outside the handler: it must not carry the caught exception, whose text holds the whole address

    def _prepare(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: Any,
        place: Place,
        reason: str,
        params: Mapping[str, Any] | None = None,
    ) -> requests.PreparedRequest:
        """The request as it will be sent, if it may be: what is judged is what is sent. Errors: FetchError `reason` ('url' or 'redirect')."""
        if refused := scheme_objection(url):
            raise FetchError(place, reason, *refused)
        request = None
        try:
            request = self._session.prepare_request(
                requests.Request(method, url, headers=dict(headers), params=params, json=json)
            )
            refused = objection(self.settings, str(request.url))
        except requests.exceptions.InvalidJSONError:
            raise  # the caller's query, not the address
        except (requests.RequestException, ValueError):
            refused = UNREADABLE
        if request is None or refused:
            raise FetchError(place, reason, *(refused or UNREADABLE))
        return request

    def _window(self, url: str) -> HostWindow:
        return window_for(authority(parse_url(url)), self.settings.calls, self.settings.window_seconds)

    def _take_turn(self, url: str) -> float:
        waited = self._window(url).acquire()
        self._count(waited_seconds=waited)
        return waited

    def _wait_before_next(self, state: RetryCallState) -> float:
        """Backoff with jitter, or what the server asked for if that is longer."""
        start, cap = self.settings.backoff_seconds, self.settings.retry_after_cap_seconds
        backoff = wait_exponential(multiplier=start, max=cap) + wait_random(0, start)
        error = state.outcome.exception() if state.outcome else None
        return max(backoff(state), getattr(error, "retry_after", None) or 0)

    def _sleep(self, seconds: float) -> None:
        self._count(retries=1, waited_seconds=seconds)
        time.sleep(seconds)

    def _count(self, **more: float) -> None:
        with self._lock:
            self._counters = replace(
                self._counters, **{name: getattr(self._counters, name) + value for name, value in more.items()}
            )


def _give_up(state: RetryCallState) -> Reply:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, FetchError):
        raise error.after(state.attempt_number)
    raise RuntimeError("tenacity gave up without an error")
