"""Innokylä's pages as far as they are read: robots.txt, and a page for each synthetic row of the list. Everything on them is made up, and says so.

Belongs here: the order of labels and sections that stored copies of real pages have, and habits that a reader must live with: empty values, an author on some pages and
not on others, a version that the server names for some pages and not for others. Does not belong here: sockets (server.py). The markup is invented: that of
the service was never seen.
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape

from sources.national.innokyla.kinds import DATE, Kind, kinds
from sources.national.innokyla.pages import SYNTHETIC, Page, listed_pages
from sources.simulator.national.figures import read
from sources.simulator.national.protocol import Request, Response

ROBOTS = b"User-agent: *\nDisallow: /fi/user/\nDisallow: /fi/*/muokkaa\n"
CHANGED_FROM_DAY = 2
# The page that is edited on that day, and the one that is new on it.
EDITED, NEW = "synteettinen-toimintamalli-07", "synteettinen-toimintamalli-12"
LABEL = "Synteettinen sivu: simulaattorin keksimä, ei Innokylän sisältöä."
AUTHOR = "Malli Mallikas"
_FUNDERS = ("Sosiaali- ja terveysministeriö", "Ei erillisrahoitusta", "EU, elpymis- ja palautumistukiväline")
_SHELL = """<!DOCTYPE html>
<html lang="fi"><head><meta charset="utf-8"><title>{name} | Innokylä (synteettinen)</title></head>
<body><header><a href="/fi/user/login">Kirjaudu</a></header>
<main><p class="notice">{label}</p><h1>{name}</h1><p class="lead">{lead}</p>
<section><h2><svg><title>icon/chevron-down Created with Sketch.</title></svg> Perustiedot</h2>
<div class="fields">{fields}</div></section>
<section><h2>Ratkaisun perusidea **</h2><p>Keksittyä tekstiä. Lisätietoja antaa {author}.</p></section>
<section><h2>Toimivuuden ja käyttöönoton ehdot **</h2><p>Keksittyä tekstiä.</p></section></main></body></html>
"""
_FIELD = '<div class="field"><div class="field__label">{label}</div>{item}</div>'


class Innokyla:
    """The site on one simulated day."""

    def __init__(self, day: int) -> None:
        self._changed = day >= CHANGED_FROM_DAY

    def respond(self, request: Request) -> Response:
        """Answer one request."""
        path = request.target.partition("?")[0].strip("/")
        if request.method not in ("GET", "HEAD"):
            return Response(405, b"Method Not Allowed", "text/plain")
        if path == "robots.txt":
            return Response(200, ROBOTS, "text/plain")
        page = _served(self._changed).get(path)
        if page is None:
            return Response(
                404, b"<!DOCTYPE html><html><body><h1>Sivua ei l\xc3\xb6ydy</h1></body></html>", "text/html"
            )
        body = page_body(page, self._changed and page.slug == EDITED)
        if page.turn % 2:
            return Response(200, body, "text/html; charset=UTF-8")
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(304, b"", "text/html; charset=UTF-8", {"ETag": etag})
        return Response(200, body, "text/html; charset=UTF-8", {"ETag": etag})


@cache
def _served(changed: bool) -> dict[str, Page]:
    """The pages that are there, by their path."""
    return {
        f"{kinds()[page.kind].path}/{page.slug}": page
        for page in listed_pages()
        if page.verification == SYNTHETIC and (changed or page.slug != NEW)
    }


@cache
def page_body(page: Page, edited: bool) -> bytes:
    """One page as it is sent."""
    kind = kinds()[page.kind]
    values = _values(page, edited)
    shown = {"name": values["development_name"], "lead": values["short_description"]}
    fields = "".join(_field(kind, label, values, page) for label in kind.labels)
    texts = {name: escape(text) for name, text in shown.items()}
    return _SHELL.format(**texts, label=LABEL, fields=fields, author=AUTHOR).encode("utf-8")


def _field(kind: Kind, name: str, values: dict[str, str], page: Page) -> str:
    label = kind.labels[name]
    # What may be absent is on every other page.
    if label.may_be_absent and page.turn % 2:
        return ""
    value = AUTHOR if label.is_personal else values.get(label.column or "", "Keksittyä tekstiä.")
    if label.form == DATE:
        item = f'<div class="field__item"><time>{value}</time></div>'
    else:
        item = f'<div class="field__item"><p>{escape(value)}</p></div>' if value else ""
    return _FIELD.format(label=escape(name), item=item)


def _values(page: Page, edited: bool) -> dict[str, str]:
    """Column → what the page says."""
    names = {county["hva_code"]: county["name_fi"] for county in read("county")}
    place = names.get(page.county_code or "", "Valtakunnallinen")
    number = int(page.slug[-2:])
    return {
        "development_name": f"Synteettinen {page.slug.split('-')[1]} {number}",
        "short_description": f"Keksitty kuvaus: näin palveluja kehitetään yhdessä ({place})."
        + (" Kuvausta on täydennetty." if edited else ""),
        "place_text": place if number % 3 else "",
        "area_text": place,
        "funder_name": _FUNDERS[number % len(_FUNDERS)],
        "parent_name": "" if number % 2 else "Synteettinen hanke 1",
        "created_on": f"{number + 9:02d}.03.2024",
        "modified_on": "03.11.2026" if edited else f"{number + 4:02d}.09.2026",
    }
