"""What the suites found, as pages that open anywhere: one a suite and night, and an index over the nights.

Belongs here: writing self-contained HTML (no script, no style, font or picture from outside) into the home's reports folder.
Does not belong here: judging (gate.py). Great Expectations' own pages are not used: they lean on styles and scripts from the internet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from expectations.gate import STATUSES, CheckOutcome, shorten, tally
from expectations.model import Suite
from sources.contract import LANGUAGES
from sources.durable import write_atomic

# Beside the word: a sign for who does not see the colour, and a name in each language for who does not know the word.
STATUS_SIGNS = {"PASS": "✓", "FAIL": "✗", "N-A": "–", "ERROR": "!"}
STATUS_NAMES = {
    "PASS": {"fi": "täyttyy", "sv": "uppfylls", "en": "as expected"},
    "FAIL": {"fi": "ei täyty", "sv": "uppfylls inte", "en": "not as expected"},
    "N-A": {"fi": "ei arvioitavissa", "sv": "kan inte bedömas", "en": "cannot be judged"},
    "ERROR": {"fi": "ei voitu suorittaa", "sv": "kunde inte utföras", "en": "could not be run"},
}
DIMENSION_NAMES = {
    "completeness": {"fi": "täydellisyys", "sv": "fullständighet", "en": "completeness"},
    "plausibility": {"fi": "uskottavuus", "sv": "rimlighet", "en": "plausibility"},
    "consistency": {"fi": "ristiriidattomuus", "sv": "samstämmighet", "en": "consistency"},
    "conformity": {"fi": "määritysten mukaisuus", "sv": "överensstämmelse", "en": "conformity"},
}
DOCS = "dbt/index.html"  # dbt's own page of every table and column, once a release has been made
MEASURE_NAMES = {
    "value": {"fi": "arvo", "sv": "värde", "en": "value"},
    "outside": {"fi": "ulkopuolella", "sv": "utanför", "en": "outside"},
    "lowest": {"fi": "pienin", "sv": "lägsta", "en": "lowest"},
    "highest": {"fi": "suurin", "sv": "högsta", "en": "highest"},
    "rows": {"fi": "rivejä", "sv": "rader", "en": "rows"},
    "subjects": {"fi": "kohteita", "sv": "objekt", "en": "subjects"},
    "judged": {"fi": "arvioituja", "sv": "bedömda", "en": "judged"},
    "largest_denominator": {"fi": "suurin nimittäjä", "sv": "största nämnare", "en": "largest denominator"},
}


def write_pages(
    reports: Path, night_id: str, suite: Suite, outcomes: Sequence[CheckOutcome], *, synthetic: bool
) -> Path:
    """Write the suite's page and its JSON under `reports/nights/<night_id>/gx/`, then the index `reports/index.html`. Returns the page."""
    folder = reports / "nights" / night_id / "gx"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    document = {
        "night_id": night_id,
        "suite": suite.name,
        "title": suite.title,
        "is_synthetic": synthetic,
        "counts": tally(outcomes),
        "is_blocking": any(o.is_blocking for o in outcomes),
        "checks": [o.as_dict() for o in outcomes],
    }
    write_atomic(folder / f"{suite.name}.json", json.dumps(document, ensure_ascii=False, indent=1))
    page = folder / f"{suite.name}.html"
    write_atomic(page, suite_page(document))
    write_index(reports)
    return page


def write_index(reports: Path) -> None:
    """Write `reports/index.html` anew, from what lies there."""
    write_atomic(reports / "index.html", index_page(reports))


def suite_page(document: dict[str, Any]) -> str:
    """The HTML of one suite of one night, from the document that `write_pages` stores as JSON."""
    order = {"ERROR": 0, "FAIL": 1, "N-A": 2, "PASS": 3}
    checks = sorted(document["checks"], key=lambda c: (order[c["status"]], c["severity"] != "error", c["id"]))
    return _template("suite.html.j2").render(document | {"checks": checks}, **_words())


def index_page(reports: Path) -> str:
    """The HTML of the index over all nights under `reports/nights`, newest first. A night's file that cannot be read is listed as such."""
    nights: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(reports.glob("nights/*/gx/*.json")):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            entry = {name: found[name] for name in ("suite", "title", "counts", "is_synthetic", "is_blocking")}
        except (OSError, ValueError, KeyError, TypeError):
            entry = {"suite": path.stem, "unreadable": True}
        nights.setdefault(path.parts[-3], []).append(entry)
    calendar = max(reports.glob("nights/*/deliveries.html"), default=None)
    return _template("index.html.j2").render(
        nights=sorted(nights.items(), reverse=True),
        has_docs=(reports / DOCS).is_file(),
        calendar=calendar and calendar.relative_to(reports).as_posix(),
        **_words(),
    )


def page_from(template: str, **told: Any) -> str:
    """The HTML of another of the night's pages, in the same frame and style; what it tells stands before the words of the suites' pages."""
    return _template(template).render(_words() | told)


def _words() -> dict[str, Any]:
    return {
        "signs": STATUS_SIGNS,
        "names": STATUS_NAMES,
        "dimensions": DIMENSION_NAMES,
        "measures": MEASURE_NAMES,
        "statuses": STATUSES,
        "languages": LANGUAGES,
    }


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,  # by name only: every value of every template is escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = shorten
    return environment


def _template(name: str):
    return _environment().get_template(name)
