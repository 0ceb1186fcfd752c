"""What a caller expects of a reply, judged before anything lands.

Belongs here: content type, the kind of body, shape and fewest rows, and saying what came instead. Does not belong here: what the figures mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sources.http.errors import FetchError, Place, one_line
from sources.http.model import Reply, Sink

_MEND = "nothing was kept; see the address, or try again when the server is well"
_MAGIC = (
    (b"PK\x03\x04", "a zip or xlsx file"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"<?xml", "an XML document"),
)


@dataclass(frozen=True)
class Expect:
    """What a good reply looks like.

    `content_types` are the media types taken (also sent as Accept); `parse` is 'json', 'csv' or None (any bytes). `min_rows` is the fewest members of a JSON list or
    lines after a CSV header: 0 where an empty one is a true answer. `check` gets the parsed JSON, or the bytes for 'csv' and None, and returns what is wrong with its
    shape in a few words, or None (of a body that was saved, its path); a ValueError, TypeError, LookupError or AttributeError it meets on the way is a wrong shape too.
    """

    content_types: tuple[str, ...]
    parse: str | None = None
    check: Callable[[Any], str | None] | None = None
    min_rows: int = 1

    def __post_init__(self) -> None:
        if self.parse not in ("json", "csv", None):
            raise ValueError(f"Expect(parse={self.parse!r}): 'json', 'csv' or None")


JSON = Expect(("application/json",), "json")


def check_reply(reply: Reply, expect: Expect, place: Place) -> None:
    """Errors: FetchError 'content_type' or 'shape', naming host, path and what came."""
    came = reply.headers.get("Content-Type", "")
    if came.partition(";")[0].strip().lower() not in expect.content_types:
        wanted = " or ".join(expect.content_types)
        what = f"{describe(reply.body)} came as {came[:60] or 'no content type'!r}, expected {wanted}"
        raise FetchError(place, "content_type", what, _MEND, status=reply.status)
    wrong = _wrong_shape(reply, expect)
    if wrong is not None:
        what = f"{describe(reply.body)} came, expected {expect.parse or 'content'}: {one_line(wrong)[:200]}"
        raise FetchError(place, "shape", what, _MEND, status=reply.status)


def check_saved(reply: Reply, sink: Sink, expect: Expect, place: Place) -> None:
    """The same of a body that was saved: content type, what it begins with, and `check` of its path. Errors: FetchError 'content_type' or 'shape'."""
    came = reply.headers.get("Content-Type", "")
    is_expected = came.partition(";")[0].strip().lower() in expect.content_types
    described = describe(sink.start, sink.bytes)
    if not is_expected:
        wanted = " or ".join(expect.content_types)
        what = f"{described} came as {came[:60] or 'no content type'!r}, expected {wanted}"
        raise FetchError(place, "content_type", what, _MEND, status=reply.status)
    if not sink.start.strip():
        wrong: str | None = "nothing came"
    elif described.startswith(("an HTML page", *(kind for _, kind in _MAGIC))):
        wrong = "this is no data"
    else:
        wrong = expect.check(sink.path) if expect.check is not None else None
    if wrong is not None:
        what = f"{described} came, expected {expect.parse or 'content'}: {one_line(wrong)[:200]}"
        raise FetchError(place, "shape", what, _MEND, status=reply.status)


def describe(body: bytes, length: int | None = None) -> str:
    """What a body is, in words, with its size; never its content. `length` is that of the whole where `body` is its beginning."""
    start = body.removeprefix(b"\xef\xbb\xbf")[:512].lstrip()
    if not start:
        return "an empty body"
    kind = next((words for magic, words in _MAGIC if start.startswith(magic)), None)
    if kind is None and start[:14].lower().startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        kind = "an HTML page"
    if kind is None:
        kind = "a JSON-like body" if start[:1] in b"{[" else "binary data" if b"\x00" in start else "text"
    return f"{kind} of {len(body) if length is None else length} bytes"


def _wrong_shape(reply: Reply, expect: Expect) -> str | None:
    try:
        if expect.parse == "json":
            wrong = _wrong_json(reply.json, expect)
        elif expect.parse == "csv":
            wrong = _wrong_csv(reply.body, expect)
        else:
            wrong = None
        if wrong is None and expect.check is not None:
            wrong = expect.check(reply.json if expect.parse == "json" else reply.body)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        wrong = f"{type(problem).__name__}: {problem}"
    return wrong


def _wrong_json(content: Any, expect: Expect) -> str | None:
    if isinstance(content, list) and len(content) < expect.min_rows:
        return f"a list of {len(content)}, at least {expect.min_rows} expected"
    return None


def _wrong_csv(body: bytes, expect: Expect) -> str | None:
    """A CSV is known by what it is not: the encoding, and so the delimiter, is the source's own matter."""
    if body[:512].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"<", b"{", b"[", b"%") or b"\x00" in body[:4096]:
        return "this is no table"
    rows = sum(1 for line in body.splitlines() if line.strip()) - 1
    if rows < expect.min_rows:
        return f"{max(rows, 0)} lines after the header, at least {expect.min_rows} expected"
    return None
