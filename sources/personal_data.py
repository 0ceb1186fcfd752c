"""What in a text tells who somebody is: personal identity codes, e-mail addresses, telephone numbers.

Belongs here: finding them in one short text (a cell, a name, a line), and hiding them in what a person is shown. Does not belong here: looking through whole files
(regional/tripwire.py), what follows from a finding (regional/sealing.py).

An identity code is one when its day and its check character agree; then it counts wherever it stands, glued to letters or digits too. What would be chance and no
code is left out: hexadecimal keys, and digits within longer runs of digits. A telephone number must look like one: with its country, or in groups, or among words.
Every pattern is bounded, so that no text takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sources import identity_code
from sources.identity_code import CENTURIES, MASK, is_proven

IDENTITY_CODE, EMAIL, PHONE = "identity_code", "email", "phone"
_DASHES = "".join(map(chr, (*range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D)))
_BLANK = "[ \u00a0]?"
# In a lookahead, so that one may begin within another.
_CODE = re.compile(
    rf"(?=(?P<day>[0-9]{{6}})(?P<sign>{_BLANK}[-+A-FU-Ya-fu-y{_DASHES}]{_BLANK})(?P<number>[0-9]{{3}})(?P<check>[0-9A-Ya-y]))"
)
# Without its sign only a letter at its end, and nothing beside it, tells it from a running number.
_BARE_CODE = re.compile(r"(?<![0-9A-Za-z])(?P<day>[0-9]{6})(?P<number>[0-9]{3})(?P<check>[A-Ya-y])(?![0-9A-Za-z])")
_KEY = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{16,128}|[0-9A-F]{16,128}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![0-9A-Za-z])"
)
_EMAIL = re.compile(
    r"[0-9A-Za-z._%+\u00c0-\u00ff-]{1,64}@(?:[0-9A-Za-z\u00c0-\u00ff-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![0-9A-Za-z])"
)
_GROUP = r"[ \u00a0-]?"
_PHONES = (
    # With the country: Finland in any grouping, others in groups.
    re.compile(rf"(?<![0-9A-Za-z])(?:\+|00)358{_GROUP}(?:\(0\){_GROUP})?[1-9](?:{_GROUP}[0-9]){{5,11}}(?![0-9A-Za-z])"),
    re.compile(r"(?<![0-9])\+[1-9][0-9]{0,2}[ \u00a0-][0-9]{1,4}(?:[ \u00a0-][0-9]{2,6}){1,4}(?![0-9])"),
    # A Finnish mobile number in groups.
    re.compile(
        r"(?<![0-9A-Za-z-])0(?:4[0-9]{1,2}|50)[ \u00a0-][0-9]{3,4}(?:[ \u00a0-]?[0-9]{2,4}){0,2}(?![0-9A-Za-z-])"
    ),
)
# Whole digits: a number when words stand beside it, else perhaps a key.
_BARE_PHONE = re.compile(r"(?<![0-9A-Za-z_.,/:+-])0(?:4[0-9]|50)[0-9]{6,8}(?![0-9A-Za-z_/-])")
_WORD = re.compile(r"[^\W\d_]{2}|[0-9] |: ")
_MOST_DIGITS, _FEWEST_DIGITS = 15, 8


@dataclass(frozen=True)
class Found:
    """One finding: its kind and where in the text it stands."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Every finding in a short text, in order. Of several that overlap the first is told, of those that begin together the longest."""
    found: list[Found] = []
    for one in sorted((*_codes(text), *_emails(text), *_phones(text)), key=lambda f: (f.start, -f.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


def is_bare_phone(text: str) -> bool:
    """Whether all of a text is the digits of a mobile number. In a column of keys it may be a key."""
    return _BARE_PHONE.fullmatch(text) is not None


def masked(text: str) -> str:
    """The text with every finding, and whatever else has the form of an identity code, replaced by `***`."""
    shown, at = [], 0
    for one in find(text):
        shown += [text[at : one.start], MASK]
        at = one.end
    return identity_code.masked("".join((*shown, text[at:])))


def without(value: Any) -> Any:
    """A JSON value with every text in it masked."""
    if isinstance(value, dict):
        return {masked(key): without(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without(item) for item in value]
    return masked(value) if isinstance(value, str) else value


def _codes(text: str) -> Iterator[Found]:
    keys = [key.span() for key in _KEY.finditer(text)]
    for match in _CODE.finditer(text):
        start, end = match.start(), match.end("check")
        sign = match["sign"].strip(" \u00a0").upper()
        # Of a dash that no keyboard has the century is that of the plain one.
        proven = is_proven(match["day"], CENTURIES.get(sign, CENTURIES["-"]), match["number"], match["check"].upper())
        if proven and not _within(start, end, keys) and not _is_chance(text, start, end):
            yield Found(IDENTITY_CODE, start, end)
    for match in _BARE_CODE.finditer(text):
        found = (match["day"], match["number"], match["check"].upper())
        if any(is_proven(found[0], century, *found[1:]) for century in (1900, 2000)):
            yield Found(IDENTITY_CODE, *match.span())


def _within(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _is_chance(text: str, start: int, end: int) -> bool:
    """Digits beside it and a digit at its end: part of a longer number, which agrees with its check character one time in thirty."""
    return text[end - 1].isdecimal() and (text[start - 1 : start].isdecimal() or text[end : end + 1].isdecimal())


def _emails(text: str) -> Iterator[Found]:
    if "@" in text:
        yield from (Found(EMAIL, *match.span()) for match in _EMAIL.finditer(text))


def _phones(text: str) -> Iterator[Found]:
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            if _FEWEST_DIGITS <= sum(c.isdecimal() for c in match.group()) <= _MOST_DIGITS:
                yield Found(PHONE, *match.span())
    yield from (Found(PHONE, *match.span()) for match in _among_words(text))


def _among_words(text: str) -> Iterator[re.Match[str]]:
    """Whole digits with words before or after them. The words are looked for once, however many numbers there are."""
    numbers = list(_BARE_PHONE.finditer(text))
    words = [word.span() for word in _WORD.finditer(text)] if numbers else []
    if words:
        first_end, last_start = words[0][1], words[-1][0]
        yield from (match for match in numbers if first_end <= match.start() or last_start >= match.end())
