"""Kela's data as far as it is used: the portal's search by pages, a file of benefits, and the county package. All figures are synthetic.

Belongs here: the protocols and their habits: pages shorter than asked for, decimal commas, NA, yearly and monthly rows in one file, negative euros, no leading zeros,
small counts left out. Does not belong here: sockets (server.py).
"""

from __future__ import annotations

import json
from functools import cache
from urllib.parse import parse_qs

from sources.simulator.national.figures import population, read
from sources.simulator.national.protocol import Request, Response, json_response
from sources.simulator.randomness import generator

ROOT = "/data/api/3/action"
COUNTY_PACKAGE = "/data/dat_hva.json"
RESTATED_FROM_DAY = 1
DATASET = "kelan-etuuksien-saajat-ja-maksetut-etuudet"
_FILE = "/data/dataset/3f1b/resource/5e8358c2-0001/download/data.csv"
# The portal gives no more at a time, whatever it is asked.
MOST_ROWS = 3
_OTHERS = ("elakkeensaajat", "kelan-toimipisteet", "laakekorvaukset", "opintotuki", "yleinen-asumistuki")
_BENEFITS = {
    "Kuntoutus": (0.011, 2400),
    "Yleinen asumistuki": (0.067, 3900),
    "Sairauspäiväraha": (0.052, 2300),
    "Perustoimeentulotuki": (0.049, 2900),
}
_HEADER = "kuntanumero;kunta;aikajakso;etuus;saajat;maksetut_etuudet_euroa;euroa_per_saaja;vuosi;kuukausi"
YEARS, MONTHS_OF = (2024, 2025), 2025
RESTATED = "Kuntoutus"


class Kela:
    """The portal and the package on one simulated day."""

    def __init__(self, day: int, seed: int) -> None:
        self._restated, self._seed = day >= RESTATED_FROM_DAY, seed

    def respond(self, request: Request, base_url: str) -> Response:
        """Answer one request; `base_url` is this service's own, for the addresses that it names."""
        path = request.target.partition("?")[0]
        dated = {
            "Last-Modified": "Tue, 03 Nov 2026 06:00:00 GMT" if self._restated else "Mon, 12 Oct 2026 06:00:00 GMT"
        }
        if request.method not in ("GET", "HEAD"):
            return Response(405, b"Method Not Allowed", "text/plain")
        if path == f"{ROOT}/package_search":
            return self._search(parse_qs(request.query_text), base_url.removesuffix(ROOT))
        if path == _FILE:
            return Response(200, benefits(self._seed, self._restated), "text/csv; charset=utf-8", dated)
        if path == COUNTY_PACKAGE:
            return Response(200, county_package(self._seed, self._restated), "application/json", dated)
        return json_response(
            {"help": "", "success": False, "error": {"__type": "Not Found Error", "message": "Ei löydy"}}, 404
        )

    def _search(self, query: dict[str, list[str]], host: str) -> Response:
        start, rows = (int(query.get(name, [str(usual)])[0]) for name, usual in (("start", 0), ("rows", 10)))
        listed = [self._package(name, host) for name in sorted((*_OTHERS, DATASET))]
        page = listed[start : start + min(rows, MOST_ROWS)]
        return json_response({"help": "", "success": True, "result": {"count": len(listed), "results": page}})

    def _package(self, name: str, host: str) -> dict:
        dated = "2026-11-03T06:00:00.123456" if self._restated else "2026-10-12T06:00:00.654321"
        described = {
            "id": "5e8358c2-0002",
            "url": f"{host}/data/dataset/3f1b/resource/5e8358c2-0002/download/package.json",
            "size": None,
        }
        file = {
            "id": "5e8358c2-0001",
            "url": f"{host}{_FILE}",
            "format": "CSV",
            "last_modified": dated,
            "hash": "",
            "size": None,
        }
        return {"name": name, "metadata_modified": dated, "resources": [described, file] if name == DATASET else []}


@cache
def benefits(seed: int, restated: bool) -> bytes:
    """The file of benefits: every municipality, the years, and the months of the last one."""
    found = population(seed, False)
    names = {row["municipality_code"]: row["name_fi"] for row in read("municipality")}
    lines = [_HEADER]
    for benefit, (share, euros) in _BENEFITS.items():
        for year in YEARS:
            residents = found.counts[1:, 0, 0, found.years.index(year)]
            noise = generator(seed, "kela", benefit, year).normal(1, 0.08, (len(residents), 13))
            for area, persons, factors in zip(found.areas[1:], residents, noise, strict=True):
                for month in range(13 if year == MONTHS_OF else 1):
                    recipients = round(persons * share * factors[month] * (0.55 if month else 1))
                    moved = 1.01 if restated and benefit == RESTATED and area == "853" and year == YEARS[0] else 1
                    # Here and there more is recovered than was paid.
                    sign = -0.01 if month and (int(area) + month) % 97 == 0 else 1
                    paid = round(recipients * euros * moved * sign / (11 if month else 1))
                    if recipients < 4:
                        continue
                    each = f"{paid / recipients:.2f}".replace(".", ",")
                    when = "kuukausi" if month else "vuosi"
                    lines.append(
                        f"{int(area)};{names[area]};{when};{benefit};{recipients};{paid};{each};{year};{month or 'NA'}"
                    )
    return ("\n".join(lines) + "\n").encode("utf-8")


@cache
def county_package(seed: int, restated: bool) -> bytes:
    """The county package: two measures of each benefit by county and year."""
    rows = []
    for county in read("county"):
        for benefit, (share, euros) in _BENEFITS.items():
            for year in YEARS:
                factor = generator(seed, "kela", county["hva_code"], benefit, year).normal(1, 0.05)
                moved = 1.01 if restated and county["hva_code"] == "05" and benefit == RESTATED else 1
                common = {"etuus": benefit, "vuosi": year, "hyvinvointialue_name_fi": county["name_fi"]}
                rows.append(common | {"indi": "saajat_osuus", "arvo": round(100 * share * factor, 4)})
                rows.append(common | {"indi": "euroa_per_saaja", "arvo": round(euros * factor * moved, 2)})
    return json.dumps(rows, ensure_ascii=False).encode("utf-8")
