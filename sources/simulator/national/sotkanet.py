"""Sotkanet's REST 1.1 as far as it is used: the list and descriptions of indicators, the regions, and rows as JSON.

Belongs here: the protocol and its habits: no User-Agent no answer, repeated keys for lists, any region filter ignored, all levels mixed, rows that are simply not
there. Does not belong here: figures (sotkanet_figures.py), descriptions (sotkanet_texts.py) and sockets (server.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from sources.national.sotkanet.catalogue import Indicator, catalogue
from sources.national.sotkanet.cleaning import SEXES
from sources.national.sotkanet.metadata import ORIGIN_LABEL
from sources.simulator.national.protocol import Request, Response, json_response
from sources.simulator.national.sotkanet_figures import DECIMALS, Series, series
from sources.simulator.national.sotkanet_regions import listed, regions
from sources.simulator.national.sotkanet_texts import description, item

if TYPE_CHECKING:
    import polars as pl

ROOT = "/rest/1.1"
RESTATED_FROM_DAY = 1


class Sotkanet:
    """The service on one simulated day."""

    def __init__(self, day: int, seed: int) -> None:
        self._restated = day >= RESTATED_FROM_DAY
        self._seed = seed
        self._indicators = {indicator.indicator_id: indicator for indicator in catalogue()}

    def respond(self, request: Request) -> Response:
        """Answer one request below `ROOT`."""
        if not request.headers.get("user-agent"):
            return _page(403, "Forbidden")
        if request.method != "GET":
            return _page(405, "Method Not Allowed")
        path = request.segments[2:]
        if path == ["indicators"]:
            return json_response([item(indicator) for indicator in self._indicators.values()])
        if path == ["regions"]:
            return json_response(listed())
        if path == ["json"]:
            return self._rows(parse_qs(request.query_text))
        if len(path) == 2 and path[0] == "indicators":
            found = self._found(path[1])
            return _page(404, "Not Found") if found is None else json_response(description(found, self._restated))
        return _page(404, "Not Found")

    def _found(self, text: str) -> Indicator | None:
        return self._indicators.get(int(text)) if text.isdecimal() else None

    def _rows(self, query: dict[str, list[str]]) -> Response:
        """Rows of one indicator. What a `region` parameter asks for is not looked at."""
        asked, years, sexes = query.get("indicator", []), query.get("years", []), query.get("genders", ["total"])
        if len(asked) != 1 or not years or not all(year.isdecimal() for year in years) or set(sexes) - set(SEXES):
            return _page(400, "Bad Request")
        found = self._found(asked[0])
        if found is None:
            return _page(404, "Not Found")
        shown = series(found, tuple(sorted({int(year) for year in years})), self._restated, self._seed)
        body = _as_json(_frame(found, shown, set(sexes)), DECIMALS.get(found.unit, 1) == 0)
        return Response(200, body, "application/json; charset=utf-8")


def _page(status: int, words: str) -> Response:
    """An error as the web server shows it: never JSON."""
    return Response(status, f"<html><body><h1>{status} {words}</h1></body></html>".encode(), "text/html; charset=utf-8")


def _frame(indicator: Indicator, shown: Series, sexes: set[str]) -> pl.DataFrame:
    """The rows that are there, in the order of regions, years and sexes."""
    import numpy as np
    import polars as pl

    shape = shown.values.shape
    ids = np.array([region.region_id for region in regions()])
    years = np.array(shown.years, dtype=int)
    frame = pl.DataFrame(
        {
            "indicator": pl.repeat(indicator.indicator_id, shown.values.size, eager=True),
            "region": np.broadcast_to(ids[:, None, None], shape).ravel(),
            "year": np.broadcast_to(years[None, :, None], shape).ravel(),
            "gender": np.broadcast_to(np.array(shown.sexes)[None, None, :], shape).ravel(),
            "value": pl.Series(shown.values.ravel()).fill_nan(None),
            "absValue": pl.Series(shown.numerators.ravel()).fill_nan(None).cast(pl.Int64),
            ORIGIN_LABEL: pl.Series(shown.published.ravel()),
        }
    )
    there = pl.col("value").is_not_null() | pl.col("absValue").is_not_null()
    return frame.filter(there & pl.col("gender").is_in(list(sexes)))


def _as_json(frame: pl.DataFrame, whole: bool) -> bytes:
    """A row has the keys it has a figure for; those that are published say so in one key more, which the real service does not have."""
    import polars as pl

    label = pl.lit("published").alias(ORIGIN_LABEL)
    key = ["indicator", "region", "year", "gender"]
    if whole:
        frame = frame.with_columns(pl.col("value").cast(pl.Int64))
    has_value, has_number = pl.col("value").is_not_null(), pl.col("absValue").is_not_null()
    parts = [
        frame.filter(has_value & has_number).select(*key, "value", "absValue"),
        frame.filter(has_value & ~has_number & ~pl.col(ORIGIN_LABEL)).select(*key, "value"),
        frame.filter(has_value & ~has_number & pl.col(ORIGIN_LABEL)).select(*key, "value", label),
        frame.filter(~has_value).select(*key, "absValue"),
    ]
    return f"[{','.join(part.write_json()[1:-1] for part in parts if part.height)}]".encode()
