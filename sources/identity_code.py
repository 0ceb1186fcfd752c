"""The form of a Finnish personal identity code, for whoever must refuse one or hide one.

Belongs here: the patterns, written so that Python and DuckDB read them alike, and the whole proof of one code (day, number, check character). Does not belong here: what
follows from finding one (the rules of contracts, the tripwire, quarantine, reports), and pseudonyms (pseudonym.py).

Refusing a row goes by the form and a possible day, not by the check character: a code with a typing error still is somebody's. The form must stand free of other letters
and digits, so that keys of hexadecimal digits are not taken for it. Hiding goes further, rather one value too many than one too few.
"""

from __future__ import annotations

import re
from calendar import monthrange

MASK = "***"
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
# The sign between day and number is of the century of birth and, since 2023, a part of who is meant: two persons may differ in it alone.
CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
# Individual numbers below are given to nobody; those from _TEMPORARY on are given for a time, to real people.
FIRST_NUMBER, _TEMPORARY = 2, 900
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


def normalised(text: str) -> str | None:
    """The code that a text is, in upper case and with its separator; None when it is none: another form, no such day, a wrong check character.

    Blanks round it and lower case are a way of writing; anything else is not.
    """
    code = text.strip().upper()
    if not code.isascii() or len(code) != 11 or code[6] not in CENTURIES:
        return None
    return code if is_proven(code[:6], CENTURIES[code[6]], code[7:10], code[10]) else None


def is_proven(day: str, century: int, number: str, check: str) -> bool:
    """Whether day (ddmmyy), individual number and check character (upper case) belong together and the day was one."""
    if not (day + number).isdecimal() or check not in CHECK_CHARACTERS or int(number) < FIRST_NUMBER:
        return False
    if CHECK_CHARACTERS[int(day + number) % 31] != check:
        return False
    dd, mm, year = int(day[:2]), int(day[2:4]), century + int(day[4:])
    return 1 <= mm <= 12 and 1 <= dd <= monthrange(year, mm)[1]


def is_temporary(code: str) -> bool:
    """Whether a normalised code is one of those that are given for a time: it may be followed by another one of the same person."""
    return int(code[7:10]) >= _TEMPORARY


def masked(text: str) -> str:
    """The text with everything that has the form of a personal identity code replaced by `***`."""
    return _IN_TEXT.sub(MASK, text)


def masked_sql(expression: str) -> str:
    """`masked`, or more, of an SQL expression of DuckDB."""
    return f"regexp_replace({expression}, '{_HIDDEN}', '{MASK}', 'g')"
