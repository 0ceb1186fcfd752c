"""Headings → columns of the contract: guesses, each with its confidence and the reasons, and the conflicts between them.

Belongs here: likeness of names, whether the values suit the column, and giving each column to one heading or to none. Does not belong here: codes inside columns (codes.py),
the file that comes of it (draft.py). A value is looked at and never kept: reasons speak of shapes and shares.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sources.contract import Column, Contract
from sources.regional.onboarding.codes import known_share
from sources.regional.onboarding.forms import NUMBER, SHARE, Form, times
from sources.regional.onboarding.knowledge import Knowledge
from sources.regional.onboarding.words import likeness, pieces, plain, variants

if TYPE_CHECKING:
    import polars as pl

# From this confidence on a guess stands in the draft; below it the heading stands as TODO.
THRESHOLD = 0.8
# From here on a column is worth telling a person; where two headings both come so far for one column, they are in conflict.
_PLAUSIBLE = 0.15
_TOLD = 3
# Codes beyond what the contract has: a sender may have a few names for one.
_MORE_CODES = 15
_KEY_SHARE = 0.98
# How much a name wholly alike weighs, how much values of a rare kind do (both as exponents), and how unlike to all a heading may be before it is taken for none of them.
_NAME, _LOUD, _STRANGE = 10.0, 3.0, 0.4
_ROUNDS = 40


@dataclass(frozen=True)
class Candidate:
    """A column that a heading may be: the confidence between 0 and 1, and why."""

    column: str
    confidence: float
    evidence: str


@dataclass(frozen=True)
class HeadingGuess:
    """One heading as sent: the column when it is certain enough, else None; `candidates` are the likeliest, best first; `conflict` names the other headings that want the
    same column."""

    heading: str
    place: int
    column: str | None
    candidates: tuple[Candidate, ...]
    conflict: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Seen:
    """The column under one heading, null where it holds an absent value, and the form of its values when they are times."""

    column: pl.Series
    form: Form | None
    has_clock: bool

    @cached_property
    def values(self) -> pl.Series:
        """What is not absent."""
        return self.column.drop_nulls()

    @property
    def rows(self) -> int:
        return len(self.column)


def guess_headings(
    headings: Sequence[str], seen: Sequence[Seen], contract: Contract, knowledge: Knowledge
) -> list[HeadingGuess]:
    """A guess for each heading, in their order."""
    fits = [[_fit(one, column, contract, knowledge) for column in contract.columns] for one in seen]
    names = _names(headings, contract, knowledge)
    scores = _confidence(names, fits)
    given = _given(scores)
    given = _without_broken_order(given, seen, contract)
    return [
        _guess(place, heading, headings, scores, names, fits, given, contract) for place, heading in enumerate(headings)
    ]


@dataclass(frozen=True)
class _Name:
    score: float
    senders: int


def _names(headings: Sequence[str], contract: Contract, knowledge: Knowledge) -> list[list[_Name]]:
    known = knowledge.headings[contract.name]
    weights = _weights(headings, known)
    return [[_name(heading, known[column.name], known, weights) for column in contract.columns] for heading in headings]


def _name(
    heading: str, own: Mapping[str, int], known: Mapping[str, Mapping[str, int]], weights: Mapping[str, float]
) -> _Name:
    """How like the heading is to what the column is called anywhere."""
    word = plain(heading)
    if word in own:
        uses = sum(max(others[word], 1) for others in known.values() if word in others)
        return _Name(max(own[word], 1) / uses, own[word])
    return _Name(0.95 * max((likeness(part, own, weights) for part in variants(heading)), default=0.0), 0)


def _weights(headings: Sequence[str], known: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Piece of a word → how well it tells columns apart. What most headings of this very file hold (kd_, Milloin …) tells nothing, whatever it is."""
    among_columns, in_file = Counter(), Counter()
    for names in known.values():
        among_columns.update(frozenset().union(*map(pieces, names)))
    for heading in headings:
        in_file.update(pieces(plain(heading)))
    total = max(len(known), len(headings), 2)
    found = {
        piece: 1.0 - math.log(max(among_columns[piece], in_file[piece], 1)) / math.log(total)
        for piece in among_columns.keys() | in_file.keys()
    }
    return {piece: max(weight, 0.05) for piece, weight in found.items()} | {"": 1.0}


@dataclass(frozen=True)
class _Fit:
    """`share` of the values suits the column, 0 when the column is out of the question. `says` is how loudly values of this kind speak for it, by themselves."""

    share: float
    says: float
    what: str


_OUT = _Fit(0.0, 0.0, "")


def _fit(seen: Seen, column: Column, contract: Contract, knowledge: Knowledge) -> _Fit:
    if not len(seen.values):
        return _OUT if column.required else _Fit(1.0, 0.0, "no values")
    if column.required and len(seen.values) < SHARE * seen.rows:
        return _OUT
    if contract.key == (column.name,) and seen.values.n_unique() < _KEY_SHARE * len(seen.values):
        return _OUT
    fit = _BY_TYPE[column.type.partition("(")[0]](seen, column, knowledge)
    return fit if fit.share >= SHARE else _OUT


def _text_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    if seen.form is not None:
        return _OUT
    if column.allowed_codes is not None:
        return _code_fit(seen, column, knowledge)
    if column.pattern is None:
        return _Fit(1.0, 0.0, "text")
    share = seen.values.str.contains(f"^(?:{column.pattern})$").mean()
    # Thirty-two hexadecimal digits are hardly anything else; letters and digits may be anything.
    is_rare = re.search(r"\{(1[6-9]|[2-9][0-9])\}", column.pattern)
    return _Fit(share, _LOUD if is_rare else 0.0, f"of the form {column.pattern}")


def _code_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    allowed = column.allowed_codes
    own = seen.values.is_in(list(allowed)).mean()
    if own >= SHARE:
        return _Fit(own, _LOUD, "the contract's own codes")
    different = seen.values.n_unique()
    if different > 3 * len(allowed) or different > len(allowed) + _MORE_CODES:
        return _OUT
    share = known_share(column, seen.values, knowledge)
    # Codes that nobody knows may still be codes.
    return _Fit(1.0, _LOUD * share - 0.5, f"{different} different codes, {share:.0%} of the rows known")


def _integer_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    return _number_fit(seen, column, r"^-?[0-9]{1,18}$", "whole numbers")


def _decimal_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    return _number_fit(seen, column, NUMBER, "numbers")


def _number_fit(seen: Seen, column: Column, pattern: str, what: str) -> _Fit:
    import polars as pl

    numbers = seen.values.filter(seen.values.str.contains(pattern)).str.replace(",", ".", literal=True).cast(pl.Float64)
    low = column.minimum if column.minimum is not None else float("-inf")
    high = column.maximum if column.maximum is not None else float("inf")
    within = numbers.is_between(low, high).sum() / len(seen.values)
    is_narrow = low >= 1000
    has_decimals = what == "numbers" and bool(seen.values.str.contains(r"[.,]").any())
    told = f"{what} {low} to {high}" if column.minimum is not None else what
    return _Fit(within, _LOUD if is_narrow or has_decimals else 0.0, told)


def _timestamp_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    return _Fit(1.0, 0.0, f"times as {seen.form.text}") if seen.form and seen.has_clock else _OUT


def _date_fit(seen: Seen, column: Column, knowledge: Knowledge) -> _Fit:
    return _Fit(1.0, 0.0, f"days as {seen.form.text}") if seen.form and not seen.has_clock else _OUT


_BY_TYPE = {
    "text": _text_fit,
    "integer": _integer_fit,
    "decimal": _decimal_fit,
    "timestamp": _timestamp_fit,
    "date": _date_fit,
}


def _confidence(names: Sequence[Sequence[_Name]], fits: Sequence[Sequence[_Fit]]) -> list[list[float]]:
    """Confidence by heading and column, names and values weighed together: of all ways to give each heading one column or none and each column one heading or none, the share in
    which these two go together (sum-product over the matching, as for monomers and dimers)."""
    import numpy as np

    alike = np.array([[name.score for name in row] for row in names])
    share = np.array([[fit.share for fit in row] for row in fits])
    says = np.array([[fit.says for fit in row] for row in fits])
    odds = np.where(share > 0, np.exp(_NAME * (alike - _STRANGE) + says), 0.0)
    from_heading, from_column = np.ones_like(odds), np.ones_like(odds)
    for _ in range(_ROUNDS):
        held = odds * from_column
        from_heading = 1 / (1 + held.sum(axis=1, keepdims=True) - held)
        held = odds * from_heading
        from_column = 1 / (1 + held.sum(axis=0, keepdims=True) - held)
    both = odds * from_heading * from_column
    return np.round(both / (1 + both), 3).tolist()


def _given(scores: Sequence[Sequence[float]]) -> dict[int, int]:
    """Place of a heading → place of its column, where it is certain enough; no two can be so of one column."""
    return {h: c for h, row in enumerate(scores) for c, score in enumerate(row) if score >= THRESHOLD}


def _without_broken_order(given: dict[int, int], seen: Sequence[Seen], contract: Contract) -> dict[int, int]:
    """Times that the contract puts in an order and that often stand the other way round were mistaken for each other: none of them is certain."""
    places = {contract.columns[c].name: h for h, c in given.items()}
    doubted = set()
    for rule in contract.rules:
        pair = (rule.column, str(rule.arguments.get("other")))
        if rule.check == "not_before" and all(name in places for name in pair):
            later, earlier = (seen[places[name]] for name in pair)
            if _is_broken(later, earlier):
                doubted |= {places[name] for name in pair}
    return {h: c for h, c in given.items() if h not in doubted}


def _is_broken(later: Seen, earlier: Seen) -> bool:
    if later.form is None or earlier.form is None:
        return False
    is_before = times(later.column, later.form.text) < times(earlier.column, earlier.form.text)
    both = len(is_before.drop_nulls())
    return both > 0 and is_before.sum() > (1 - SHARE) * both


def _guess(
    place: int,
    heading: str,
    headings: Sequence[str],
    scores: Sequence[Sequence[float]],
    names: Sequence[Sequence[_Name]],
    fits: Sequence[Sequence[_Fit]],
    given: Mapping[int, int],
    contract: Contract,
) -> HeadingGuess:
    row = scores[place]
    ranked = sorted((c for c in range(len(row)) if row[c] >= _PLAUSIBLE), key=lambda c: -row[c])[:_TOLD]
    if place in given:
        ranked = [given[place], *(c for c in ranked if c != given[place])]
    candidates = tuple(
        Candidate(contract.columns[c].name, row[c], _evidence(names[place][c], fits[place][c])) for c in ranked
    )
    if place in given:
        return HeadingGuess(heading, place, contract.columns[given[place]].name, candidates)
    rivals = _rivals(place, ranked[:1], scores)
    return HeadingGuess(heading, place, None, candidates, tuple(headings[h] for h in rivals))


def _rivals(place: int, wanted: Sequence[int], scores: Sequence[Sequence[float]]) -> list[int]:
    """Other headings that may as well be the column that this one most likely is."""
    return [h for c in wanted for h in range(len(scores)) if h != place and scores[h][c] >= _PLAUSIBLE]


def _evidence(name: _Name, fit: _Fit) -> str:
    if name.senders:
        called = f"so called by {name.senders} other sender{'s' if name.senders > 1 else ''}"
    elif name.score == 1.0:
        called = "so called in the contract"
    else:
        called = f"name {name.score:.0%} alike"
    return f"{called}; {fit.what}"
