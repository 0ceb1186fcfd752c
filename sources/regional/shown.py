"""How a sender's text is shown to a person: one line, bounded, inert, and without personal data.

Belongs here: making names and values from a manifest, a file name or a cell safe to print in a reason, a report or a log.
Does not belong here: escaping for HTML (the template does it) or for CSV cells (report.py).
"""

from __future__ import annotations

import unicodedata

from sources.personal_data import masked

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def unseen(text: str) -> bool:
    """True when the text holds characters that do not show or that change how others show: controls, bidi overrides, lone surrogates."""
    return any(unicodedata.category(character) in _UNSEEN for character in text)


def shown(value: object, limit: int = 80) -> str:
    """One printable line of at most `limit` characters, unseen characters written as \\x.. or \\u...., personal data masked."""
    text = value if isinstance(value, str) else str(value)
    beyond = len(text) > limit
    text = masked(text[: limit * 2])
    text = "".join(_escaped(c) if unicodedata.category(c) in _UNSEEN else c for c in text)
    return text[: limit - 1] + "…" if beyond or len(text) > limit else text


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
