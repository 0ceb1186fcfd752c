"""The two suites, built in memory from the contract and from bounds.yml.

Belongs here: putting bounds, texts and kinds together, and refusing what does not fit together. Does not belong here: the SQL of a kind (contacts.py,
mart.py), running (gate.py), and Great Expectations itself: building a suite is cheap, so that definitions can list its checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from expectations import contacts, mart
from expectations.model import BoundsError, Check, Suite
from sources.contract import LANGUAGES, Contract, read_yaml
from sources.national.sotkanet.catalogue import catalogue
from sources.regional.catalogue import dataset_contract

HERE = Path(__file__).parent
SEVERITIES = ("error", "warning")
DIMENSIONS = ("completeness", "plausibility", "consistency", "conformity")
_ID = re.compile(r"HVA-GX-(CC|MD)-[0-9]{3}")


@cache
def accepted_contacts() -> Suite:
    """The suite for the accepted care contacts of current deliveries. Raises BoundsError when bounds.yml and the contract disagree."""
    return contacts_suite(dataset_contract("care_contacts"), read_bounds())


@cache
def minimum_dataset() -> Suite:
    """The suite for mart.minimum_dataset. Raises BoundsError when bounds.yml does not hold together."""
    return mart_suite(read_bounds())


def read_bounds(path: Path = HERE / "bounds.yml") -> Mapping[str, Any]:
    """The bounds as data: {suite: {title, judged_from, checks}, indicators}. Raises BoundsError when they are no YAML mapping or an id is used twice."""
    try:
        bounds = read_yaml(path)
        ids = [entry["id"] for suite in ("accepted_contacts", "minimum_dataset") for entry in bounds[suite]["checks"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BoundsError(
            f"{path.name}: not readable as bounds ({' '.join(str(error).split())[:160]}); mend it"
        ) from error
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        raise BoundsError(f"{path.name}: {repeated[0]} is used twice; give every check its own id")
    return bounds


def contacts_suite(contract: Contract, bounds: Mapping[str, Any]) -> Suite:
    """The contacts suite for a contract: every nullable column must have its share, every short code list its shares."""
    said = bounds["accepted_contacts"]
    entries = said["checks"]
    for kind, columns in (
        ("filled_share", contacts.nullable_columns(contract)),
        ("code_shares", contacts.coded_columns(contract)),
    ):
        have = {e["column"] for e in entries if e["kind"] == kind}
        for column in sorted(have ^ set(columns)):
            lack = f"no {kind} check" if column in columns else f"a {kind} check the contract has no place for"
            raise BoundsError(
                f"bounds.yml: column {column} of {contract.name} has {lack}; add or remove the entry under accepted_contacts"
            )
    checks = []
    for entry in entries:
        column = entry.get("column")
        if column is not None and column not in contract.column_names:
            raise BoundsError(
                f"bounds.yml: {entry['id']} names the column {column}, unknown to {contract.name}; mend the name"
            )
        if strange := sorted(set(entry.get("shares", ())) - set(contract.column(column).codes or () if column else ())):
            raise BoundsError(
                f"bounds.yml: {entry['id']} bounds the code {strange[0]}, unknown to {contract.name}; mend the code"
            )
        label = contract.column(column).label if column else dict.fromkeys(LANGUAGES, "")
        checks.append(_check(entry, contacts.KINDS, label, said["judged_from"]))
    return Suite("accepted_contacts", said["title"], tuple(checks), contacts.relations(contract))


def mart_suite(bounds: Mapping[str, Any]) -> Suite:
    """The mart suite: the checks of bounds.yml over the indicators that bounds.yml knows, and over the published ones by their unit."""
    said, indicators = bounds["minimum_dataset"], bounds["indicators"] | _published(bounds["published_indicators"])
    for code, about in indicators.items():
        if about.get("adds") not in ("value", "numerator", "nothing") or not about.get("reason"):
            raise BoundsError(
                f"bounds.yml: indicator {code} needs `adds` (value, numerator or nothing) and a reason; add them"
            )
        for bound in ("possible", "plausible"):
            _refuse_crossed(f"indicator {code}", *about[bound])
    none = dict.fromkeys(LANGUAGES, "")
    checks = [
        _check(e | {"indicators": indicators}, mart.KINDS, e.get("label", none), said["judged_from"])
        for e in said["checks"]
    ]
    return Suite("minimum_dataset", said["title"], tuple(checks), mart.relations(indicators))


def _published(by_unit: Mapping[str, Any]) -> dict[str, Any]:
    """Bounds of every indicator that Sotkanet publishes, out of those of its unit."""
    units = {f"sotkanet_{indicator.indicator_id}": indicator.unit for indicator in catalogue()}
    for code, unit in units.items():
        if unit not in by_unit:
            raise BoundsError(
                f"bounds.yml: indicator {code} is in {unit}, a unit without bounds under published_indicators; add it"
            )
    return {code: by_unit[unit] for code, unit in units.items()}


def _check(entry: Mapping[str, Any], kinds: Mapping, label: Mapping[str, str], judged_from: int) -> Check:
    name = entry.get("id", "an entry without an id")
    if not _ID.fullmatch(name):
        raise BoundsError(f"bounds.yml: {name} is no id of the form HVA-GX-CC-nnn or HVA-GX-MD-nnn; mend it")
    if entry["kind"] not in kinds:
        raise BoundsError(
            f"bounds.yml: {name} names the unknown kind {entry['kind']}; known: {', '.join(sorted(kinds))}"
        )
    if entry["severity"] not in SEVERITIES or entry["dimension"] not in DIMENSIONS or not entry.get("reason"):
        raise BoundsError(
            f"bounds.yml: {name} needs a severity ({', '.join(SEVERITIES)}), a known dimension and a reason; mend it"
        )
    _refuse_crossed(name, entry.get("minimum"), entry.get("maximum"))
    said = _texts()[entry["kind"]]
    return Check(
        id=name,
        kind=entry["kind"],
        severity=entry["severity"],
        dimension=entry["dimension"],
        text={language: said["text"][language].format(label=label[language]) for language in LANGUAGES},
        fix={language: said["fix"][language].format(label=label[language]) for language in LANGUAGES},
        reason=entry["reason"],
        minimum=entry.get("minimum"),
        maximum=entry.get("maximum"),
        judged_from=entry.get("judged_from", judged_from),
        plan=kinds[entry["kind"]](entry),
    )


def _refuse_crossed(name: str, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and maximum is not None and minimum > maximum:
        raise BoundsError(f"bounds.yml: {name} has a minimum above its maximum; no value could pass")


@cache
def _texts() -> Mapping[str, Any]:
    return read_yaml(HERE / "texts.yml")
