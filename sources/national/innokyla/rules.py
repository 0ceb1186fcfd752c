"""The rules of a page as a whole, and of robots.txt: `page_rules.yml`.

Belongs here: reading that file and the refusal that a rule makes. Does not belong here: judging (reading.py, facts.py, robots.py), rules of rows (innokyla_page.yml).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sources.national.outcome import SourceError

FILE = Path(__file__).parent / "page_rules.yml"


@dataclass(frozen=True)
class PageRule:
    """One rule: stable id, short code, severity (`file` refuses the page, `warning` is told and the page is taken), texts, and an example, bad and good."""

    id: str
    code: str
    severity: str
    dimension: str
    text: dict[str, str]
    fix: dict[str, str]
    example: dict[str, str]

    @property
    def level(self) -> int:
        """Validation level, the digit of the id."""
        return int(self.id.split("-")[-2])


@cache
def page_rules() -> dict[str, PageRule]:
    """All rules by code, in the order of their ids."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {entry["code"]: PageRule(**entry) for entry in document}


def said(code: str, detail: str) -> str:
    """One line: the rule's id and text, and what it was here."""
    rule = page_rules()[code]
    return f"{rule.id}: {rule.text['en'].removesuffix('.')}: {detail}"


def refused(code: str, detail: str) -> SourceError:
    """The refusal of a page by the rule of that code."""
    return SourceError(said(code, detail))
