"""The labels of a page's block of basic facts, each with its value.

Belongs here: finding the block and its labels by their texts, whatever elements they stand in: how the service marks its pages up was never seen. Does not belong
here: which labels there must be and what their values mean (facts.py).

A label is a text of the block that is known (kinds.yml). A label that is not known looks like one: it stands in an element of the same kind and depth as the known
ones. What stands between two labels is the value of the first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice, pairwise

from sources.national.innokyla.kinds import block_name, sections
from sources.national.innokyla.rules import refused

# Elements whose text nobody sees.
_UNSEEN = frozenset({"script", "style", "svg", "template", "noscript", "title"})
_DEEPEST = 64
_BEFORE_STOP = re.compile(r" (?=[.,;:!?)])")


@dataclass(frozen=True)
class Block:
    """What a block says: labels with their values in the order of the page, and labels that are not known."""

    pairs: list[tuple[str, str]]
    unknown: list[str]


@dataclass(frozen=True)
class _Text:
    """A piece of text, what it is called if it is a label, and what its element looks like: the way to it, and its classes."""

    text: str
    name: str
    look: tuple[str, ...]


def read_block(page: str, known: Collection[str], personal: Collection[str]) -> Block:
    """The block of a page. `known` are the labels of its kind, `personal` those whose values name a person and are never shown. Raises SourceError (NO_BLOCK, ALIKE)."""
    texts = _block(_texts(page), known)
    looks = {one.look for one in texts if one.name in known}
    after = [(one.name, two) for one, two in pairwise(texts) if one.name in known and two.name not in known]
    alike = sum(value.look in looks for _, value in after)
    if alike > len(after) / 2:
        raise refused("ALIKE", f"{alike} of {len(after)} values look like labels")
    of_persons = {id(value) for label, value in after if label in personal}
    pairs: list[tuple[str, list[str]]] = []
    unknown: list[str] = []
    for one in texts:
        if one.name in known:
            pairs.append((one.name, []))
        elif one.look in looks and id(one) not in of_persons:
            unknown.append(one.name)
            pairs.append((one.name, []))
        elif pairs:
            pairs[-1][1].append(one.text)
    return Block([(label, _joined(value)) for label, value in pairs if label in known], unknown)


def _block(texts: list[_Text], known: Collection[str]) -> list[_Text]:
    """The texts between the block's title and what follows the block: a section that is known, or another title that looks like its own."""
    starts = [place for place, one in enumerate(texts) if one.name == block_name()]
    if not starts:
        raise refused("NO_BLOCK", "see what the address shows")
    first = next((place for place in range(starts[0], len(texts)) if texts[place].name in known), len(texts))
    start = max(place for place in starts if place < first)
    title, inside = texts[start], texts[start + 1 :]
    ends = (
        place
        for place, one in enumerate(inside)
        if one.name in sections() or (one.look == title.look and one.name not in known)
    )
    return inside[: next(ends, len(inside))]


def _texts(page: str) -> list[_Text]:
    from bs4 import BeautifulSoup

    found = []
    for string in BeautifulSoup(page, "html.parser").strings:
        text = _plain(string)
        # From the element outwards, no further than any sound page is nested.
        above = [parent.name for parent in islice(string.parents, _DEEPEST)] if text else []
        if text and _UNSEEN.isdisjoint(above):
            classes = sorted(string.parent.get("class") or ())
            found.append(_Text(text, text.rstrip("*: "), (*above, *classes)))
    return found


def _joined(pieces: list[str]) -> str:
    """The pieces of a value as one text; a full stop after an emphasised word stands close to it again."""
    return _BEFORE_STOP.sub("", " ".join(pieces))


def _plain(text: str) -> str:
    """A text on one line as a reader sees it: composed letters, single blanks, no soft hyphens."""
    seen = unicodedata.normalize("NFC", text).replace("\u00ad", "").replace("\u200b", "")
    return " ".join(seen.split())
