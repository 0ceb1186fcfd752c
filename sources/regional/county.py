"""County files: who a sender is and how it writes each dataset.

Belongs here: reading `counties/<organiser_code>.yml`, refusing a bad one in one line, and the model of a dialect that the reader and the harmoniser use.
Does not belong here: what the columns mean and which rules they obey (the contract), and any name of a county: a county is data.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sources.contract import Column, Contract
from sources.errors import SotevarastoError
from sources.regional.signature import SigningKey, signing_keys

_SCHEMA = Path(__file__).with_name("county.schema.json")
_TOKENS = {"timestamp": ("%d", "%m", "%Y", "%H", "%M"), "date": ("%d", "%m", "%Y")}


# What stands in a draft where a person must decide; a file that holds it is no county's yet.
UNDECIDED = "TODO"


class CountyError(SotevarastoError):
    """A county file cannot be used; the message names the file, the place and the mend."""


@dataclass(frozen=True)
class Dialect:
    """How one sender writes one dataset.

    `columns` maps each header as sent (NFC) to a contract column; `codes` maps, for a column, each code as sent to the contract's code. `null_values` always
    holds the empty text. Formats are in strptime's tokens, None where the dataset has no such column. `encoding` is utf-8, latin-1, cp1252 or utf-16-le; `delimiter` and `decimal` are one character.
    """

    organiser_code: str
    dataset: str
    encoding: str
    delimiter: str
    decimal: str
    timestamp_format: str | None
    date_format: str | None
    null_values: tuple[str, ...]
    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class County:
    """One sender: its code, its names in Finnish, Swedish and English, and a dialect for each dataset that it sends. `accounts` are those by which it delivers;
    `keys` what it signs manifests with, and whether it must.

    `expected_from` is the first month ('YYYY-MM') that is due of a sender that joined after the warehouse was opened, else None.
    """

    organiser_code: str
    name: Mapping[str, str]
    dialects: Mapping[str, Dialect]
    accounts: tuple[str, ...] = ()
    keys: tuple[SigningKey, ...] = ()
    must_sign: bool = False
    expected_from: str | None = None


def load_county(path: Path, contracts: Mapping[str, Contract]) -> County:
    """Read one county file and hold it against the contracts (by dataset name) of what it sends.

    Raises CountyError: no YAML, a key given twice, something left undecided (TODO), not the form of county.schema.json, a code that is not the file's name, a dataset without a contract, a contract
    column mapped never or twice, a code translated to one that the contract does not know.
    """
    document = _document(path)
    _refuse_undecided(path, document)
    _refuse_malformed(path, document)
    code = document["organiser_code"]
    if path.stem != code:
        raise CountyError(f"{path.name}: organiser_code is {code}; the file must be named {code}.yml")
    dialects = {
        dataset: _dialect(path, code, dataset, body, contracts.get(dataset))
        for dataset, body in document["dialects"].items()
    }
    signing = document.get("signature") or {"required": False, "keys": []}
    try:
        keys = signing_keys(signing["keys"])
    except ValueError as error:
        raise CountyError(f"{path.name}: signature: {error}; mend the file") from None
    accounts, expected_from = tuple(document.get("accounts", ())), document.get("expected_from")
    return County(code, document["name"], dialects, accounts, keys, signing["required"], expected_from)


def load_counties(folder: Path, contracts: Mapping[str, Contract]) -> dict[str, County]:
    """Every county file of a folder, by organiser code. CountyError at the first bad one, or when there is none."""
    counties = {path.stem: load_county(path, contracts) for path in sorted(folder.glob("*.yml"))}
    if not counties:
        raise CountyError(
            f"{folder.name}/: no county file (<organiser_code>.yml) in this folder; restore it from the repository"
        )
    return counties


def _document(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else "unknown line"
        raise CountyError(f"{path.name}: {place}: {error.problem or error.context}; mend the file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CountyError(
            f"{path.name}: not readable as YAML ({' '.join(str(error).split())[:160]}); mend the file"
        ) from None


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as SafeLoader reads it, except that a key given twice is refused: plain YAML keeps the last one in silence."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen and key_node.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key_node.value!r} stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def _refuse_undecided(path: Path, document: Any) -> None:
    if places := [place for place, value in _values(document, ()) if value == UNDECIDED]:
        more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
        raise CountyError(
            f"{path.name}: {'.'.join(places[0])} is still {UNDECIDED}{more}; decide each, the remark beside it says what is known"
        )


def _values(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield place, value
        return
    for key, item in inner:
        yield from _values(item, (*place, str(key)))


def _refuse_malformed(path: Path, document: Any) -> None:
    _refuse_bare_keys(path, document, ())
    problem = next(
        iter(sorted(_validator().iter_errors(document), key=lambda e: list(map(str, e.absolute_path)))), None
    )
    if problem is not None:
        place = ".".join(map(str, problem.absolute_path)) or "top level"
        wanted = problem.schema.get("description") or ""
        raise CountyError(
            f"{path.name}: {place}: {problem.message[:160]}{f' ({wanted})' if wanted else ''}; see county.schema.json"
        )


def _refuse_bare_keys(path: Path, value: Any, place: tuple[str, ...]) -> None:
    """YAML reads an unquoted 1 as a number and an unquoted no as false: a code as sent is text, so it must stand in quotes."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if not isinstance(key, str):
            raise CountyError(
                f"{path.name}: {'.'.join(place) or 'top level'}: the key {key!r} is not text; put it in quotes"
            )
        _refuse_bare_keys(path, inner, (*place, key))


@cache
def _validator():
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def _dialect(path: Path, code: str, dataset: str, body: dict[str, Any], contract: Contract | None) -> Dialect:
    place = f"{path.name}: dialects.{dataset}"
    if contract is None:
        raise CountyError(f"{place}: there is no contract of that name; mend the name or add the contract")
    columns = {unicodedata.normalize("NFC", header): column for header, column in body["columns"].items()}
    _refuse_columns(place, columns, len(body["columns"]), contract)
    codes = body.get("codes") or {}
    for name, mapping in codes.items():
        _refuse_codes(f"{place}.codes.{name}", mapping, next((c for c in contract.columns if c.name == name), None))
    for kind, tokens in _TOKENS.items():
        is_needed = any(c.type == kind for c in contract.columns)
        _refuse_format(f"{place}.{kind}_format", body.get(f"{kind}_format"), tokens, is_needed)
    return Dialect(
        organiser_code=code,
        dataset=dataset,
        encoding=body["encoding"],
        delimiter=body["delimiter"],
        decimal=body["decimal"],
        timestamp_format=body.get("timestamp_format"),
        date_format=body.get("date_format"),
        null_values=tuple(sorted({"", *body["null_values"]})),
        columns=columns,
        codes=codes,
    )


def _refuse_columns(place: str, columns: Mapping[str, str], given: int, contract: Contract) -> None:
    mapped = list(columns.values())
    for header, column in columns.items():
        if column not in contract.column_names:
            raise CountyError(
                f"{place}.columns.{header}: the contract has no column {column}; its columns are {', '.join(contract.column_names)}"
            )
        if mapped.count(column) > 1:
            raise CountyError(
                f"{place}.columns.{header}: {column} is mapped from {mapped.count(column)} headers; map each column once"
            )
    if absent := [name for name in contract.column_names if name not in mapped]:
        raise CountyError(
            f"{place}.columns: no header is mapped to {', '.join(absent)}; map each column of the contract once"
        )
    if len(columns) != given:
        raise CountyError(f"{place}.columns: two headers differ only in how an accent is encoded; keep one")


def _refuse_codes(place: str, mapping: Mapping[str, str], column: Column | None) -> None:
    if column is None or column.allowed_codes is None:
        raise CountyError(f"{place}: the contract has no column of that name with a code list; remove the translation")
    if unknown := sorted(set(mapping.values()) - set(column.allowed_codes)):
        raise CountyError(
            f"{place}: {unknown[0]} is no code of the contract; its codes are {', '.join(column.allowed_codes[:12])}"
        )


def _refuse_format(place: str, declared: str | None, tokens: tuple[str, ...], is_needed: bool) -> None:
    if not is_needed:
        if declared is not None:
            raise CountyError(f"{place}: the contract has no column of that kind; remove the format")
        return
    found = (declared or "").replace("%-", "%")
    if wrong := [t for t in tokens if found.count(t) != 1]:
        raise CountyError(
            f"{place}: {declared!r} must hold {wrong[0]} exactly once; write it as the sender does, e.g. %d.%m.%Y %H:%M"
        )
