"""What is kept of a page: the extract of its block, and the row that is made of it.

Belongs here: judging the labels (HVA-INN-0-011 to 017), dropping what names a person, dates. Does not belong here: finding labels (reading.py), rules of rows
(innokyla_page.yml), fetching (collect.py).

The page itself is not landed. It names its author, and may name others in its free text; bytes that are landed stay. What is landed is the extract: the known
labels with their values, without the author, and the SHA-256 and length of the page that it was read from. Rows are made of the extract alone, so they are the
same tonight and when they are made again.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sources.ledger import canonical
from sources.national.innokyla.kinds import DATE, Kind
from sources.national.innokyla.reading import Block, read_block
from sources.national.innokyla.rules import refused, said
from sources.personal_data import masked

if TYPE_CHECKING:
    import polars as pl

_LONGEST_VALUE = 5_000
_SHOWN = 40
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_DATES = ("created_on", "modified_on")
COLUMNS = (
    *("development_kind", "slug", "page_address", "development_name", "short_description", "place_text", "area_text"),
    *("county_code", "funder_name", "parent_name", "programme_goal", *_DATES, "origin"),
)


def extract_of(body: bytes, charset: str, kind: Kind) -> tuple[dict[str, Any], list[str]]:
    """The extract of a page as it came, and what is worth saying of it. Raises SourceError."""
    try:
        page = body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        raise refused("ENCODING", f"{charset[:20]} was told") from None
    personal = {name for name, label in kind.labels.items() if label.is_personal}
    block = read_block(page, kind.labels, personal)
    _require_labels(block, kind)
    values = {name: masked(value) for name, value in block.pairs if name not in personal}
    _require_values(values, kind)
    notes = [said("LABEL_NEW", _shown(name)) for name in dict.fromkeys(block.unknown)]
    extract = {
        "facts": {
            kind.labels[name].column: {"label": name, "value": value}
            for name, value in values.items()
            if kind.labels[name].column
        },
        "not_kept": sorted({name for name, _ in block.pairs if kind.labels[name].column is None}),
        "page": {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)},
    }
    return extract, notes


def extract_bytes(extract: dict[str, Any]) -> bytes:
    """The extract as it is landed."""
    return canonical(extract).encode("utf-8")


def row_of(
    extract: Mapping[str, Any], listed: Mapping[str, str | None], address: str, is_simulated: bool
) -> pl.DataFrame:
    """The one row of a page. `listed` is what the list said of it when it was read. Labels may have other names since: the extract says what each stood for."""
    import polars as pl

    row: dict[str, Any] = {
        "development_kind": listed["kind"],
        "slug": listed["slug"],
        "page_address": address,
        "county_code": listed["county_code"],
        "programme_goal": listed["programme_goal"],
        "origin": "synthetic" if is_simulated else "published",
    }
    for column, fact in extract["facts"].items():
        row[column] = _day(fact["label"], fact["value"]) if column in _DATES else fact["value"] or None
    schema = {name: pl.Date if name in _DATES else pl.String for name in COLUMNS}
    return pl.DataFrame([row], schema=schema)


def _require_labels(block: Block, kind: Kind) -> None:
    counted = Counter(name for name, _ in block.pairs)
    gone = [name for name, label in kind.labels.items() if name not in counted and not label.may_be_absent]
    if gone:
        # The new label that is most like the lost one.
        near = difflib.get_close_matches(gone[0], block.unknown, 1, 0)
        renamed = f"; {_shown(near[0])} is new: was it renamed?" if near else ""
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        raise refused("LABEL_GONE", f"{gone[0]!r}{more}{renamed}")
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        raise refused("LABEL_TWICE", repr(twice[0]))


def _require_values(values: Mapping[str, str], kind: Kind) -> None:
    for name, value in values.items():
        label = kind.labels[name]
        if label.is_required and not value:
            raise refused("VALUE_EMPTY", repr(name))
        if len(value) > _LONGEST_VALUE:
            raise refused("VALUE_LONG", f"{name!r} has {len(value)} characters")
    days = {kind.labels[n].column: _day(n, value) for n, value in values.items() if kind.labels[n].form == DATE}
    if days["modified_on"] < days["created_on"]:
        raise refused("DATES_BACKWARDS", f"{days['modified_on']} before {days['created_on']}")


def _day(name: str, value: str) -> date:
    found = _DATE.fullmatch(value)
    try:
        if found is not None:
            return date(*(int(part) for part in reversed(found.groups())))
    except ValueError:
        pass
    raise refused("DATE_RETYPED", f"{name!r} is {_shown(value)}")


def _shown(text: str) -> str:
    """The beginning of a text of the page, fit for one line."""
    return repr(masked("".join(c if c.isprintable() else "?" for c in text))[:_SHOWN])
