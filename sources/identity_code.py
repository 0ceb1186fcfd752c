"""The form of a Finnish personal identity code, for whoever must refuse one or hide one.

Belongs here: the patterns, written so that Python and DuckDB read them alike. Does not belong here: what follows from finding one (the rules of contracts,
quarantine, reports).

Refusing goes by the form and a possible day, not by the check character: a code with a typing error still is somebody's. The form must stand free of other letters
and digits, so that keys of hexadecimal digits are not taken for it. Hiding goes further, rather one value too many than one too few.
"""

from __future__ import annotations

import re

MASK = "***"
_SEPARATORS = "-+A-FU-Ya-fu-y"
_ALONE = "[^0-9A-Za-z]"
# Day, month, year, the separator of the century, the individual number (900–999 are temporary codes of real people), the check character.
FREE_STANDING = (
    f"(^|{_ALONE})(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{{2}}[{_SEPARATORS}][0-9]{{3}}[0-9A-Ya-y]($|{_ALONE})"
)
# Characters of a code without blanks.
SHORTEST = 11
_ANY_DASH = "".join(map(chr, (*range(0x2010, 0x2016), 0x2212, 0xFE63, 0xFF0D)))
_BLANK = "[ \u00a0]?"
_HIDDEN = f"[0-9]{{6}}{_BLANK}[{_SEPARATORS}{_ANY_DASH}]{_BLANK}[0-9]{{3}}[0-9A-Za-z]"
# In a longer run of digits it is none; SQL, which has no look-around, hides that too.
_IN_TEXT = re.compile(rf"(?<!\d){_HIDDEN}(?![0-9])")


def masked(text: str) -> str:
    """The text with everything that has the form of a personal identity code replaced by `***`."""
    return _IN_TEXT.sub(MASK, text)


def masked_sql(expression: str) -> str:
    """`masked`, or more, of an SQL expression of DuckDB."""
    return f"regexp_replace({expression}, '{_HIDDEN}', '{MASK}', 'g')"
