"""How a sender's text is shown to a person: one line, bounded, inert, and without a personal identity code.

Belongs here: making names and values from a manifest, a file name or a cell safe to print in a reason, a report or a log.
Does not belong here: escaping for HTML (the template does it) or for CSV cells (report.py).
"""

from __future__ import annotations

import re
import unicodedata

MASK = "***"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# The form of a Finnish personal identity code, old and new separators, in either case. It may be glued to other text by an underscore or a letter, not a digit.
_IDENTITY_CODE = re.compile(r"(?<!\d)\d{6}[-+ABCDEFYXWVUabcdefyxwvu]\d{3}[0-9A-Za-z](?![0-9])")


def masked(text: str) -> str:
    """The text with everything that has the form of a personal identity code replaced by `***`."""
    return _IDENTITY_CODE.sub(MASK, text)


def unseen(text: str) -> bool:
    """True when the text holds characters that do not show or that change how others show: controls, bidi overrides, lone surrogates."""
    return any(unicodedata.category(character) in _UNSEEN for character in text)


def shown(value: object, limit: int = 80) -> str:
    """One printable line of at most `limit` characters, unseen characters written as \\x.. or \\u...., identity codes masked."""
    text = value if isinstance(value, str) else str(value)
    beyond = len(text) > limit
    text = masked(text[: limit * 2])
    text = "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in text)
    return text[: limit - 1] + "…" if beyond or len(text) > limit else text


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
