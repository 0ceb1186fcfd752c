"""The classifications API v2 with the correspondence tables of municipalities.

Belongs here: the protocol and its habits: lists of URL strings, HTML for whoever does not ask for JSON, a # that must be sent as %23, names that are not
there. Does not belong here: the figures files (figures.py reads them) and sockets (server.py).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sources.simulator.national.figures import read
from sources.simulator.national.protocol import Request, Response, json_response

ROOT = "/api/classifications/v2"
LANGUAGE_NAMES = {"fi": "suomi", "sv": "ruotsi", "en": "englanti"}
_UNDATED = "1899-12-31T22:00:00Z"
# The number in a localId is not the same from year to year: tables must be found by listing.
_COUNTY = {2022: 1, 2023: 1, 2024: 2, 2025: 1, 2026: 3}
_AREA = {2023: 1, 2024: 1, 2025: 2, 2026: 1}
_OTHERS = ("erva_3_20220101", "maakunta_1_{year}0101", "seutukunta_1_{year}0101")
_PAGE = """<!DOCTYPE html><html><head><title>Classification service – Django REST framework</title></head>
<body><h1>{name}</h1><pre>GET {target}
HTTP 200 OK
Allow: GET, HEAD, OPTIONS
Vary: Accept</pre></body></html>"""


class Classifications:
    """The service. Its tables do not change from one simulated day to the next."""

    def __init__(self) -> None:
        self._tables = dict(_tables())

    def respond(self, request: Request, base_url: str) -> Response:
        """Answer one request below `ROOT`; `base_url` is how the caller reached it and is echoed in the lists."""
        if request.method != "GET":
            return json_response({"detail": f'Method "{request.method}" not allowed.'}, 405)
        path = request.segments[3:]
        if not path or path[0] != "correspondenceTables":
            return _not_found()
        if request.query.get("format") != "json" and "application/json" not in request.headers.get("accept", ""):
            page = _PAGE.format(name="Correspondence Tables", target=request.target)
            return Response(200, page.encode("utf-8"), "text/html; charset=utf-8")
        if (
            len(path) == 1 or "#" not in path[1]
        ):  # a raw # never reaches the server: what is left of the address gives the list
            return json_response([self._address(base_url, quote(name, safe=""), request) for name in self._tables])
        if path[1] not in self._tables or path[2:] != ["maps"]:
            return _not_found()
        pairs = self._tables[path[1]]
        if request.query.get("content") != "data":
            root = f"{quote(path[1], safe='')}/maps"
            return json_response(
                [self._address(base_url, f"{root}/{a['code']}/{b['code']}", request) for a, b in pairs]
            )
        language = request.query.get("lang", "fi")
        return json_response([_map(path[1], source, target, language) for source, target in pairs])

    @staticmethod
    def _address(base_url: str, tail: str, request: Request) -> str:
        return f"{base_url}/correspondenceTables/{tail}" + (f"?{request.query_text}" if request.query_text else "")


def _not_found() -> Response:
    return json_response({"statusCode": 404, "message": "Resource not found"}, 404)


def _tables():
    """localId → pairs of (municipality item, target item), in the order of municipality codes."""
    counties = {row["hva_code"]: row for row in read("county")}
    for year, number in _COUNTY.items():
        municipalities = [
            row for row in read("municipality") if not row["dissolved_on"] or row["dissolved_on"] > f"{year}-01-01"
        ]
        source = f"kunta_1_{year}0101"
        for other in _OTHERS:
            yield f"{source}#{other.format(year=year)}", []
        yield (
            f"{source}#hyvinvointialue_{number}_{year}0101",
            [(_municipality(row), _item(counties[row["hva_code"]], "hva_code", "name")) for row in municipalities],
        )
        if year in _AREA:
            yield (
                f"{source}#yhteistyoalue_{_AREA[year]}_{year}0101",
                [
                    (_municipality(row), _item(counties[row["hva_code"]], "yta_code", "yta_name"))
                    for row in municipalities
                ],
            )


def _municipality(row: dict[str, str]) -> dict[str, Any]:
    """Municipalities have no English names there."""
    return {"code": row["municipality_code"], "names": {"fi": row["name_fi"], "sv": row["name_sv"]}}


def _item(row: dict[str, str], code: str, name: str) -> dict[str, Any]:
    return {"code": row[code], "names": {language: row[f"{name}_{language}"] for language in LANGUAGE_NAMES}}


def _map(table: str, source: dict[str, Any], target: dict[str, Any], language: str) -> dict[str, Any]:
    """One correspondence as `content=data&meta=min` shows it, in one language."""
    origin, aim = table.split("#")
    return {
        "sourceLocalId": f"{origin}/{source['code']}",
        "targetLocalId": f"{aim}/{target['code']}",
        "distributionSourceToTarget": 1,
        "distributionTargetToSource": 2,
        "modifiedDate": _UNDATED,
        "validTo": None,
        "validFrom": None,
        "correspondenceTable": {
            "localId": table,
            "sourceClassification": origin,
            "targetClassification": aim,
            "correspondenceTableTexts": "",
        },
        "sourceItem": _shown(origin, source, language),
        "targetItem": _shown(aim, target, language),
    }


def _shown(classification: str, item: dict[str, Any], language: str) -> dict[str, Any]:
    name = item["names"].get(language)
    # English names of collaborative areas came late: the oldest classification has none.
    if language == "en" and classification.startswith("yhteistyoalue") and classification.endswith("20230101"):
        name = None
    names = [{"langName": LANGUAGE_NAMES[language], "lang": language, "name": name}] if name else []
    return {
        "localId": f"{classification}/{item['code']}",
        "level": 1,
        "code": item["code"],
        "order": 1,
        "parentItemLocalId": None,
        "classificationItemNames": names,
    }
