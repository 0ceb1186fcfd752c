"""Codes as sent → the contract's codes: guesses, each with its confidence and the reason.

Belongs here: what other senders mean by the same word, a contract's code inside a longer one, names of reference lists, shortened words; and which values may be shown at
all. Does not belong here: which column holds the codes (headings.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.contract import Column
from sources.identity_code import masked
from sources.regional.onboarding.knowledge import Knowledge
from sources.regional.onboarding.words import plain

if TYPE_CHECKING:
    import polars as pl

# What fewer rows hold may be somebody's name in the wrong field: it is shown only if it is known as a code.
SEEN_ENOUGH = 3
LONGEST = 40
_ENOUGH_ALLOWED = 0.9
_FEW_LETTERS = 3
_MANY_DIGITS = 4
_SENDERS_FOR_A_NUMBER = 3
_CLOSE = 0.75


@dataclass(frozen=True)
class CodeGuess:
    """One code as sent: the contract's code that it seems to mean (None when nothing speaks for any), the confidence between 0 and 1, and why."""

    sent: str
    rows: int
    code: str | None
    confidence: float
    evidence: str


@dataclass(frozen=True)
class CodeGuesses:
    """`guesses` are the codes to translate; none when the sender writes the contract's own codes. `unshown` counts values that are too rare to be shown, on `unshown_rows`
    rows; `unmet` are codes of a short list that no value of the sample seems to mean."""

    guesses: tuple[CodeGuess, ...]
    unshown: int
    unshown_rows: int
    unmet: tuple[str, ...] = ()


def guess_codes(column: Column, values: pl.Series, knowledge: Knowledge) -> CodeGuesses:
    """Guess the codes of a column from its values without the absent ones."""
    allowed = set(column.allowed_codes or ())
    counts = {value: rows for value, rows in values.value_counts(sort=True).rows() if value}
    total = sum(counts.values())
    own = sum(rows for value, rows in counts.items() if value in allowed)
    if own >= _ENOUGH_ALLOWED * total:
        strange = [rows for value, rows in counts.items() if value not in allowed]
        return CodeGuesses((), len(strange), sum(strange))
    guesses, unshown = [], []
    for value, rows in sorted(counts.items()):
        code, confidence, why = _guess(value, column, allowed, knowledge)
        if _may_be_shown(value, rows, code is not None and confidence >= 0.5):
            guesses.append(CodeGuess(value, rows, code, confidence, why))
        else:
            unshown.append(rows)
    met = {guess.code for guess in guesses}
    unmet = tuple(code for code in column.codes or () if code not in met)
    return CodeGuesses(tuple(guesses), len(unshown), sum(unshown), unmet)


def known_share(column: Column, values: pl.Series, knowledge: Knowledge) -> float:
    """The share of rows whose value seems to mean a code of the column."""
    counts = dict(values.value_counts().rows())
    allowed = set(column.allowed_codes or ())
    total = sum(counts.values())
    meant = sum(rows for value, rows in counts.items() if _guess(value, column, allowed, knowledge)[1] >= 0.5)
    return meant / total if total else 0.0


def _may_be_shown(value: str, rows: int, is_known: bool) -> bool:
    is_plain = len(value) <= LONGEST and masked(value) == value and "@" not in value
    return is_plain and (is_known or rows >= SEEN_ENOUGH)


def _guess(value: str, column: Column, allowed: set[str], knowledge: Knowledge) -> tuple[str | None, float, str]:
    """The code that speaks loudest, how loud, and why."""
    if value in allowed:
        return value, 1.0, "the contract's own code"
    if inside := {digits for digits in re.findall(r"[0-9]{3,}", value) if digits in allowed}:
        return (inside.pop(), 0.95, "holds the contract's code") if len(inside) == 1 else (None, 0.0, "holds two codes")
    known = knowledge.codes.get(column.name, {})
    word = plain(value)
    if word in known:
        return _voted(word, known[word])
    parts = [known[part] for part in map(plain, re.split(r"[/|]", value)) if part in known]
    if len(parts) > 1 and len(agreed := set.intersection(*(set(votes) for votes in parts))) == 1:
        return agreed.pop(), 0.9, "each of its parts is known"
    return _alike(word, known)


def _voted(word: str, votes: Counter[str]) -> tuple[str | None, float, str]:
    """A word that is known: how far one can trust it hangs on how much it says and on how many say so."""
    (code, senders), *others = votes.most_common()
    against = sum(count for _, count in others)
    if others and senders == others[0][1]:
        return None, 0.0, f"means {' or '.join(sorted(votes))} elsewhere"
    share = senders / (senders + against) if senders else 1.0
    says = f"{senders} other sender{'s' if senders != 1 else ''}" if senders else "its name in the contract or list"
    if word.isdigit() and len(word) < _MANY_DIGITS:
        weight = min(0.95, 0.5 + 0.15 * senders) if senders >= _SENDERS_FOR_A_NUMBER else 0.4
    elif len(word) < _FEW_LETTERS:
        weight = min(0.95, 0.5 + 0.15 * senders)
    else:
        weight = 0.95
    return code, round(share * weight, 2), f"as of {says}" if senders else says


def _alike(word: str, known: Mapping[str, Counter[str]]) -> tuple[str | None, float, str]:
    """A word that is not known as it stands: a shortened one, or one spelled nearly alike, when all that is so alike means one code."""
    from rapidfuzz import fuzz

    if len(word) < _FEW_LETTERS or word.isdigit():
        return None, 0.0, "not known"
    scored: dict[str, float] = {}
    for other, votes in known.items():
        if len(other) < _FEW_LETTERS or other.isdigit():
            continue
        # A shortened word may be trusted; a longer one may add what changes the meaning (rent, rent income).
        score = 0.9 if other.startswith(word) else 0.8 if word.startswith(other) else fuzz.ratio(word, other) / 100
        for code in votes:
            scored[code] = max(scored.get(code, 0.0), score)
    ranked = sorted(scored.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _CLOSE:
        return None, 0.0, "not known"
    code, score = ranked[0]
    rival = ranked[1][1] if len(ranked) > 1 else 0.0
    if rival >= score - 0.05:
        return None, 0.0, f"as like {ranked[1][0]} as {code}"
    return code, round(score * 0.9, 2), "close to a known word"
