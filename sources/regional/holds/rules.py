"""The rules of holds as written down in hold_rules.yml: texts, versions, bounds.

Belongs here: reading them. Does not belong here: applying them (judge.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SEVERITY = "blocked-until-explained"


@dataclass(frozen=True)
class HoldRule:
    """One rule: stable id, short code, version with the day from which its bounds hold, the bounds, its texts, and an example that breaks it and one that does not."""

    id: str
    code: str
    severity: str
    version: int
    valid_from: date
    bounds: dict[str, Any]
    text: dict[str, str]
    fix: dict[str, str]
    examples: dict[str, dict[str, Any]]

    @property
    def level(self) -> int:
        """Validation level, the digit of the id."""
        return int(self.id.split("-")[-2])


@cache
def hold_rules() -> dict[str, HoldRule]:
    """All rules by code, in the order in which they are told."""
    document = yaml.safe_load(Path(__file__).with_name("hold_rules.yml").read_text(encoding="utf-8"))
    return {entry["code"]: HoldRule(**entry) for entry in document}


def hold_rule(name: str) -> HoldRule:
    """The rule of that code or id; KeyError if there is none."""
    rules = hold_rules()
    return rules[name] if name in rules else {rule.id: rule for rule in rules.values()}[name]
