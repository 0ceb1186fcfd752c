"""The known defects of Sotkanet's texts and lists, and the one rule that mends each.

Belongs here: rules by name, each a pure function over one text or list. What a rule changed is reported by its name, so that a mended text can be
told from one as sent; the reply itself lies in the landing. Does not belong here: which fields there are (metadata.py).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

SEXES = ("total", "male", "female")
CATEGORIES = (
    "KUNTA",
    "SEUTUKUNTA",
    "MAAKUNTA",
    "HYVINVOINTIALUE",
    "YTA",
    "SAIRAANHOITOPIIRI",
    "ERVA",
    "ALUEHALLINTOVIRASTO",
    "ELY-KESKUS",
    "SUURALUE",
    "NUTS1",
    "MAA",
    "POHJOISMAAT",
    "EURALUEET",
    "EUROOPPA",
)
# The words of the Finnish level text. The Swedish and English texts are not read: some name another kind of area.
LEVEL_WORDS = {
    "kunta": "KUNTA",
    "seutukunta": "SEUTUKUNTA",
    "maakunta": "MAAKUNTA",
    "hyvinvointialue": "HYVINVOINTIALUE",
    "yhteistyöalue": "YTA",
    "yta": "YTA",
    "sairaanhoitopiiri": "SAIRAANHOITOPIIRI",
    "erityisvastuualue": "ERVA",
    "erva": "ERVA",
    "aluehallintoviraston alue": "ALUEHALLINTOVIRASTO",
    "aluehallintovirasto": "ALUEHALLINTOVIRASTO",
    "ely-keskus": "ELY-KESKUS",
    "suuralue": "SUURALUE",
    "manner-suomi/ahvenanmaa": "NUTS1",
    "manner-suomi": "NUTS1",
    "ahvenanmaa": "NUTS1",
    "nuts1": "NUTS1",
    "koko maa": "MAA",
    "maa": "MAA",
    "pohjoismaat": "POHJOISMAAT",
    "eu15": "EURALUEET",
    "eu25": "EURALUEET",
    "eu27": "EURALUEET",
    "eurooppa": "EUROOPPA",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ATTRIBUTE = r"\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))"
_NAMES = "a|b|br|div|em|font|h[1-6]|hr|i|li|ol|p|span|strong|sub|sup|table|tbody|td|th|tr|u|ul"
_TAG = re.compile(rf"<(/?)({_NAMES})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE)
_NEW_LINE = frozenset({"br", "div", "hr", "p", "tr", "ul", "ol"})


@dataclass(frozen=True)
class Rule:
    """One rule over a text: its name, what it mends, and how. A rule that finds nothing to mend gives the text back as it was."""

    name: str
    about: str
    mend: Callable[[str], str]


def _windows_character(found: re.Match[str]) -> str:
    code = ord(found.group())
    if not 0x80 <= code <= 0x9F:
        return ""
    # The five bytes that Windows-1252 leaves undefined stand for nothing.
    return bytes([code]).decode("cp1252", errors="ignore")


def _without_control(text: str) -> str:
    return _CONTROL.sub(_windows_character, text)


def _plain_tag(found: re.Match[str]) -> str:
    closing, name = found.group(1), found.group(2).lower()
    if name == "li":
        return "" if closing else "\n- "
    return "\n" if name in _NEW_LINE else ""


def _without_html(text: str) -> str:
    return html.unescape(_TAG.sub(_plain_tag, text))


def _without_blanks(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# In this order: an entity may stand for a blank, and a tag may leave one.
TEXT_RULES = (
    Rule(
        "control_characters",
        "Windows-1252 characters sent as C1 control characters; other control characters",
        _without_control,
    ),
    Rule("html", "HTML tags and entities in a plain text; a comparison such as <5 is no tag", _without_html),
    Rule("blanks", "blanks round a text or repeated in it; a text of blanks is none", _without_blanks),
)


def clean_text(text: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The text as it should have been sent (None when nothing is left) and the names of the rules that changed it. No text is no defect."""
    if not text:
        return None, ()
    applied = []
    for rule in TEXT_RULES:
        mended = rule.mend(text)
        if mended != text:
            applied.append(rule.name)
        text = mended
    return text or None, tuple(applied)


def clean_levels(listed: Sequence[str], words: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Region categories of an indicator, and the names of what was wrong with them.

    `listed` is the list as sent ("Kunta"), `words` the Finnish text beside it. The list lacks the counties although the text and the data have them, so
    what either names is taken; a word that is not known is reported and left out.
    """
    named = [word.strip().lower() for word in (words or "").split(",") if word.strip()]
    sent = [word.strip().lower() for word in listed]
    found = {LEVEL_WORDS[word] for word in (*named, *sent) if word in LEVEL_WORDS}
    categories = tuple(category for category in CATEGORIES if category in found)
    wrong = []
    if len(set(sent)) != len(sent):
        wrong.append("level_list_repeats")
    if named and {LEVEL_WORDS.get(word) for word in sent} != {LEVEL_WORDS.get(word) for word in named}:
        wrong.append("level_list_differs_from_text")
    if any(word not in LEVEL_WORDS and word != "" for word in (*named, *sent)):
        wrong.append("level_unknown")
    return categories, tuple(wrong)


def clean_sexes(listed: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sexes to ask for, and what was wrong with the list. Where none are told, all are asked for: what the indicator has comes back."""
    if listed is None:
        return SEXES, ("sex_absent",)
    known = tuple(sex for sex in SEXES if sex in listed)
    if not listed:
        return SEXES, ("sex_empty",)
    return known or SEXES, () if set(listed) <= set(SEXES) else ("sex_unknown",)


def unit_defect(title: str, value_type: str | None) -> tuple[str, ...]:
    """Whether the title says per cent and the value type something else. Only reported: which is right cannot be told."""
    says_percent = "(%)" in title or re.search(r",\s*%", title) is not None
    return ("unit_disagrees_with_title",) if says_percent and value_type not in (None, "PROS") else ()
