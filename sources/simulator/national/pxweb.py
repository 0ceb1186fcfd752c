"""The PxWeb v1 service with one table: population by area, age, sex and year.

Belongs here: the protocol as Statistics Finland serves it since June 2026, with its limits and its habits. Does not belong here: the figures themselves
(figures.py) and sockets (server.py).
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from math import ceil, prod
from typing import TYPE_CHECKING, Any

from sources.national.statfin.cube import ORIGIN_LABEL
from sources.simulator.national.figures import YEARS, Population, population, read
from sources.simulator.national.protocol import Request, Response, json_response

if TYPE_CHECKING:
    import numpy as np

ROOT = "/PxWeb/api/v1"
TABLE = "11re.px"
LANGUAGES = ("fi", "sv", "en")
RELEASED = "2026-04-01T05:00:00Z"
RESTATED = "2026-11-02T06:00:00Z"
RESTATED_FROM_DAY = 1
BULK_STAMP = "2026-06-06T21:04:32"  # the listing's time says when files were moved, not when a table was released
TOTAL = "SSS"

_AREA, _AGE, _SEX, _TIME, _CONTENTS = (
    "alue_23_20260101",
    "ikaryhma_10_20180101",
    "sukupuoli_9_20180101",
    "timeperiod_y",
    "contentscode",
)
_TEXTS = {
    "fi": {
        _AREA: "Alue",
        _AGE: "Ikä",
        _SEX: "Sukupuoli",
        _TIME: "Vuosi",
        _CONTENTS: "Tiedot",
        "all": "Yhteensä",
        "country": "KOKO MAA",
    },
    "sv": {
        _AREA: "Område",
        _AGE: "Ålder",
        _SEX: "Kön",
        _TIME: "År",
        _CONTENTS: "Uppgifter",
        "all": "Totalt",
        "country": "HELA LANDET",
    },
    "en": {
        _AREA: "Area",
        _AGE: "Age",
        _SEX: "Sex",
        _TIME: "Year",
        _CONTENTS: "Information",
        "all": "Total",
        "country": "WHOLE COUNTRY",
    },
}
_SEX_TEXTS = {"fi": ["Miehet", "Naiset"], "sv": ["Män", "Kvinnor"], "en": ["Males", "Females"]}
_MEASURE = {"fi": "Väestö 31.12.", "sv": "Folkmängd 31.12", "en": "Population 31 Dec"}


class Refused(Exception):
    """A query that the service does not answer; carries the reply."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def bad_request() -> Response:
    """What the web server in front puts in place of PxWeb's own words, for any fault of the caller."""
    return Response(400, b"Bad Request", "text/html")


@dataclass(frozen=True)
class Variable:
    """One variable in one language, with the position of each value on its axis of the figures."""

    code: str
    text: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    elimination: bool = False

    def described(self) -> dict[str, Any]:
        """As the metadata shows it: flags that are false are left out."""
        shown = {"code": self.code, "text": self.text, "values": list(self.values), "valueTexts": list(self.texts)}
        if self.elimination:
            shown["elimination"] = True
        if self.code == _TIME:
            shown["time"] = True
        if self.code == _AREA:
            shown["map"] = "Alue 2026"
        return shown


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
        self._figures_of = (seed, day >= RESTATED_FROM_DAY)
        self._updated = RESTATED if day >= RESTATED_FROM_DAY else RELEASED
        self._max_cells, self._max_calls, self._window = max_cells, max_calls, window_seconds
        self._clock = clock
        self._calls: deque[float] = deque()
        self._mutex = threading.Lock()

    @cached_property
    def _figures(self) -> Population:
        return population(*self._figures_of)

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
        description = f"11re -- Väestö iän (1-v.) ja sukupuolen mukaan alueittain, {YEARS[0]}-{YEARS[-1]}"
        listings = {
            (): [{"dbid": "StatFin", "text": "StatFin"}, {"dbid": "StatFin_Passiivi", "text": "StatFin_Passiivi"}],
            ("StatFin",): [{"id": "vaerak", "type": "l", "text": "Väestörakenne"}],
            ("StatFin", "vaerak"): [{"id": TABLE, "type": "t", "text": description, "updated": BULK_STAMP}],
        }
        if request.method == "GET" and tuple(path) in listings and not request.query_text:
            return json_response(listings[tuple(path)])
        if path not in (["StatFin", "vaerak", TABLE], ["StatFin", TABLE]):
            return bad_request()
        variables = self._variables(language)
        if request.method == "GET":
            title = f"{_MEASURE[language]} muuttujina " + ", ".join(v.text for v in variables)
            return json_response({"title": title, "variables": [v.described() for v in variables]})
        return self._data(request, language, variables, description)

    def _variables(self, language: str) -> list[Variable]:
        texts = _TEXTS[language]
        areas, years = self._figures.areas, tuple(str(year) for year in self._figures.years)
        name = "name_sv" if language == "sv" else "name_fi"
        names = {row["municipality_code"]: row[name] for row in read("municipality")}
        ages = tuple(f"{age:03}" for age in range(100))
        return [
            Variable(
                _AREA,
                texts[_AREA],
                (TOTAL, *(f"KU{code}" for code in areas[1:])),
                (texts["country"], *(names[code] for code in areas[1:])),
                True,
            ),
            Variable(
                _AGE,
                texts[_AGE],
                (TOTAL, *ages, "100-"),
                (texts["all"], *(str(int(age)) for age in ages), "100 -"),
                True,
            ),
            Variable(_SEX, texts[_SEX], (TOTAL, "1", "2"), (texts["all"], *_SEX_TEXTS[language]), True),
            Variable(_TIME, texts[_TIME], years, years),
            Variable(_CONTENTS, texts[_CONTENTS], ("vaerak-vaesto",), (_MEASURE[language],)),
        ]

    def _data(self, request: Request, language: str, variables: list[Variable], description: str) -> Response:
        import numpy as np

        chosen = self._chosen(request, variables)
        if prod(len(at) for at in chosen.values()) > self._max_cells:
            return json_response({"error": "Too many values selected"}, 403)
        axes = np.ix_(*(chosen[v.code] for v in variables[:-1]))
        counts, published = self._figures.counts[axes].ravel(), self._figures.published[axes].ravel()
        asked = self._asked(request)
        shown = [v for v in variables if v.code in asked or not v.elimination]
        codes = [v.code for v in shown]
        document = {
            "version": "2.0",
            "class": "dataset",
            "label": f"{_MEASURE[language]} muuttujina " + ", ".join(v.text for v in shown),
            "source": "Tilastokeskus, väestörakenne",
            "updated": self._updated,
            "note": ["Simulated by sotevarasto: figures that are not listed as published are synthetic."],
            "role": {"time": [_TIME], "metric": [_CONTENTS]} | ({"geo": [_AREA]} if _AREA in codes else {}),
            "id": codes,
            "size": [len(chosen[code]) for code in codes],
            "dimension": {v.code: _dimension(v, chosen[v.code]) for v in shown},
            "extension": {
                "px": {
                    "tableid": "11re",
                    "decimals": 0,
                    "language": language,
                    "matrix": "11re",
                    "description": description,
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
