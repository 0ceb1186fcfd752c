"""The pages that are read, and whose turn it is tonight: `pages.csv`.

Belongs here: the list, which of it a home reads, and the rotation. Does not belong here: what a page says (reading.py).

A person adds a page at the end of the list, with the day from which it counts, its county and the goal of the programme that it serves; neither is told by the page
in codes. Its place in the list is its turn, so a row is never moved. Rows whose `verification` is `synthetic` are the stand-in's: a simulated home reads
them and nothing else, a live one all the others.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = Path(__file__).parent / "pages.csv"
NIGHTS_OF_A_ROUND = 7
SYNTHETIC = "synthetic"
_HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass(frozen=True)
class Page:
    """One row of the list. `county_code` and `programme_goal` are this project's words, None where there is none."""

    kind: str
    slug: str
    county_code: str | None
    programme_goal: str | None
    listed_on: date
    verification: str
    turn: int

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.slug}"

    @property
    def listed(self) -> dict[str, str | None]:
        """What the list says of the page."""
        return {
            "kind": self.kind,
            "slug": self.slug,
            "county_code": self.county_code,
            "programme_goal": self.programme_goal,
        }


@cache
def listed_pages() -> tuple[Page, ...]:
    """Every row of the list, in its order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Page(
                row["kind"],
                row["slug"],
                row["county_code"] or None,
                row["programme_goal"] or None,
                date.fromisoformat(row["listed_on"]),
                row["verification"],
                place % NIGHTS_OF_A_ROUND,
            )
            for place, row in enumerate(csv.DictReader(file))
        )


def pages_of(is_simulated: bool, at: datetime) -> list[Page]:
    """The pages that a home reads, as the list stands on the night of `at`."""
    today = at.astimezone(_HELSINKI).date()
    return [p for p in listed_pages() if (p.verification == SYNTHETIC) == is_simulated and p.listed_on <= today]


def is_turn(page: Page, at: datetime) -> bool:
    """Whether the night of `at`, by its date in Finland, is the page's: one in seven."""
    return at.astimezone(_HELSINKI).date().toordinal() % NIGHTS_OF_A_ROUND == page.turn
