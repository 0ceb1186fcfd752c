"""The rules that no contract holds, because they are the same for every dataset: files, lines, manifests, deliveries.

Belongs here: reading `file_rules.yml`. Does not belong here: row rules (contracts), judging by the rules (preflight.py, reader.py, judge.py, intake.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from sources.regional.holds.rules import HoldRule, hold_rule

SEVERITIES = ("file", "group", "record", "warning", "info")
# Told and counted; nothing is refused for them.
TOLD = ("warning", "info")


@dataclass(frozen=True)
class FileRule:
    """One rule: stable id, short code, what a breach does (`file` refuses the delivery, `record` quarantines the line, `warning` and `info` are told), and its texts.

    `version` counts changes of what it judges. It has no end: a rule that no longer judges leaves the list, and its number stays unused."""

    id: str
    code: str
    severity: str
    text: dict[str, str]
    fix: dict[str, str]
    version: int = 1
    effective_from: date = date(2023, 1, 1)
    effective_to: date | None = None
    # What breaks it and what does not, in signs that need no language.
    example: dict[str, str] = field(default_factory=dict)

    @property
    def level(self) -> int:
        """Validation level, the digit of the id."""
        return int(self.id.split("-")[-2])


@cache
def file_rules() -> dict[str, FileRule]:
    """All rules by code, in the order of their ids."""
    document = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return {entry["code"]: FileRule(**entry) for entry in document}


@cache
def _by_id() -> dict[str, FileRule]:
    return {rule.id: rule for rule in file_rules().values()}


def file_rule(name: str) -> FileRule | HoldRule:
    """The rule of that code or id, one of holds too; KeyError if there is none."""
    return file_rules().get(name) or _by_id().get(name) or hold_rule(name)
