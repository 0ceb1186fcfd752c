"""The State Treasury's register of finances and the store of its taxonomies, as far as they are used.

Belongs here: the protocol and its habits: the whole catalogue at once, keys with ä in documents and without in the catalogue, numbers as text, cumulative quarters,
several stages of one document. Does not belong here: figures (treasury_figures.py) and sockets (server.py).
"""

from __future__ import annotations

import json

from sources.national.treasury.catalogue import ORIGIN_LABEL
from sources.simulator.national.protocol import Request, Response, json_response
from sources.simulator.national.treasury_figures import (
    CELLS,
    VERSION,
    Listed,
    cells_of,
    is_invented,
    listed,
    subpackage,
)

ROOT = "/rest/v1/json"
TAXONOMY_INDEX = "/kuntatalous/v1/taksonomia"
_STORE = "/kuntataloudentaksonomia"
_STAGES = {
    "alustava": "Alustava",
    "hyvaksytty": "Hyväksytty",
    "lopullinen": "Lopullinen",
    "jalkikorjattu": "Jälkikorjattu",
}
# One municipal row, and a taxonomy of the municipalities that nobody should fetch: the real one has 27 GB.
_MUNICIPAL = ("0101263-6", "KTAS", "2023", "lopullinen")
_HUGE, _HUGE_BYTES = "KKTPP", 26_977_077_595
# The catalogue names its documents whole. Only their paths are used, and the same day must give the same bytes whatever port the stand-in has.
_NAMED = f"http://localhost{ROOT}"
_DATED = "Wed, 13 May 2026 09:21:24 GMT"


class Treasury:
    """The service on one simulated day."""

    def __init__(self, day: int, seed: int) -> None:
        self._day, self._seed = day, seed

    def respond(self, request: Request, base_url: str) -> Response:
        """Answer one request; `base_url` is this service's own, for the addresses that it names."""
        host = base_url.removesuffix(ROOT)
        path = request.target.partition("?")[0]
        if request.method not in ("GET", "HEAD"):
            return _page(405, "Method Not Allowed")
        if path == TAXONOMY_INDEX:
            return json_response([f"{host}{_STORE}/{package}.json" for package in (*CELLS, _HUGE)])
        if path.startswith(f"{_STORE}/"):
            return self._taxonomy(path.rpartition("/")[2].removesuffix(".json"), request.method)
        parts = request.segments[3:]
        if parts == ["aineistot"]:
            return json_response({"aineistot": [self._row(one) for one in self._documents()]})
        if len(parts) == 5 and parts[0] == "dokumentti":
            return self._document(*parts[1:])
        return _page(404, "Not Found")

    def _documents(self) -> list[Listed]:
        business_id, package, period, stage = _MUNICIPAL
        return [Listed("", business_id, package, period, stage, 0), *listed(self._day)]

    def _row(self, one: Listed) -> dict[str, str]:
        row = {
            "ytunnus": one.business_id,
            "raportointikokonaisuus": one.package,
            "raportointikausi": one.period,
            "hyvaksymisvaihe": _STAGES[one.stage],
            "hyvaksymispvm": _stamp(one, "08:19:43.07"),
            "julkaisupvm": _stamp(one, "08:20:01.5"),
            "tunnusluvut": f"{_NAMED}/dokumentti/{one.stage}/{one.package}/{one.business_id}/{one.period}",
        }
        return row | ({ORIGIN_LABEL: one.county_code} if is_invented(one.business_id) else {})

    def _document(self, stage: str, package: str, business_id: str, period: str) -> Response:
        asked = (business_id, package, period, stage)
        found = next(
            (one for one in listed(self._day) if (one.business_id, one.package, one.period, one.stage) == asked), None
        )
        if found is None:
            return _page(404, "Not Found")
        common = {
            "ytunnus": business_id,
            "raportointikokonaisuus": package,
            "osakokonaisuus": subpackage(package),
            "raportointikausi": period,
            "hyväksymisvaihe": _STAGES[stage],
            "hyväksymispvm": _stamp(found, "08:19:43.07"),
            "taksonomia": VERSION,
        }
        rest = {"kommentti": None, "tarkastushavainnot": [], "kieli": "fi"}
        cells = cells_of(found, self._seed)
        return json_response([common | {"tunnusluku": code, "arvo": amount} | rest for code, amount in cells])

    def _taxonomy(self, package: str, method: str) -> Response:
        dated = {"Last-Modified": _DATED, "ETag": f'"0x{package}"'}
        if package == _HUGE:
            # Only ever asked how large it is.
            return Response(200, b"", "application/octet-stream", {"Content-Length": str(_HUGE_BYTES), **dated})
        if package not in CELLS:
            return _page(404, "The specified blob does not exist.")
        version, technical = VERSION.split("/")
        rows = [
            {
                "solutunniste": cell.code,
                "tunnusluku": cell.label,
                "tunnusluku_sv": cell.label_sv,
                "tunnusluku_en": cell.label_en,
                "tehtava": None,
                "palvelu": cell.service,
                "versio": version,
                "tekninen_versio": technical,
                "osakokonaisuus": subpackage(package),
                "pakollisuus": "K",
            }
            for cell in CELLS[package]()
        ]
        body = json.dumps(rows, ensure_ascii=False).encode("utf-8")
        return Response(200, body, "application/octet-stream", dated)


def _stamp(one: Listed, time: str) -> str:
    """When a document was approved or published: its stage's own day, later where it was restated."""
    return f"2026-{7 + one.revision:02d}-{10 + len(one.stage):02d} {time}"


def _page(status: int, words: str) -> Response:
    return Response(status, f"<html><body><h1>{status} {words}</h1></body></html>".encode(), "text/html; charset=utf-8")
