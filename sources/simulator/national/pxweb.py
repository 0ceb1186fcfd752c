"""The PxWeb v1 service with its tables of population and of key figures.

Belongs here: the protocol as Statistics Finland serves it since June 2026, with its limits and its habits. Does not belong here: the tables (pxweb_tables.py, key_figures.py), the
figures themselves (figures.py) and sockets (server.py).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from fnmatch import fnmatchcase
from math import ceil, prod
from typing import TYPE_CHECKING, Any

from sources.national.statfin.cube import ORIGIN_LABEL
from sources.simulator.national.key_figures import KeyFigures
from sources.simulator.national.protocol import Request, Response, json_response
from sources.simulator.national.pxweb_tables import RESTATED_FROM_DAY, TOTAL, Table, Variable, served

if TYPE_CHECKING:
    import numpy as np

ROOT = "/PxWeb/api/v1"
LANGUAGES = ("fi", "sv", "en")
BULK_STAMP = "2026-06-06T21:04:32"  # the listing's time says when files were moved, not when a table was released
_FOLDERS = {"vaerak": "Väestörakenne", "vaenn": "Väestöennuste"}


class Refused(Exception):
    """A query that the service does not answer; carries the reply."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def bad_request() -> Response:
    """What the web server in front puts in place of PxWeb's own words, for any fault of the caller."""
    return Response(400, b"Bad Request", "text/html")


class PxWeb:
    """The service on one simulated day. `max_calls` in any `window_seconds`, refused calls counted too; `max_cells` a query."""

    def __init__(
        self,
        day: int,
        seed: int,
        max_cells: int,
        max_calls: int,
        window_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tables = (*served(day, seed), KeyFigures(seed, day >= RESTATED_FROM_DAY))
        self._max_cells, self._max_calls, self._window = max_cells, max_calls, window_seconds
        self._clock = clock
        self._calls: deque[float] = deque()
        self._mutex = threading.Lock()

    def respond(self, request: Request) -> Response:
        """Answer one request below `ROOT`."""
        if not self._admitted():
            text = "429 - Too many requests in too short timeframe. Please try again later."
            return json_response({"error": text}, 429, **{"Retry-After": str(ceil(self._window))})
        language, *path = request.segments[3:] or [""]
        if "config" in request.query_text.split("&"):  # bare, as the real server compares it: `config=` is another key
            return json_response(self._config())
        if language not in LANGUAGES:
            return bad_request()
        try:
            return self._answer(request, language, path)
        except Refused as refused:
            return refused.response

    def _admitted(self) -> bool:
        """Sliding window; a refused call is a call, so a client that keeps knocking stays outside."""
        with self._mutex:
            now = self._clock()
            while self._calls and now - self._calls[0] >= self._window:
                self._calls.popleft()
            self._calls.append(now)
            return len(self._calls) <= self._max_calls

    def _config(self) -> dict[str, Any]:
        return {
            "maxValues": self._max_cells,
            "maxCells": self._max_cells,
            "maxCalls": self._max_calls,
            "timeWindow": ceil(self._window),
            "CORS": True,
        }

    def _answer(self, request: Request, language: str, path: list[str]) -> Response:
        if request.method == "GET" and not request.query_text and (listing := self._listing(path)):
            return json_response(listing)
        table = next(
            (t for t in self._tables if path in (["StatFin", t.folder, f"{t.id}.px"], ["StatFin", f"{t.id}.px"])), None
        )
        if table is None:
            return bad_request()
        variables = table.variables(language)
        if request.method == "GET":
            title = f"{table.measure[language]} muuttujina " + ", ".join(v.text for v in variables)
            return json_response({"title": title, "variables": [v.described() for v in variables]})
        return self._data(request, language, table, variables)

    def _listing(self, path: list[str]) -> list[dict[str, Any]] | None:
        """What lies in a folder of the database; None when the path is no folder."""
        if not path:
            return [{"dbid": "StatFin", "text": "StatFin"}, {"dbid": "StatFin_Passiivi", "text": "StatFin_Passiivi"}]
        if path == ["StatFin"]:
            return [{"id": folder, "type": "l", "text": text} for folder, text in _FOLDERS.items()]
        return [
            {"id": f"{t.id}.px", "type": "t", "text": t.description, "updated": BULK_STAMP}
            for t in self._tables
            if path == ["StatFin", t.folder]
        ] or None

    def _data(self, request: Request, language: str, table: Table | KeyFigures, variables: list[Variable]) -> Response:
        import numpy as np

        chosen = self._chosen(request, variables)
        if prod(len(at) for at in chosen.values()) > self._max_cells:
            return json_response({"error": "Too many values selected"}, 403)
        counts, published = table.cells(chosen)
        asked = self._asked(request)
        shown = [v for v in variables if v.code in asked or not v.elimination]
        codes = [v.code for v in shown]
        document = {
            "version": "2.0",
            "class": "dataset",
            "label": f"{table.measure[language]} muuttujina " + ", ".join(v.text for v in shown),
            "source": table.source,
            "updated": table.updated,
            "note": ["Simulated by sotevarasto: figures that are not listed as published are synthetic."],
            "role": table.role | ({"geo": [table.area]} if table.area in codes else {}),
            "id": codes,
            "size": [len(chosen[code]) for code in codes],
            "dimension": {v.code: _dimension(v, chosen[v.code]) for v in shown},
            "extension": {
                "px": {
                    "tableid": table.id,
                    "decimals": 0,
                    "language": language,
                    "matrix": table.id,
                    "description": table.description,
                },
                ORIGIN_LABEL: {"published": np.flatnonzero(published).tolist()},
            },
            "value": counts.tolist(),
        }
        return json_response(document)

    @staticmethod
    def _asked(request: Request) -> dict[str, dict[str, Any]]:
        """The query by variable code; anything but a well-formed json-stat2 query is refused."""
        try:
            document = json.loads(request.body)
            asked = {entry["code"]: entry["selection"] for entry in document["query"]}
            known = document["response"]["format"] == "json-stat2"
        except (ValueError, KeyError, TypeError):
            raise Refused(bad_request()) from None
        if not known:
            raise Refused(bad_request())
        return asked

    def _chosen(self, request: Request, variables: list[Variable]) -> dict[str, np.ndarray]:
        """Positions selected of each variable; an unknown variable, value or filter is refused."""
        import numpy as np

        asked = self._asked(request)
        if set(asked) - {v.code for v in variables}:
            raise Refused(bad_request())
        return {v.code: np.array(_positions(v, asked.get(v.code)), dtype=np.intp) for v in variables}


def _positions(variable: Variable, selection: dict[str, Any] | None) -> list[int]:
    if selection is None:
        return [variable.values.index(TOTAL)] if variable.elimination else list(range(len(variable.values)))
    place = {value: position for position, value in enumerate(variable.values)}
    kind, values = selection.get("filter"), selection.get("values") or []
    if kind == "item" and values and all(value in place for value in values):
        return sorted(place[value] for value in set(values))
    if kind == "all" and values:
        return [place[value] for value in variable.values if any(fnmatchcase(value, pattern) for pattern in values)]
    if kind == "top" and len(values) == 1 and str(values[0]).isdecimal():
        return list(range(len(variable.values)))[-int(values[0]) :]
    raise Refused(bad_request())


def _dimension(variable: Variable, positions: np.ndarray) -> dict[str, Any]:
    """A dimension as the reply shows it. `elimination` there speaks of the reply: false where the total was not selected."""
    values = [variable.values[i] for i in positions]
    extension: dict[str, Any] = {"elimination": variable.elimination and TOTAL in values, "show": "value"}
    if extension["elimination"]:
        extension["eliminationValueCode"] = TOTAL
    return {
        "label": variable.text,
        "category": {
            "index": {value: i for i, value in enumerate(values)},
            "label": {variable.values[i]: variable.texts[i] for i in positions},
        },
        "extension": extension,
    }
