"""Headings and codes as words: how two that mean the same are found alike.

Belongs here: taking a heading apart (camel case, separators, accents), and likeness by pieces of words, since Finnish and Swedish write words together and systems cut them
short. Does not belong here: which words mean what (knowledge.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])")
_BETWEEN = re.compile(r"[\W_]+")
_PIECES = (3, 4, 5)


@cache
def plain(text: str) -> str:
    """Small letters without accents, other signs as single blanks: Synt.vuosi → synt vuosi, ikaArvioinnissa → ika arvioinnissa."""
    letters = unicodedata.normalize("NFD", _CAMEL.sub(" ", unicodedata.normalize("NFC", text)).casefold())
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return _BETWEEN.sub(" ", bare).strip()


@cache
def pieces(words: str) -> frozenset[str]:
    """The runs of three to five letters of each word, its beginning marked."""
    marked = [f"^{word}" for word in words.split()]
    return frozenset(word[i : i + n] for word in marked for n in _PIECES for i in range(len(word) - n + 1))


def variants(heading: str) -> tuple[str, ...]:
    """The heading in plain words, and each part that a bracket, slash or dash sets off: names in two languages, units, explanations."""
    parts = re.split(r"[/()\[\]–]", heading)
    return tuple(dict.fromkeys(word for text in (heading, *parts) if len(word := plain(text)) >= _PIECES[0]))


def likeness(words: str, known: Iterable[str], weights: Mapping[str, float]) -> float:
    """How alike words are to the likest of some known ones, from 0 to 1. A piece that many columns share weighs little; one that nobody knows weighs as `weights[""]`."""
    return max((_alike(pieces(words), pieces(other), weights) for other in known), default=0.0)


def _alike(mine: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    shared = _weight(mine & other, weights)
    if not shared:
        return 0.0
    of_mine, of_other = shared / _weight(mine, weights), shared / _weight(other, weights)
    # A shortened word lies whole in the long one, so what it holds counts for more than what it leaves out.
    return 0.65 * of_mine + 0.35 * of_other


def _weight(found: Iterable[str], weights: Mapping[str, float]) -> float:
    unknown = weights[""]
    return sum(weights.get(piece, unknown) for piece in found)
