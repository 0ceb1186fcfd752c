"""The portal's listing of data sets, page by page, and the files of the one that is taken.

Belongs here: reading CKAN's replies and what each file is known by. Does not belong here: the files themselves (benefits.py), asking (collect.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from sources.national.outcome import SourceError

PAGE_ROWS = 50
# Nobody publishes so many data sets that more pages are an answer.
MOST_PAGES = 40
_DATA_FILE = re.compile(r"data[0-9_]*\.csv")


@dataclass(frozen=True)
class Resource:
    """One file of a data set; `marker` is what the portal dates and measures it by."""

    resource_id: str
    url: str
    marker: str
    last_modified: str | None

    @property
    def object(self) -> str:
        return f"kela_benefit/{self.resource_id}"


def packages(ask: Callable[[int], Any]) -> list[dict[str, Any]]:
    """All data sets of a search. `ask` gives the reply that begins at a place; a page may be shorter than was asked. Raises SourceError (HVA-KELA-0-001, 002)."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        total, page = _page(ask(len(found)))
        found += page
        if len(found) >= total:
            return found
        if not page:
            break
    raise SourceError(f"HVA-KELA-0-002: the listing says {total} data sets and ends after {len(found)}: ask again")


def _page(document: Any) -> tuple[int, list[dict[str, Any]]]:
    result = document.get("result") if isinstance(document, dict) and document.get("success") is True else None
    page = result.get("results") if isinstance(result, dict) else None
    if (
        not isinstance(page, list)
        or not all(isinstance(p, dict) for p in page)
        or not isinstance(result.get("count"), int)
    ):
        raise SourceError(
            "HVA-KELA-0-001: the reply is no search result of CKAN: see whether the portal still speaks version 3"
        )
    return result["count"], page


def data_files(listed: list[dict[str, Any]], name: str) -> list[Resource]:
    """The data files of the data set `name`, in the order of their ids. Raises SourceError (HVA-KELA-0-003, 004)."""
    chosen = next((one for one in listed if one.get("name") == name), None)
    resources = chosen.get("resources") if chosen is not None else None
    if not isinstance(resources, list) or not resources:
        raise SourceError(f"HVA-KELA-0-003: the portal lists no data set {name} with files: the last good rows stay")
    files = []
    for one in resources:
        url, resource_id = (one.get(key) for key in ("url", "id")) if isinstance(one, dict) else (None, None)
        if (
            not isinstance(url, str)
            or not isinstance(resource_id, str)
            or not re.fullmatch(r"[0-9a-zA-Z-]{4,60}", resource_id)
        ):
            raise SourceError(f"HVA-KELA-0-004: a file of {name} has no id or no address: its form has changed")
        if _DATA_FILE.fullmatch(PurePosixPath(urlsplit(url).path).name):
            dated = [one.get(key) for key in ("last_modified", "hash", "size")]
            files.append(Resource(resource_id, url, "|".join(str(d or "") for d in dated), dated[0]))
    if not files:
        raise SourceError(f"HVA-KELA-0-003: the data set {name} has no data*.csv: the last good rows stay")
    return sorted(files, key=lambda file: file.resource_id)
