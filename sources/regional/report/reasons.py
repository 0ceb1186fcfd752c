"""Why a delivery as a whole is refused or waits, in three languages.

Belongs here: putting what a verdict says of itself (its rules and values) into the sentences of reasons.yml. Does not belong here: what a rule says of every delivery (its own
text), and the faults of rows (causes.py). What the sentences do not cover is told in the verdict's own English: a verdict of an earlier version, say.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from sources.contract import LANGUAGES, read_yaml
from sources.regional.file_rules import file_rule


@cache
def sentences() -> dict[str, dict[str, Any]]:
    """`reasons` by the code of the rule, `words`, and the `frame` round a reason."""
    return read_yaml(Path(__file__).with_name("reasons.yml"))


def faults(judged: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What refused or holds the delivery of this verdict, the rule that decided first: `rule`, `file`, `line`, and by language `reason`, `declared` and `found`."""
    if judged["status"] not in ("rejected", "held") or not judged["rule"]:
        return []
    own = {key: judged[key] for key in ("rule", "reason", "values")}
    told = [_fault(one) for one in judged.get("holds") or (own, *judged.get("also", ()))]
    answer = judged.get("answer")
    if answer and judged["status"] == "rejected":
        why = {"who": answer["who"], "why": answer["reason"]}
        reasons = told[0]["reason"]
        reasons["en"] += f"; refused by {why['who']}: {why['why']}"
        for language, frame in sentences()["frame"]["refused"].items():
            reasons[language] += f". {frame.format(**why)}"
    return told


def _fault(one: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(one["values"]) | ({"column": one["column"]} if one.get("column") else {})
    return {
        "rule": one["rule"],
        "file": str(values.get("file", "")),
        "line": values.get("line"),
        "reason": {language: _reason(language, one, values) for language in LANGUAGES},
        **{
            key: {language: _word(values.get(key, ""), language) for language in LANGUAGES}
            for key in ("declared", "found")
        },
    }


def _reason(language: str, one: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    texts = sentences()
    known = texts["reasons"].get(file_rule(one["rule"]).code, {}).get(language, ())
    sentence = next((text for text in known if _fields(text) <= values.keys()), None)
    if sentence is None:
        return one["reason"] or ""
    told = sentence.format(**{key: _word(value, language) for key, value in values.items()})
    if "offset" in values:
        told = texts["frame"]["offset"][language].format(told=told, **values)
    return texts["frame"]["file"][language].format(told=told, file=values["file"]) if "file" in values else told


@cache
def _fields(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _word(value: object, language: str) -> str:
    """A value that is a word of this program, in that language; any other as it is."""
    return sentences()["words"].get(str(value), {}).get(language, str(value))
