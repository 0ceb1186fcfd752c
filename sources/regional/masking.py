"""Personal identity codes in a sender's values, as SQL: what is kept for rereading holds none.

Belongs here: the form of a code, and the expressions that hide one. Does not belong here: what a person is shown (shown.py), which columns identify (the
contract). The landed bytes keep what was sent.
"""

from __future__ import annotations

from sources.contract import Contract
from sources.regional.harmoniser import identifier, quoted
from sources.regional.shown import MASK

# The form wherever it stands, also inside longer text: rather one value too many hidden than one too few.
IDENTITY_CODE = "[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]"


def masked_text(value: str) -> str:
    """SQL: the text with every code in it replaced."""
    return f"regexp_replace({value}, {quoted(IDENTITY_CODE)}, {quoted(MASK)}, 'g')"


def masked_list(values: str) -> str:
    """SQL: the list of texts with every code in them replaced."""
    return f"list_transform({values}, lambda value: {masked_text('value')})"


def kept_columns(contract: Contract, is_faulty: str) -> str:
    """SQL select list of a contract's columns as they are kept. What stands in a row that breaks a rule (`is_faulty`, SQL) may be anything: its texts are masked.
    Of the others the rules say that none is a code."""
    kept = (
        f"case when {is_faulty} then {masked_text(identifier(c.name))} else {identifier(c.name)} end as {identifier(c.name)}"
        if c.type == "text"
        else identifier(c.name)
        for c in contract.columns
    )
    return ", ".join(kept)
