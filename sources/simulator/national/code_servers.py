"""The two code servers as far as they are used: THL's csapi and koodistot.suomi.fi, with hand-made parts of their lists.

Belongs here: pages counted from one and offsets counted from nought, values that are always lists, fields that are left out when they are empty. Does not belong here:
sockets (server.py). No live reply was seen: what is unverified stands in docs/sources/codeserver.md.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sources.simulator.national.figures import read
from sources.simulator.national.protocol import Request, Response, json_response

CSAPI_ROOT = "/codeserver/csapi/v6"
CODELIST_ROOT = "/codelist-api/api/v1"
RENAMED_FROM_DAY = 2
UNITS = 26
MOST_A_PAGE = 500
_LISTS = {
    "1.2.246.537.6.50.201801": "service_class",
    "1.2.246.537.6.127.201801": "contact_mode",
    "1.2.246.537.6.24.2003": "specialty",
}
_ORGANISATIONS = "1.2.246.537.6.202.2008"
_SCHEMES = {("jhs", "ammatti_1_20100101"): "profession"}
_MODIFIED, _RENAMED = "2026-01-15", "2026-11-03"
_KINDS = ("terveysasema", "sosiaaliasema", "hammashoitola", "neuvola", "sairaala", "hoivakoti")


class CsApi:
    """THL's code server on one simulated day."""

    def __init__(self, day: int) -> None:
        self._later = day >= RENAMED_FROM_DAY

    def respond(self, request: Request) -> Response:
        """Answer one request below `CSAPI_ROOT`."""
        path, query = request.segments[3:], request.query
        if request.method != "GET" or len(path) != 3 or path[0] != "classifications" or path[2] != "conceptcodes":
            return json_response({"message": "Not Found"}, 404)
        concepts = self._concepts(path[1])
        size, page = query.get("pageSize", "100"), query.get("page", "1")
        if concepts is None or not size.isdecimal() or not page.isdecimal() or not 0 < int(size) <= MOST_A_PAGE:
            return json_response(
                {"message": "Not Found" if concepts is None else "Bad Request"}, 400 if concepts else 404
            )
        since = query.get("modifiedAfter", "")
        found = [shown for modified, shown in concepts if modified > since]
        first = (int(page) - 1) * int(size)
        return json_response(
            {
                "conceptCodes": found[first : first + int(size)],
                "page": int(page),
                "totalPages": -(-len(found) // int(size)),
                "totalItems": len(found),
            }
        )

    def _concepts(self, oid: str) -> list[tuple[str, dict[str, Any]]] | None:
        """(day of modification, concept) of one list; None when there is no such list."""
        if oid == _ORGANISATIONS:
            return organisations(self._later)
        if oid not in _LISTS:
            return None
        return [(_MODIFIED, _concept(row)) for row in read("codes/codes") if row["code_system"] == _LISTS[oid]]


def _concept(row: dict[str, str]) -> dict[str, Any]:
    names = {"ShortName": row["name_fi"], "LongName": row["name_fi"], "ParentId": row["parent_code"]}
    return _shown(row["code"], row["valid_from"], row["valid_to"], names)


def _shown(code: str, begins: str, ends: str, attributes: dict[str, str]) -> dict[str, Any]:
    """As the server shows a concept: a value is a list of texts, also where it is one."""
    shown = {
        "conceptCodeId": code,
        "status": "ACTIVE",
        "beginDate": begins,
        "attributes": [{"attributeName": name, "attributeValue": [text]} for name, text in attributes.items() if text],
    }
    return shown | ({"expirationDate": ends} if ends else {})


@cache
def organisations(renamed: bool) -> list[tuple[str, dict[str, Any]]]:
    """An invented register: every county with its units, in the order of identifiers."""
    listed = []
    for place, county in enumerate(read("county")):
        root = f"1.2.246.10.99{place:05d}.10.0"
        own = {"LongName": county["name_fi"], "Sektori": "1 Julkinen", "Y-Tunnus": f"99{place:05d}-0"}
        listed.append((_MODIFIED, _shown(root, "2023-01-01", "", own)))
        for unit in range(1, UNITS + 1):
            kind = _KINDS[unit % len(_KINDS)]
            is_social = kind in ("sosiaaliasema", "hoivakoti")
            is_new = renamed and (place, unit) == (4, 7)
            name = f"{county['name_fi']}, {'uusi ' if is_new else ''}{kind} {unit}"
            attributes = {
                "Abbreviation": f"{kind[:3].upper()}{unit}",
                "LongName": name,
                "ParentId": root,
                "Sektori": "2 Yksityinen" if unit % 9 == 0 else "1 Julkinen",
                "Sos.palveluyksikkö": "T" if is_social else "F",
                "Terv.palveluyksikkö": "F" if is_social else "T",
                "TOPI-koodi": "" if is_social else f"{place:02d}{unit:03d}",
            }
            ends = "2026-06-30" if unit == UNITS else ""
            shown = _shown(f"{root}.{unit}", "2023-01-01", ends, attributes)
            listed.append((_RENAMED if is_new else _MODIFIED, shown))
    return sorted(listed, key=lambda entry: entry[1]["conceptCodeId"])


class CodeLists:
    """koodistot.suomi.fi. Its list does not change from one simulated day to the next."""

    def respond(self, request: Request) -> Response:
        """Answer one request below `CODELIST_ROOT`."""
        path, query = request.segments[3:], request.query
        known = len(path) == 5 and (path[0], path[2], path[4]) == ("coderegistries", "codeschemes", "codes")
        system = _SCHEMES.get((path[1], path[3])) if known else None
        if request.method != "GET" or system is None:
            return json_response({"httpStatusCode": 404, "message": "Not found", "entityIdentifier": path[-1]}, 404)
        rows = [row for row in read("codes/codes") if row["code_system"] == system]
        found = rows if query.get("after", "")[:10] < _MODIFIED else []
        first, size = int(query.get("from", "0")), int(query.get("pageSize", str(len(rows))))
        results = [self._shown(row, path[3], place) for place, row in enumerate(found)][first : first + size]
        meta = {"code": 200, "from": first, "pageSize": size, "resultCount": len(results), "totalResults": len(found)}
        return json_response({"meta": meta, "results": results})

    @staticmethod
    def _shown(row: dict[str, str], scheme: str, place: int) -> dict[str, Any]:
        uri = f"http://uri.suomi.fi/codelist/jhs/{scheme}"
        labels = {language: row[f"name_{language}"] for language in ("fi", "sv", "en")}
        shown = {
            "id": f"00000000-0000-4000-8000-{place:012d}",
            "codeValue": row["code"],
            "uri": f"{uri}/code/{row['code']}",
            "status": "VALID",
            "order": place + 1,
            "hierarchyLevel": len(row["code"]),
            "startDate": row["valid_from"],
            "modified": f"{_MODIFIED}T08:00:00.000Z",
            "prefLabel": {language: label for language, label in labels.items() if label},
            "codeScheme": {"uri": uri},
        }
        return shown | ({"broaderCode": {"uri": f"{uri}/code/{row['parent_code']}"}} if row["parent_code"] else {})
