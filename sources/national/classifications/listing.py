"""The service's lists of addresses: which correspondence tables there are, and which pairs of codes one has.

Belongs here: reading addresses, whose % signs and query strings are part of the reply. Does not belong here: following them; the host they name may be
another one than ours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sources.national.outcome import SourceError

# The number in the middle is not the same from year to year, so a table is found by what stands round it.
_TABLE = re.compile(r"kunta_1_(\d{4})0101#(hyvinvointialue|yhteistyoalue)_\d+_(\d{8})")


def table_path(local_id: str) -> str:
    """The path of a table below the base address, its # as %23: sent raw it would be a fragment, and the list would come instead."""
    return f"correspondenceTables/{quote(local_id, safe='')}/maps"


def find_tables(listed: Any) -> dict[tuple[int, str], str]:
    """(year, 'hyvinvointialue' | 'yhteistyoalue') → localId, for every table from municipalities to these. Raises SourceError."""
    found: dict[tuple[int, str], str] = {}
    for address in _addresses(listed, "correspondence tables"):
        local_id = unquote(urlsplit(address).path.rpartition("/")[2])
        match = _TABLE.fullmatch(local_id)
        if match is None:
            continue
        year, target, stamp = match.groups()
        if stamp != f"{year}0101":
            continue  # towards the division of another year
        if (int(year), target) in found:
            raise SourceError(
                f"two tables lead from municipalities of {year} to {target}: which one is right is not guessed"
            )
        found[int(year), target] = local_id
    return found


def listed_pairs(listed: Any, local_id: str) -> str:
    """`pairs_digest` of a table's list of maps. Raises SourceError when the list is not of this table."""
    pairs = []
    for address in _addresses(listed, f"maps of {local_id}"):
        parts = [unquote(part) for part in urlsplit(address).path.split("/")]
        if len(parts) < 4 or parts[-4] != local_id or parts[-3] != "maps":
            stranger = "/".join(parts[-3:])[:80]
            raise SourceError(f"the maps of {local_id} list the address …/{stranger}, which is none of its own")
        pairs.append((parts[-2], parts[-1]))
    return pairs_digest(pairs)


def pairs_digest(pairs: Iterable[tuple[str, str]]) -> str:
    """SHA-256 of pairs of (source code, target code) as the service writes them, whatever their order."""
    return hashlib.sha256(
        "\n".join(sorted(f"{source}>{target}" for source, target in pairs)).encode("utf-8")
    ).hexdigest()


def _addresses(listed: Any, what: str) -> list[str]:
    if not isinstance(listed, list) or not listed or not all(isinstance(address, str) for address in listed):
        raise SourceError(
            f"the list of {what} is no list of addresses: the last good maps stay; see whether the service still speaks v2"
        )
    return listed
