"""Reading a body in bounded memory.

Belongs here: the limits on size and on growth when unpacked, and gzip. Does not belong here: deadlines (transport.py), what the body should look like (checks.py).

Unpacking is done here on zlib because the size must be judged piece by piece, and because urllib3 takes a gzip stream that stops early, and anything after its end,
for a whole body.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from urllib3.exceptions import HTTPError

from sources.http.errors import FetchError, Place
from sources.http.model import HttpSettings, Sink

_PIECE = 64 * 1024
_RATIO_FLOOR = 1024 * 1024  # below this a body is harmless however well it packs


class Raw(Protocol):
    """urllib3's response, as far as it is used here."""

    def read1(self, amt: int, *, decode_content: bool) -> bytes: ...


def read_body(
    raw: Raw, headers: Mapping[str, str], settings: HttpSettings, place: Place, count: Callable[[int], None]
) -> bytes:
    """The whole body, unpacked. `count` is told the bytes of each piece that came over the wire.

    Errors: FetchError 'size', 'encoding', 'cut' (a gzip stream that ends early); zlib.error; whatever the connection raises.
    """
    body = bytearray()  # not a list of pieces: a server may send them one byte each
    for piece in _pieces(raw, headers, settings, settings.max_bytes, place, count):
        body += piece
    return bytes(body)


def save_body(
    raw: Raw,
    headers: Mapping[str, str],
    settings: HttpSettings,
    place: Place,
    count: Callable[[int], None],
    sink: Sink,
) -> None:
    """The same into a sink, emptied first: no more than a piece is held in memory, and no more than `max_saved_bytes` are taken.

    Errors: as above, and SinkFault when the sink cannot be written to.
    """
    with _own_faults():
        sink.restart()
    for piece in _pieces(raw, headers, settings, settings.max_saved_bytes, place, count):
        with _own_faults():
            sink.write(piece)


class SinkFault(Exception):
    """The disk's fault and not the server's: `error` is what the sink raised."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def _own_faults() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SinkFault(error) from error


def _pieces(
    raw: Raw,
    headers: Mapping[str, str],
    settings: HttpSettings,
    limit: int,
    place: Place,
    count: Callable[[int], None],
) -> Iterator[bytes]:
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise _too_large(place, length, limit)
    wire = body = 0

    def received() -> Iterator[bytes]:
        nonlocal wire
        while data := raw.read1(_PIECE, decode_content=False):
            wire += len(data)
            count(len(data))
            if wire > limit:  # a gzip body may be endless and unpack to nothing
                raise _too_large(place, f"more than {limit}", limit)
            yield data

    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    for piece in _unpacked(received(), encoding, place):
        body += len(piece)
        if body > limit:
            raise _too_large(place, f"more than {limit}", limit)
        if body > _RATIO_FLOOR and body > wire * settings.max_ratio:
            what = f"the body unpacks to more than {settings.max_ratio:g} times its {wire} bytes"
            raise FetchError(place, "size", what, "nothing was kept; if this is true data, raise max_ratio")
        yield piece


def excerpt(raw: Raw, headers: Mapping[str, str], hide: tuple[str, ...]) -> str:
    """The beginning of what a server said with an error status, as plain text on one line, without the values of `hide`; '' when it is a page or unreadable."""
    try:
        data = raw.read1(2048, decode_content=False)
    except (HTTPError, OSError):
        return ""  # the status says enough
    if headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
        try:
            data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, 2048)
        except zlib.error:
            return ""
    text = " ".join(data.decode("utf-8", "replace").split())
    if text.startswith("<"):
        return ""
    for value in hide:
        text = text.replace(value, "***")
    return text[:160]


def _too_large(place: Place, size: str, limit: int) -> FetchError:
    return FetchError(
        place,
        "size",
        f"the body has {size} bytes, the limit is {limit}",
        "ask for less at a time or raise max_bytes",
    )


def _unpacked(received: Iterator[bytes], encoding: str, place: Place) -> Iterator[bytes]:
    """Pieces of at most _PIECE bytes, however far the input unpacks."""
    if encoding in ("", "identity"):
        yield from received
        return
    if encoding not in ("gzip", "x-gzip"):
        raise FetchError(
            place,
            "encoding",
            f"the body came in Content-Encoding {encoding[:30]!r}, which was not asked for",
            "see whether a proxy stands between",
        )
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    began = False
    for data in received:
        began = True
        while data:
            if stream.eof:  # another member follows: legal gzip
                stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            piece = stream.decompress(data, _PIECE)
            data = stream.unconsumed_tail or stream.unused_data
            yield piece
    yield stream.flush()
    if began and not stream.eof:
        raise FetchError(place, "cut", "the gzip body broke off before its end", "try again later", transient=True)
