"""Who decides: a person with a name, never the sender of what is decided about.

Belongs here: the checks on the name and the reason of an event that a person causes. Does not belong here: which events there are.
"""

from __future__ import annotations

from sources.errors import SotevarastoError
from sources.regional.catalogue import counties

_LIMIT = 300


class DecisionError(SotevarastoError):
    """A decision without a usable name or reason."""


def named_person(who: str, organiser_code: str | None = None) -> str:
    """The name, if it is one of a person other than the sender: codes and names of organisers are no persons here."""
    name = " ".join(who.split())
    if not name or len(name) > _LIMIT:
        raise DecisionError(f"a decision needs the name of who makes it, of at most {_LIMIT} characters: give --by")
    senders = {text.casefold() for c in counties().values() for text in (c.organiser_code, *c.name.values())}
    if name.casefold() in senders | {(organiser_code or "").casefold()}:
        raise DecisionError(f"{name} is a sender: it never decides about deliveries; give the name of a person")
    return name


def reasoned(reason: str) -> str:
    """The reason, if there is one."""
    text = " ".join(reason.split())
    if not text or len(text) > _LIMIT:
        raise DecisionError(f"a decision needs a reason of at most {_LIMIT} characters: give --reason")
    return text
